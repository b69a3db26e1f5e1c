/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists as JSON. */
#include "wire/template/list.h"

#include "base/json.h"
#include "element/value_json.h"
#include "wire/decoder.h"

#define ENTERPRISE_BIT 0x8000u

/* IANA's registry "IPFIX Structured Data Types Semantics". */
static const char *const semantics[] = { "noneOf", "exactlyOneOf", "oneOrMoreOf", "allOf", "ordered" };

void
list_walk_begin(struct list_walk *w, enum element_type type, const uint8_t *p, size_t len)
{
	*w = (struct list_walk){ .in = cursor_make(p, len), .type = type, .semantic = LIST_UNDEFINED };
	if (len > 0)
		w->semantic = cursor_u8(&w->in);
}

bool
list_walk_next(struct list_walk *w, uint16_t *id, struct cursor *records)
{
	size_t head = w->type == ELEMENT_SUB_LIST ? 2 : 4, len;
	struct cursor peek = w->in;

	if (cursor_left(&w->in) == 0)
		return false;
	*id = cursor_be16(&peek);
	len = w->type == ELEMENT_SUB_LIST ? cursor_left(&w->in) : cursor_be16(&peek);
	w->bad = cursor_failed(&peek) || len < head || len > cursor_left(&w->in) ||
	    *id < TEMPLATE_ID_MIN;
	if (w->bad)
		return false;
	cursor_skip(&w->in, head);
	*records = cursor_sub(&w->in, len - head);
	return true;
}

struct template *
list_template(const struct rows *r, uint16_t id)
{
	struct template *t = template_find(&r->ctx->src->templates, id);

	if (t == NULL || t->doubted)
		return NULL;
	t->seen_ms = r->ctx->d->age.now_ms;
	return t;
}

static bool
too_long(const struct buf *out, size_t begin)
{
	return out->len - begin > LIST_TEXT_MAX;
}

static void
put_semantic(struct buf *out, uint8_t semantic)
{
	if (semantic < ARRAY_LEN(semantics))
		buf_printf(out, "\"semantic\":\"%s\",", semantics[semantic]);
	else if (semantic != LIST_UNDEFINED)
		buf_printf(out, "\"semantic\":%u,", (unsigned)semantic);
}

/* Appends bytes that were not understood as one more member, and counts them. */
static void
put_rest(struct buf *out, const struct rows *r, const struct cursor *in)
{
	if (cursor_left(in) == 0)
		return;
	decoder_count(r->ctx->d, FLOW_COUNT_LIST_BAD, 1);
	buf_append_text(out, ",\"octets\":");
	octets_json(out, in->pos, cursor_left(in));
}

/* The part if this record of a list was joined with the row, so that columns may hold some of it; else NULL. */
static const struct join_part *
part_at(const struct rows *r, const uint8_t *p)
{
	size_t i;

	for (i = 0; r->join != NULL && i < r->join->parts; i++)
		if (r->join->part[i].p == p)
			return &r->join->part[i];
	return NULL;
}

/* Writes one record; false if all of it is in columns. */
static bool
put_record(struct buf *out, const struct rows *r, const struct template *t, const uint8_t *p,
    const struct span *span)
{
	const struct join_part *part = part_at(r, p);
	struct rows record = *r;
	size_t begin = out->len;

	record.depth = r->depth + 1;
	if (part != NULL) {
		record.from = part->from;
		record.to = (uint16_t)(part->from + t->count);
	} else {
		record = (struct rows){ .ctx = r->ctx, .plan = t->text_plan, .span = span, .n = 1,
			.depth = r->depth + 1 };
	}
	rows_object(&record, 0, out);
	if (out->len == begin && part == NULL)
		buf_append_text(out, "{}");
	return out->len > begin;
}

/* Writes the records of a block, up to the first bad one. */
static void
put_records(struct buf *out, const struct rows *r, struct template *t, struct cursor *in, size_t begin)
{
	struct span *span = r->ctx->d->list_span[r->depth];

	while (cursor_left(in) > 0 && !too_long(out, begin)) {
		struct cursor record = *in;

		if (sets_record(&record, t, span) != FLOW_OK)
			break;
		if (put_record(out, r, t, in->pos, span))
			buf_append_u8(out, ',');
		*in = record;
	}
}

