/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* nfdump's -A: from a list of words to the key of groups, and the format that shows them. */

#include "flow.h"

enum nfdump_key_kind {
	NFDUMP_KEY_PLAIN,	/* a number; absent is 0 */
	NFDUMP_KEY_PORT,	/* for ICMP: type * 256 + code */
	NFDUMP_KEY_TEXT,
	NFDUMP_KEY_ADDR,
	NFDUMP_KEY_ADDR4,	/* absent for IPv6 */
	NFDUMP_KEY_ADDR6,	/* absent for IPv4 */
	NFDUMP_KEY_NET,		/* by the mask of the row */
};

struct nfdump_key {
	enum nfdump_key_kind kind;
	enum flow_field field;
	enum flow_field mask;	/* of NET: the column of its length */
	unsigned bits;		/* for an address: its network of that length; 0: whole */
	const char *word, *token;
};

#define NFDUMP_KEYS 32

struct nfdump_keys {
	struct nfdump_key key[NFDUMP_KEYS];
	size_t count;
};

/* The five keys of a connection. */
void nfdump_keys_connection(struct nfdump_keys *keys);

/* FLOW_EINVAL with a message that names the word. */
enum flow_status nfdump_keys_parse(const char *text, struct nfdump_keys *keys, struct flow_error *err) NODISCARD;

/* The columns of these keys. */
void nfdump_keys_fields(const struct nfdump_keys *keys, struct flow_fieldset *fields);

/* Appends the tokens of nfdump's own format for these keys, fmt: or csv:. */
void nfdump_keys_format(const struct nfdump_keys *keys, bool csv, struct buf *out);

/*
 * Whether a format (fmt:... or csv:...) shows only keys and counters.  FLOW_EINVAL names a token of another
 * key, which would show one value of many.
 */
enum flow_status nfdump_keys_check(const struct nfdump_keys *keys, const char *format, const char *text,
    struct flow_error *err) NODISCARD;
