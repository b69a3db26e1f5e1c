/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Leftovers of an interrupted --compact: files that another one says it holds (store/merged.h). */

#include "flow.h"

/*
 * Removes leftovers beside their holder, or in what was named, and drops from the list what cannot be merged:
 * files that cannot be read, are gone, are still held, or hold files that are still there.  Returns the exit
 * status, after messages.
 */
int compact_end_left(struct flow_files *files);