/* Writes a block; bytes that are no record follow as a record of octets. */
static void
put_block(struct buf *out, const struct rows *r, uint16_t id, struct cursor *in, size_t begin)
{
	struct template *t = list_template(r, id);

	if (t != NULL && store_compile_text(r->ctx->d, r->ctx->src, t) != FLOW_OK) {
		out->failed = true;
		return;
	}
	if (t != NULL)
		put_records(out, r, t, in, begin);
	if (cursor_left(in) == 0)
		return;
	decoder_count(r->ctx->d, t == NULL ? FLOW_COUNT_LIST_TEMPLATE : FLOW_COUNT_LIST_BAD, 1);
	buf_printf(out, "{\"template\":%u,\"octets\":", (unsigned)id);
	octets_json(out, in->pos, cursor_left(in));
	buf_append_text(out, "},");
}

static void
put_templates(struct buf *out, const struct rows *r, enum element_type type, const uint8_t *p,
    size_t len)
{
	size_t begin = out->len;
	struct cursor records;
	struct list_walk w;
	uint16_t id;

	list_walk_begin(&w, type, p, len);
	buf_append_u8(out, '{');
	put_semantic(out, w.semantic);
	buf_append_text(out, "\"records\":[");
	while (!too_long(out, begin) && list_walk_next(&w, &id, &records))
		put_block(out, r, id, &records, begin);
	if (!out->failed && out->data[out->len - 1] == ',')
		out->len--;
	buf_append_u8(out, ']');
	put_rest(out, r, &w.in);
	buf_append_u8(out, '}');
}

/* Writes the values of a basicList, up to the first bad one. */
static void
put_values(struct buf *out, const struct rows *r, enum element_type type, uint16_t len,
    struct cursor *in)
{
	struct rows inside = *r;
	size_t begin = out->len;
	struct span value;

	inside.depth++;
	while (len > 0 && cursor_left(in) > 0 && !too_long(out, begin)) {
		struct cursor next = *in;

		value = len == TEMPLATE_VARIABLE ? sets_variable(&next) :
		    (struct span){ cursor_bytes(&next, len), len };
		if (cursor_failed(&next))
			break;
		if (out->len > begin)
			buf_append_u8(out, ',');
		if (value.len == 0)
			buf_append_text(out, "null");
		else
			list_or_value_json(out, &inside, type, value.p, value.len);
		*in = next;
	}
}

static void
put_basic(struct buf *out, const struct rows *r, const uint8_t *p, size_t len)
{
	struct element_told told = { &r->ctx->src->known, r->ctx->d->options.elements };
	struct cursor in = cursor_make(p, len);
	uint8_t semantic = cursor_u8(&in);
	uint16_t id = cursor_be16(&in), value_len = cursor_be16(&in);
	uint32_t pen = (id & ENTERPRISE_BIT) != 0 ? cursor_be32(&in) : 0;
	struct element_label label;

	buf_append_u8(out, '{');
	if (cursor_failed(&in)) {
		decoder_count(r->ctx->d, FLOW_COUNT_LIST_BAD, 1);
		buf_append_text(out, "\"octets\":");
		octets_json(out, p, len);
		buf_append_u8(out, '}');
		return;
	}
	element_label(&told, pen, id & (uint16_t)~ENTERPRISE_BIT, value_len, &label);
	put_semantic(out, semantic);
	json_append_string(out, label.name, label.len);
	buf_append_text(out, ":[");
	put_values(out, r, label.type, value_len, &in);
	buf_append_u8(out, ']');
	put_rest(out, r, &in);
	buf_append_u8(out, '}');
}

void
list_or_value_json(struct buf *out, const struct rows *r, enum element_type type,
    const uint8_t *p, size_t len)
{
	if (!element_type_is_list(type)) {
		value_json(out, type, p, len);
	} else if (r->depth >= LIST_DEPTH_MAX) {
		decoder_count(r->ctx->d, FLOW_COUNT_LIST_BAD, 1);
		octets_json(out, p, len);
	} else if (type == ELEMENT_BASIC_LIST) {
		put_basic(out, r, p, len);
	} else {
		put_templates(out, r, type, p, len);
	}
}
