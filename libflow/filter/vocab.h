/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Words -> the subject of a predicate; and the probable meaning of a misspelt word. */

#include "base/nearest.h"
#include "filter/lex.h"
#include "payload/payload.h"
#include "record/field.h"

enum subject_kind {
	SUBJECT_ANY,
	SUBJECT_REFUSED,
	SUBJECT_NUMBER,
	SUBJECT_PROTO,
	SUBJECT_FLAGS,		/* letters: all set, and implies TCP */
	SUBJECT_FLAGS_EXACT,	/* the column: letters or a number, as they are */
	SUBJECT_ICMP,		/* implies ICMP or ICMPv6 */
	SUBJECT_ENGINE,		/* of NetFlow v9 without the column: in the source id */
	SUBJECT_TIME,
	SUBJECT_ADDR,
	SUBJECT_MAC,
	SUBJECT_TEXT,
	SUBJECT_ACL,		/* any of the three numbers of an ACL */
	SUBJECT_IPV4,
	SUBJECT_IPV6,
	SUBJECT_IDENT,
	SUBJECT_COUNT,
	SUBJECT_DURATION,
	SUBJECT_HOUR,
	SUBJECT_WEEKDAY,
	SUBJECT_SAMPLE,
	SUBJECT_PPS,
	SUBJECT_BPS,
	SUBJECT_BPP,
	SUBJECT_TTL_EQUAL,
	SUBJECT_PORT_BLOCK,
	SUBJECT_MPLS_ANY,
	SUBJECT_MPLS_EOS,
	/* What databases say of an address: in the order of enum flow_geo_word. */
	SUBJECT_COUNTRY,
	SUBJECT_CITY,
	SUBJECT_AS_ORG,
	SUBJECT_PAYLOAD,		/* texts that are compared */
	SUBJECT_PAYLOAD_REGEX,
	SUBJECT_PAYLOAD_DEFINED,	/* whether there are any */
};

enum name_group {
	NAMES_NONE,
	NAMES_FWD_STATUS,
	NAMES_DIRECTION,
	NAMES_FW_EVENT,
	NAMES_FW_EXT_EVENT,
	NAMES_NAT_EVENT,
	NAMES_END_REASON,
	NAMES_WEEKDAY,
};

#define SUBJECT_FIELDS 4

struct subject {
	const char *phrase;
	const char *why;	/* of SUBJECT_REFUSED */
	enum subject_kind kind;
	enum name_group names;
	bool tunnel;		/* only rows with an inner packet; of PROTO, ADDR and COUNTRY */
	enum payload_word payload;
	bool in, out;		/* the directions of payload; neither: in */
	uint8_t shift;		/* the number is (value >> shift) & mask */
	uint64_t mask;
	size_t fields;
	enum flow_field field[SUBJECT_FIELDS];
};

/*
 * The longest phrase or column name that tokens t[0], t[1], ... spell, and how
 * many tokens that are; false if there is none.  t ends with TOKEN_END.
 */
bool vocab_find(const struct token *t, struct subject *out, size_t *used);

/*
 * After vocab_find failed at t: finds which token is wrong (a phrase may have begun well), and which word was
 * probably meant.
 */
void vocab_suggest(const struct token *t, size_t *wrong, struct nearest *out);

/* The values that a word of a group stands for. */
bool vocab_name(enum name_group group, const struct token *t, uint64_t *lo, uint64_t *hi);

/* The word of a group that was probably meant. */
void vocab_suggest_name(enum name_group group, const struct token *t, struct nearest *out);
