/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Damage in an old file: counts, and the message about the first place. */

#include <stdint.h>

#include "base/status.h"

struct old_damage {
	uint64_t places;	/* damaged places met */
	uint64_t records;	/* records lost there, as far as that is known */
	struct flow_error first;	/* only if places > 0 */
};

/* Adds a place that *err describes, and the number of records lost there. */
void old_damage_add(struct old_damage *damage, uint64_t records, const struct flow_error *err);

/* Adds all of `more`, which came later in the file. */
void old_damage_join(struct old_damage *damage, const struct old_damage *more);

/* FLOW_OK if there is none; else FLOW_ECORRUPT with the first place, and the count of other places and of records. */
enum flow_status old_damage_status(const struct old_damage *damage, struct flow_error *err) NODISCARD;
