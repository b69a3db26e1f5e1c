/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A piece of text that belongs to somebody else; dictionaries are arrays of these. */

#include <stdint.h>
#include <string.h>

struct flow_text {
	const char *p;		/* not NUL-terminated */
	uint32_t len;
};

/* By bytes, the shorter one first where it begins the other: below, at or above 0. */
static inline int
text_compare(const struct flow_text *a, const struct flow_text *b)
{
	uint32_t len = a->len < b->len ? a->len : b->len;
	int order = len > 0 ? memcmp(a->p, b->p, len) : 0;

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}
