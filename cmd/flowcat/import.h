/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --import: converts a tree of files, such as those of nfdump or flow-tools, to an archive, each file once,
 * even if it is stopped and started again.  Child processes split batches of files into
 * DIRECTORY/.flow-import.N; when one is done, DIRECTORY/.flow-import lists its files, and the results are
 * moved into the archive.
 */

#include "flowcat/options.h"

int flowcat_import(struct flowcat_options *options);
