/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A borrowed piece of text; dictionaries are arrays of these. */

#include <stdint.h>
#include <string.h>

struct flow_text {
	const char *p;		/* not NUL-terminated */
	uint32_t len;
};

/* Compares bytewise, a prefix before the longer text: < 0, 0 or > 0. */
static inline int
text_compare(const struct flow_text *a, const struct flow_text *b)
{
	uint32_t len = a->len < b->len ? a->len : b->len;
	int order = len > 0 ? memcmp(a->p, b->p, len) : 0;

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}
