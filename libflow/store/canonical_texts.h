/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Addresses of other writers, as the profile has them: "2001:DB8:0:0::1" is 2001:db8::1.  A file of ours
 * holds nothing else; in any other, filters on texts, dictionaries and bounds would miss them.
 *
 * "::ffff:192.0.2.1" is 192.0.2.1 there: whoever keeps all addresses in one type of IPv6 has IPv4 so, and an
 * address alone does not say whether its partner is IPv4, too.
 */

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "record/field.h"

/* The longest text that is made. */
#define CANONICAL_TEXT_MAX 39

/* Whether texts of a type have one form that is canonical. */
static inline bool
has_canonical_text(enum flow_type type)
{
	return type == FLOW_TYPE_ADDR || type == FLOW_TYPE_MAC;
}

/* The canonical form of a text, made in `room` where it differs; what is no address stays as it is. */
struct flow_text canonical_text(enum flow_type type, const struct flow_text *text,
    char room[CANONICAL_TEXT_MAX]);

/* The texts of a chunk, which grow as it is read; begins as zeros. */
struct canonical_texts {
	struct flow_text *text;
	uint32_t count, cap;
	struct arena *arena;		/* of those that differ */
};

/* Forgets all, for another chunk. */
void canonical_texts_clear(struct canonical_texts *c);

/* Makes c->text those of `count` texts, the first c->count of which are known.  FLOW_ENOMEM. */
enum flow_status canonical_texts_take(struct canonical_texts *c, enum flow_type type,
    const struct flow_text *text, uint32_t count, struct flow_error *err) NODISCARD;
