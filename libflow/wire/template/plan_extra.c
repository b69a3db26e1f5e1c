/* SPDX-License-Identifier: BSD-2-Clause */
/* The column `extra`: a JSON object of the elements that have no column. */
#include "wire/decoder.h"
#include "wire/sflow/packet_row.h"
#include "wire/template/element_value.h"

/* Whether row i's elements are those of the row before, byte for byte. */
static bool
same_as_before(const struct rows *r, size_t i)
{
	const struct plan *p = r->plan;
	size_t x;

	if (i == 0)
		return false;
	for (x = 0; x < p->extras; x++) {
		const struct span *s = &r->span[p->extra[x].index];

		if (memcmp(s->p + i * r->stride, s->p + (i - 1) * r->stride, s->len) != 0)
			return false;
	}
	return true;
}

/* Elements that repeat within a record become an array. */
static void
write_object(const struct rows *r, size_t i, struct buf *out)
{
	const struct plan *p = r->plan;
	size_t x;

	for (x = 0; x < p->extras; x++) {
		const struct plan_extra *e = &p->extra[x];
		const struct span *s = &r->span[e->index];
		bool more = x + 1 < p->extras && p->extra[x + 1].again;

		if (e->section && r->packet->outer.version != 0)
			continue;
		if (!e->again) {
			if (!more && s->len == 0)
				continue;
			buf_append_u8(out, out->len == 0 ? '{' : ',');
			buf_append(out, p->keys + e->key, e->key_len);
			buf_append_u8(out, ':');
			if (more)
				buf_append_u8(out, '[');
		} else {
			buf_append_u8(out, ',');
		}
		if (s->len == 0)
			buf_append_text(out, "null");
		else
			value_json(out, (enum element_type)e->type, s->p + i * r->stride, s->len);
		if (e->again && !more)
			buf_append_u8(out, ']');
	}
	if (r->packet != NULL)
		packet_extra_vlan(out, r->packet);
	if (out->len > 0)
		buf_append_u8(out, '}');
}

enum flow_status
rows_extra(const struct rows *r)
{
	struct buf *text = &r->ctx->d->text;
	enum flow_status st = FLOW_OK;
	size_t i;

	if (r->plan->extras == 0 || r->ctx->d->options.drop_extra)
		return FLOW_OK;
	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		if (!same_as_before(r, i)) {
			buf_clear(text);
			write_object(r, i, text);
			if (text->failed)
				return FLOW_ENOMEM;
		}
		if (text->len > 0)
			st = flow_builder_text(r->ctx->out, FLOW_FIELD_EXTRA, i,
			    (const char *)text->data, text->len);
	}
	return st;
}
