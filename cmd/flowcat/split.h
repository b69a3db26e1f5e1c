/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --split: the rows of a query into a tree of files by the time they were received.
 * With slots of a day, many small files become few.
 */

#include "flowcat/options.h"

int flowcat_split(struct flowcat_options *options);
