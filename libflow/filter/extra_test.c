/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/extra_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/number.h"

#define NUMBER_MAX 63

struct asked {
	const struct extra_test *test;
	bool there;		/* some value was seen */
	struct buf text;	/* of a string that has escapes */
};

bool
extra_number_parse(const char *p, size_t len, struct extra_number *out)
{
	char copy[NUMBER_MAX + 1], *end;
	size_t sign = len > 0 && (p[0] == '-' || p[0] == '+');

	out->negative = sign > 0 && p[0] == '-';
	out->whole = number_parse(p + sign, len - sign, NUMBER_DECIMAL, UINT64_MAX,
	    &out->magnitude) == FLOW_OK;
	if (out->whole) {
		out->approximate = (double)out->magnitude * (out->negative ? -1 : 1);
		out->negative &= out->magnitude != 0;
		return true;
	}
	/* strtod takes words and hexadecimal digits as well. */
	if (len == sign || len > NUMBER_MAX)
		return false;
	memcpy(copy, p, len);
	copy[len] = '\0';
	if (strspn(copy + sign, "0123456789.eE+-") != len - sign)
		return false;
	out->approximate = strtod(copy, &end);
	return *end == '\0';
}

int
extra_number_compare(const struct extra_number *a, const struct extra_number *b)
{
	int order;

	if (!a->whole || !b->whole)
		return (a->approximate > b->approximate) - (a->approximate < b->approximate);
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	order = (a->magnitude > b->magnitude) - (a->magnitude < b->magnitude);
	return a->negative ? -order : order;
}

/* A string's text, or any other value as written. */
static struct flow_text
text_of(struct asked *a, struct json_slice value)
{
	if (value.len < 2 || value.p[0] != '"')
		return (struct flow_text){ value.p, (uint32_t)value.len };
	if (memchr(value.p, '\\', value.len) == NULL)
		return (struct flow_text){ value.p + 1, (uint32_t)value.len - 2 };
	buf_clear(&a->text);
	if (!buf_reserve(&a->text, value.len))	/* unresolved escapes are better than nothing */
		return (struct flow_text){ value.p + 1, (uint32_t)value.len - 2 };
	return (struct flow_text){ (const char *)a->text.data,
		(uint32_t)json_unescape(value, (char *)a->text.data) };
}

static bool
is_equal(const struct extra_value *v, const struct flow_text *text, const struct extra_number *n)
{
	if (n != NULL && v->is_number)
		return extra_number_compare(n, &v->lo) >= 0 && extra_number_compare(n, &v->hi) <= 0;
	return text_compare(&v->text, text) == 0;
}

/* By size: of numbers only. */
static bool
is_ordered(enum extra_compare compare, const struct extra_value *v, const struct extra_number *n)
{
	if (n == NULL)
		return false;
	switch (compare) {
	case EXTRA_LESS:
		return extra_number_compare(n, &v->lo) < 0;
	case EXTRA_LESS_EQUAL:
		return extra_number_compare(n, &v->hi) <= 0;
	case EXTRA_GREATER:
		return extra_number_compare(n, &v->hi) > 0;
	default:
		return extra_number_compare(n, &v->lo) >= 0;
	}
}

static bool
is_match(const struct extra_test *t, const struct flow_text *text)
{
	size_t i;

	for (i = 0; i < t->matchers; i++)
		if (matcher_test(t->matcher[i], text->p, text->len))
			return true;
	return false;
}

static bool
visit(void *context, struct json_slice value)
{
	struct asked *a = context;
	const struct extra_test *t = a->test;
	struct flow_text text = text_of(a, value);
	struct extra_number number;
	bool is_number = value.len > 0 && value.p[0] != '"' &&
	    extra_number_parse(value.p, value.len, &number);
	size_t i;

	a->there = true;
	switch (t->compare) {
	case EXTRA_EXISTS:
		return true;
	case EXTRA_MATCH:
		return is_match(t, &text);
	case EXTRA_EQUAL:
		for (i = 0; i < t->values; i++)
			if (is_equal(&t->value[i], &text, is_number ? &number : NULL))
				return true;
		return false;
	default:
		return is_ordered(t->compare, &t->value[0], is_number ? &number : NULL);
	}
}

bool
extra_test(const struct extra_test *t, const struct flow_text *extra)
{
	struct asked a = { .test = t, .text = BUF_INIT };
	bool is_so = extra_any(extra, &t->path, visit, &a);

	buf_release(&a.text);
	return t->negated ? a.there && !is_so : is_so;
}
