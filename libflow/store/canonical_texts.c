/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/canonical_texts.h"

#include <stdlib.h>

#include "net/addr.h"
#include "net/mac.h"

struct flow_text
canonical_text(enum flow_type type, const struct flow_text *text, char room[CANONICAL_TEXT_MAX])
{
	struct flow_text made = { room, 0 };
	struct addr addr;
	uint64_t mac;

	if (type == FLOW_TYPE_ADDR && addr_parse(text->p, text->len, &addr))
		made.len = (uint32_t)addr_format(&addr, room);
	else if (type == FLOW_TYPE_MAC && mac_parse(text->p, text->len, &mac))
		made.len = (uint32_t)mac_format(mac, room);
	else
		return *text;
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
