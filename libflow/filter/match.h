/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Comparisons of texts: equality, parts, globs and POSIX regular expressions. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/status.h"

enum match_op {
	MATCH_EQUAL,
	MATCH_CONTAINS,
	MATCH_BEGINS,
	MATCH_ENDS,
	MATCH_GLOB,		/* * any bytes, ? one byte; the whole text */
	MATCH_REGEX,		/* POSIX extended, anywhere in the text's first 16 KiB */
};

struct matcher;

/* Longest regular expression, in bytes. */
#define MATCH_REGEX_BYTES_MAX 1024

/* Flags for regular expressions. */
enum match_flag {
	MATCH_NOCASE = 1,
	MATCH_LINES = 2,	/* ^ and $ match at each line's ends too, and . no end of a line */
};

/*
 * FLOW_EINVAL (with a message) for a regular expression that is malformed or too
 * expensive: back-references, and repetitions that expand to more than some
 * thousand parts.  `arena` owns the matcher; matcher_release frees the rest.
 */
enum flow_status matcher_new(struct arena *arena, enum match_op op, const char *pattern, size_t len,
    struct matcher **out, struct flow_error *err) NODISCARD;
enum flow_status matcher_new_regex(struct arena *arena, unsigned flags, const char *pattern,
    size_t len, struct matcher **out, struct flow_error *err) NODISCARD;
void matcher_release(struct matcher *m);

/* Safe for many threads at once. */
bool matcher_test(const struct matcher *m, const char *text, size_t len);

/* For people: "contains 'x'". */
const char *match_op_text(enum match_op op);
enum match_op matcher_op(const struct matcher *m);
const char *matcher_pattern(const struct matcher *m, size_t *len);
