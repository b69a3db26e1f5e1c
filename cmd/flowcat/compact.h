/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --compact: merges files of an archive that begin in the same slot of that many seconds, row for
 * row, in place.  They may be in several directories of its layout, but not in directories named as
 * Hive does, which contain values of the rows.
 *
 * The new file replaces the first one, complete and synced, by one rename; then the others are
 * removed.  If it is stopped in between, rows are there twice, but never lost: the new file's
 * metadata (flow.merged) lists the files in it, and the next --compact removes those that are left,
 * if they are unchanged.
 */

#include "flowcat/options.h"

int flowcat_compact(struct flowcat_options *options);
