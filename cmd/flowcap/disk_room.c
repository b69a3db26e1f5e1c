/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/disk_room.h"

#define DAY_S 86400.0

bool
disk_room_is_kept(const struct expiry_state *expiry, double free_bytes, double size_bytes)
{
	const struct retain_limits *l = &expiry->limits;
	double most = (double)l->size_bytes * (expiry->each && expiry->archives > 0 ? (double)expiry->archives : 1);

	if (l->free_percent > 0 || (l->free_bytes > 0 && (double)l->free_bytes < size_bytes))
		return true;
	/* Before the first look at the archive its size is unknown. */
	return l->size_bytes > 0 && (expiry->looks == 0 ? most < size_bytes :
	    most <= (double)expiry->kept_bytes + free_bytes);
}

double
disk_room_days(double free_bytes, double written_bytes, double removed_bytes, double seconds)
{
	double grows = written_bytes - removed_bytes;

	return grows > 0 && seconds > 0 ? free_bytes / (grows / seconds * DAY_S) : -1;
}
