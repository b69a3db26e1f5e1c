/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/canonical_texts.h"

#include <stdlib.h>
#include <string.h>

#include "net/addr.h"
#include "net/mac.h"

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * Strips what programs print around an address: blanks of fixed-width texts, the zone of RFC 4007
 * ("fe80::1%eth0"), which is meaningful on one host only, and the full prefix length of a single address (INET of
 * PostgreSQL and DuckDB).
 */
static bool
parse_printed(const struct flow_text *text, struct addr *out)
{
	const char *p = text->p, *end = text->p + text->len, *mark;
	bool six;

	while (p < end && is_blank(*p))
		p++;
	while (p < end && is_blank(end[-1]))
		end--;
	if (p == end)
		return false;
	six = memchr(p, ':', (size_t)(end - p)) != NULL;
	if (end - p > 4 && six && memcmp(end - 4, "/128", 4) == 0)
		end -= 4;
	else if (end - p > 3 && !six && memcmp(end - 3, "/32", 3) == 0)
		end -= 3;
	mark = memchr(p, '%', (size_t)(end - p));
	if (mark != NULL && six && mark + 1 < end)
		end = mark;
	return addr_parse(p, (size_t)(end - p), out);
}

struct flow_text
canonical_text(enum flow_type type, const struct flow_text *text, char room[CANONICAL_TEXT_MAX])
{
	struct flow_text made = { room, 0 };
	struct addr addr;
	uint64_t mac;

	if (type == FLOW_TYPE_ADDR &&
	    (addr_parse(text->p, text->len, &addr) || parse_printed(text, &addr))) {
		addr_to_v4(&addr);
		made.len = (uint32_t)addr_format(&addr, room);
	} else if (type == FLOW_TYPE_MAC && mac_parse(text->p, text->len, &mac)) {
		made.len = (uint32_t)mac_format(mac, room);
	} else {
		return *text;
	}
	return text_compare(&made, text) == 0 ? *text : made;
}

void
canonical_texts_clear(struct canonical_texts *c)
{
	free(c->text);
	arena_free(c->arena);
	*c = (struct canonical_texts){ .text = NULL };
}

static bool
reserve(struct canonical_texts *c, uint32_t count)
{
	struct flow_text *more;

	if (c->arena == NULL)
		c->arena = arena_new();
	if (c->arena == NULL)
		return false;
	if (count <= c->cap)
		return true;
	more = realloc(c->text, (size_t)count * 2 * sizeof(*more));
	if (more == NULL)
		return false;
	c->text = more;
	c->cap = count * 2;
	return true;
}

enum flow_status
canonical_texts_take(struct canonical_texts *c, enum flow_type type, const struct flow_text *text,
    uint32_t count, struct flow_error *err)
{
	char room[CANONICAL_TEXT_MAX];

	if (!reserve(c, count))
		return flow_fail_memory(err);
	for (; c->count < count; c->count++) {
		struct flow_text t = canonical_text(type, &text[c->count], room);

		if (t.p == room)
			t.p = arena_text(c->arena, room, t.len);
		if (t.p == NULL)
			return flow_fail_memory(err);
		c->text[c->count] = t;
	}
	return FLOW_OK;
}
