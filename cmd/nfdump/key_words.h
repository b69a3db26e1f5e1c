/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* nfdump's -A: a list of words to what names a group of flows, and the format that shows them. */

#include "flow.h"

enum nfdump_key_kind {
	NFDUMP_KEY_PLAIN,	/* a number; absent is 0 */
	NFDUMP_KEY_PORT,	/* of ICMP type * 256 + code */
	NFDUMP_KEY_TEXT,
	NFDUMP_KEY_ADDR,
	NFDUMP_KEY_ADDR4,	/* of IPv6 rows absent */
	NFDUMP_KEY_ADDR6,	/* of IPv4 rows absent */
	NFDUMP_KEY_NET,		/* by the mask of the row */
};

struct nfdump_key {
	enum nfdump_key_kind kind;
	enum flow_field field;
	enum flow_field mask;	/* of NET: the column of its length */
	unsigned bits;		/* of an address: its network of that length; 0: as it is */
	const char *word, *token;
};

#define NFDUMP_KEYS 32

struct nfdump_keys {
	struct nfdump_key key[NFDUMP_KEYS];
	size_t count;
};

/* The five that name a connection. */
void nfdump_keys_connection(struct nfdump_keys *keys);

/* FLOW_EINVAL with a message that names the word. */
enum flow_status nfdump_keys_parse(const char *text, struct nfdump_keys *keys, struct flow_error *err) NODISCARD;

/* The columns that they are made of. */
void nfdump_keys_fields(const struct nfdump_keys *keys, struct flow_fieldset *fields);

/* Appends the tokens of nfdump's own format for these keys, fmt: or csv:. */
void nfdump_keys_format(const struct nfdump_keys *keys, bool csv, struct buf *out);

/*
 * Whether a format (fmt:... or csv:...) shows only keys and counters: FLOW_EINVAL names a token of a key that is not
 * among them, whose value would be one of many.
 */
enum flow_status nfdump_keys_check(const struct nfdump_keys *keys, const char *format, const char *text,
    struct flow_error *err) NODISCARD;
