/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/old_damage.h"

#include <inttypes.h>
#include <stdio.h>

void
old_damage_add(struct old_damage *damage, uint64_t records, const struct flow_error *err)
{
	if (damage->places++ == 0)
		damage->first = *err;
	damage->records += records;
}

void
old_damage_join(struct old_damage *damage, const struct old_damage *more)
{
	if (damage->places == 0 && more->places > 0)
		damage->first = more->first;
	damage->places += more->places;
	damage->records += more->records;
}

enum flow_status
old_damage_status(const struct old_damage *damage, struct flow_error *err)
{
	char others[80] = "";

	if (damage->places == 0)
		return FLOW_OK;
	if (damage->places > 1)
		(void)snprintf(others, sizeof(others), "; %" PRIu64 " more places near it are damaged",
		    damage->places - 1);
	return flow_fail(err, FLOW_ECORRUPT, damage->first.offset, "%s%s; %" PRIu64 " record%s lost, the rest is read",
	    damage->first.message, others, damage->records, damage->records == 1 ? "" : "s");
}
