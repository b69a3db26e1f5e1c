/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --compact: files of an archive that begin in the same slot of that many seconds become one, row
 * for row, in place; also those of several directories of its layout, but not of directories named
 * as Hive does, which say what is in the rows.
 *
 * The new file takes the name of the first one, whole and synced, by one rename; then the others go.
 * Who is stopped between finds rows twice, never lost: the new file's metadata (flow.merged)
 * tell which files are in it, and the next --compact removes those that were left, if they
 * still are what they were.
 */

#include "flowcat/options.h"

int flowcat_compact(struct flowcat_options *options);
