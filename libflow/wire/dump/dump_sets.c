/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/dump/dump.h"
#include "wire/template/list.h"

#define SET_HEADER_LEN 4

/* A message being shown. */
struct shown {
	struct flow_decoder *d;
	struct source *src;		/* NULL: unknown */
	unsigned version;
	struct buf *text;
};

/* Writes the name of a field and returns its type. */
static enum element_type
dump_label(const struct shown *s, const struct template_field *f)
{
	static const char *const scope[] = { "0", "System", "Interface", "LineCard", "Cache",
		"Template" };
	struct element_told told = { s->src != NULL ? &s->src->known : NULL, s->d->options.elements };
	struct element_label label;

	if (f->pen == TEMPLATE_SCOPE_PEN) {
		if (f->id < ARRAY_LEN(scope))
			buf_printf(s->text, "scope%s", scope[f->id]);
		else
			buf_printf(s->text, "scope%u", (unsigned)f->id);
		return ELEMENT_U32;
	}
	element_label(&told, f->pen, f->id, f->len, &label);
	buf_append(s->text, label.name, label.len);
	return label.type;
}

static void
dump_template(const struct shown *s, const struct template *t)
{
	uint16_t i;

	buf_printf(s->text, "    %s template %u: %u fields, %lu bytes%s\n",
	    t->options ? "options" : "data", (unsigned)t->id, (unsigned)t->count,
	    (unsigned long)t->record_len, t->variable ? " or more" : "");
	for (i = 0; i < t->count; i++) {
		const struct template_field *f = &t->field[i];

		buf_append_text(s->text, i < t->scopes ? "      scope " : "      ");
		(void)dump_label(s, f);
		if (f->pen != TEMPLATE_SCOPE_PEN)
			buf_printf(s->text, " (%lu/%u)", (unsigned long)f->pen, (unsigned)f->id);
		if (f->len == TEMPLATE_VARIABLE)
			buf_append_text(s->text, " variable\n");
		else
			buf_printf(s->text, " %u\n", (unsigned)f->len);
	}
}

static void
dump_templates(const struct shown *s, enum template_kind kind, struct cursor *body)
{
	enum flow_status st;
	struct template *t;
	uint16_t id;

	while ((st = template_read(body, s->version, kind, &id, &t)) != FLOW_END) {
		if (st == FLOW_ENOMEM)
			return;
		if (st != FLOW_OK)
			buf_printf(s->text, "    template %u: %s\n", (unsigned)id,
			    flow_status_text(st));
		else if (t == NULL)
			buf_printf(s->text, "    template %u withdrawn\n", (unsigned)id);
		else
			dump_template(s, t);
		template_free(t);
		if (cursor_failed(body))
			return;
	}
}

static void
dump_records(const struct shown *s, const struct template *t, struct cursor *body)
{
	struct context ctx = { .d = s->d, .src = s->src, .version = (uint8_t)s->version };
	struct rows row = { .ctx = &ctx, .n = 1 };
	struct span span[TEMPLATE_FIELDS_MAX];
	unsigned long n = 0;
	enum element_type type;
	enum flow_status st;
	uint16_t i;

	while ((st = sets_record(body, t, span)) == FLOW_OK) {
		buf_printf(s->text, "    record %lu:", ++n);
		for (i = 0; i < t->count; i++) {
			if (span[i].len == 0)
				continue;
			buf_append_u8(s->text, ' ');
			type = dump_label(s, &t->field[i]);
			buf_append_u8(s->text, '=');
			list_or_value_json(s->text, &row, type, span[i].p, span[i].len);
		}
		buf_append_u8(s->text, '\n');
	}
	if (st != FLOW_END)
		buf_append_text(s->text, "    cut inside a record\n");
	else if (cursor_left(body) > 0)
		buf_printf(s->text, "    %lu bytes of padding\n", (unsigned long)cursor_left(body));
}

static void
dump_set(const struct shown *s, uint16_t id, struct cursor *body)
{
	unsigned base = s->version == 9 ? 0 : 2;
	const struct template *t;

	buf_printf(s->text, "  set %u, %lu bytes\n", (unsigned)id,
	    (unsigned long)cursor_left(body) + SET_HEADER_LEN);
	if (id == base || id == base + 1) {
		dump_templates(s, id == base ? TEMPLATE_DATA : TEMPLATE_OPTIONS, body);
		return;
	}
	t = s->src != NULL ? template_find(&s->src->templates, id) : NULL;
	if (t != NULL)
		dump_records(s, t, body);
	else
		buf_append_text(s->text, id < TEMPLATE_ID_MIN ? "    reserved id\n" :
		    "    no template yet\n");
}

static uint32_t
dump_header(struct cursor *in, unsigned version, struct buf *text)
{
	uint32_t count, uptime, export, sequence, domain;

	cursor_skip(in, 2);
	count = cursor_be16(in);
	uptime = version == 9 ? cursor_be32(in) : 0;
	export = cursor_be32(in);
	sequence = cursor_be32(in);
	domain = cursor_be32(in);
	if (cursor_failed(in)) {
		buf_append_text(text, "  shorter than its header\n");
		return 0;
	}
	buf_printf(text, "  %s %lu", version == 9 ? "records" : "length", (unsigned long)count);
	if (version == 9)
		buf_printf(text, ", uptime %lu ms", (unsigned long)uptime);
	buf_append_text(text, ", exported ");
	dump_time(text, (int64_t)export * 1000);
	buf_printf(text, ", sequence %lu, domain %lu\n", (unsigned long)sequence,
	    (unsigned long)domain);
	if (version == 10 && count < in->end - in->begin && count >= in->pos - in->begin)
		in->end = in->begin + count;
	return domain;
}

void
dump_sets(const struct flow_datagram *dg, unsigned version, struct flow_decoder *d,
    struct buf *text)
{
	struct cursor in = cursor_make(dg->bytes, dg->len);
	uint32_t domain = dump_header(&in, version, text);
	struct source_key key = source_key(d, dg, (uint8_t)version, domain);
	struct shown s = { d, (struct source *)(uintptr_t)source_find(d, &key), version, text };

	while (cursor_left(&in) >= SET_HEADER_LEN) {
		struct cursor peek = in;
		uint16_t id = cursor_be16(&peek), len = cursor_be16(&peek);
		struct cursor body;

		if (len < SET_HEADER_LEN || len > cursor_left(&in)) {
			buf_printf(text, "  set %u: length %u, %lu left\n", (unsigned)id,
			    (unsigned)len, (unsigned long)cursor_left(&in));
			return;
		}
		cursor_skip(&in, SET_HEADER_LEN);
		body = cursor_sub(&in, (size_t)len - SET_HEADER_LEN);
		dump_set(&s, id, &body);
	}
}
