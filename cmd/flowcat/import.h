/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --import: a tree of files, such as those of nfdump or flow-tools, into an archive, each file once, whenever that was
 * stopped and begun again.  Some files at a time are split by a process of its own into DIRECTORY/.flow-import.N; when that is
 * done, DIRECTORY/.flow-import lists them, and what they became takes its place in the archive.
 */

#include "flowcat/options.h"

int flowcat_import(struct flowcat_options *options);
