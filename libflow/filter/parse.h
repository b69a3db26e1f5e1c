/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tokens -> tree.  Private to the parser, except parse_filter. */

#include "filter/ast.h"
#include "filter/parser.h"
#include "filter/value_unit.h"
#include "filter/vocab.h"

/*
 * Parses all tokens.  *root is in p->arena; p->matchers holds what has to be
 * released, also after a failure.
 */
enum flow_status parse_filter(struct parser *p, struct node **root) NODISCARD;

/* One predicate (primary.c). */
enum flow_status parse_primary(struct parser *p, struct node **out) NODISCARD;

/*
 * Parse what follows a subject (subject.c), what follows `is` of `is null`, and a condition on a member of
 * `extra`.
 */
enum flow_status parse_subject(struct parser *p, const struct subject *s, struct node **out) NODISCARD;
enum flow_status parse_null(struct parser *p, const struct subject *s, struct node **out) NODISCARD;
enum flow_status parse_extra(struct parser *p, struct node **out) NODISCARD;

/* Stores a node in *out; FLOW_ENOMEM where it is NULL. */
enum flow_status parse_done(struct parser *p, struct node *n, struct node **out) NODISCARD;

/*
 * Parse what follows a subject (value_parse.c): a comparison with a value, or membership
 * in a list or a file.  *every tells that it is a negative one (!=, not in), which
 * for a word of several columns has to hold for each of them.
 */
enum value_kind {
	VALUE_NUMBER,
	VALUE_PROTO,
	VALUE_FLAGS,
	VALUE_TIME,
	VALUE_MAC,
};

struct value_rule {
	enum value_kind kind;
	enum name_group names;
	enum value_unit unit;
	uint64_t max;
	const char *phrase;
};

enum flow_status value_numbers(struct parser *p, const struct value_rule *rule, struct ranges *out,
    bool *every) NODISCARD;
enum flow_status value_addrs(struct parser *p, const char *phrase, const struct addr_set **out,
    bool *every) NODISCARD;

/* Whether a comparison of texts follows (contains, matches, ~, ...). */
bool value_is_text(const struct parser *p);

/*
 * One or more matchers, of which one has to match; *negated: none may.  code: values are codes of two letters
 * in any case, converted to upper case; some of them are also words of the language.
 */
enum flow_status value_texts(struct parser *p, const char *phrase, bool code,
    struct matcher ***out, size_t *count, bool *negated) NODISCARD;

/* What follows `payload` and its words (value_payload.c): a comparison of texts, or a test whether there are any. */
enum flow_status value_payload(struct parser *p, const struct subject *s, struct matcher **out)
    NODISCARD;

/* Whether the token begins a condition on a member of `extra`: extra.NAME */
bool value_is_extra(const struct token *t);
/*
 * That condition (value_extra.c): the member and what is asked of it; *absent: that it is not so.
 * *phrase is the member as it was written.
 */
enum flow_status value_extra(struct parser *p, const char **phrase, struct extra_test *out,
    bool *absent) NODISCARD;

/* Makes a matcher, which p->matchers releases; errors are reported at the token.  Flags: of MATCH_REGEX. */
enum flow_status value_matcher(struct parser *p, enum match_op op, unsigned flags,
    const struct token *t, const char *text, size_t len, struct matcher **out) NODISCARD;

/* Whether the token is (or looks like a misspelt) address, network or range of addresses, and not a name. */
bool value_is_addr(const struct token *t);

/* One address, network, range or name (value_addr.c), added to *list. */
enum flow_status value_addr_item(struct parser *p, const struct source *source,
    const struct token *t, const char *phrase, struct addr_list *list) NODISCARD;

/*
 * Whether the token is the mask of a network (255.0.0.0 or /8); its bits, or
 * VALUE_MASK_INVALID.
 */
#define VALUE_MASK_INVALID 129u
bool value_mask(const struct token *t, bool v4, unsigned *bits);
