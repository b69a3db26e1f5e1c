/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Whether and when an archive fills its disk. */

#include "flowcap/expiry.h"

/*
 * Whether the limits stop the archive before the disk is full, however fast it grows: free= does; size= does if the
 * archive can become that large.  An age does not.  Bytes that are free, and of the file system.
 */
bool disk_room_is_kept(const struct expiry_state *expiry, double free_bytes, double size_bytes);

/*
 * Days until it is full if it grows as it did in that time, by what was written and not removed; negative where it
 * does not grow.
 */
double disk_room_days(double free_bytes, double written_bytes, double removed_bytes, double seconds);
