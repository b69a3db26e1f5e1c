/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Brings addresses of other writers into the profile's form: "2001:DB8:0:0::1" becomes 2001:db8::1.  Our own
 * files hold no other form; in other files, filters on texts, dictionaries and bounds would miss the address.
 *
 * "::ffff:192.0.2.1" becomes 192.0.2.1: programs that store all addresses as IPv6 write IPv4 so, and an address
 * alone does not tell whether its peer is IPv4, too.
 */

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "record/field.h"

/* The longest text that canonical_text makes. */
#define CANONICAL_TEXT_MAX 39

/* Whether texts of a type have a canonical form. */
static inline bool
has_canonical_text(enum flow_type type)
{
	return type == FLOW_TYPE_ADDR || type == FLOW_TYPE_MAC;
}

/* The canonical form of a text, written to `room` if it differs; a text that is no address is returned as it is. */
struct flow_text canonical_text(enum flow_type type, const struct flow_text *text,
    char room[CANONICAL_TEXT_MAX]);

/* The texts of a chunk, in canonical form; they grow as it is read.  Begins as zeros. */
struct canonical_texts {
	struct flow_text *text;
	uint32_t count, cap;
	struct arena *arena;		/* holds those that differ from the file's */
};

/* Clears it for another chunk. */
void canonical_texts_clear(struct canonical_texts *c);

/* Extends c->text to the `count` texts; the first c->count were done by earlier calls.  FLOW_ENOMEM. */
enum flow_status canonical_texts_take(struct canonical_texts *c, enum flow_type type,
    const struct flow_text *text, uint32_t count, struct flow_error *err) NODISCARD;
