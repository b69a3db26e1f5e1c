/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What of an old file could not be read: counted, and the first of it told. */

#include <stdint.h>

#include "base/status.h"

struct old_damage {
	uint64_t places;	/* damaged places met */
	uint64_t records;	/* records that they cost, as far as that is known */
	struct flow_error first;	/* only if places > 0 */
};

/* Adds a place that *err describes, and what it costs. */
void old_damage_add(struct old_damage *damage, uint64_t records, const struct flow_error *err);

/* Adds all of `more`, which came later in the file. */
void old_damage_join(struct old_damage *damage, const struct old_damage *more);

/*
 * FLOW_OK where there is none; else the first place, FLOW_ECORRUPT, with the count of the others and of
 * records.
 */
enum flow_status old_damage_status(const struct old_damage *damage, struct flow_error *err) NODISCARD;
