/* SPDX-License-Identifier: BSD-2-Clause */
/* From the text of a format to a program: names of formats and lists of columns. */
#include <stdlib.h>
#include <string.h>

#include "output/cell.h"
#include "output/format_program.h"

/* The columns of plain csv. */
static const enum flow_field common[] = {
	FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_SRC_ADDR, FLOW_FIELD_DST_ADDR,
	FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_PROTO, FLOW_FIELD_TCP_FLAGS,
	FLOW_FIELD_TOS, FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES, FLOW_FIELD_FLOWS,
	FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF, FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS,
	FLOW_FIELD_EXPORTER, FLOW_FIELD_SAMPLING,
};

/* A named value: a field, a text made of one, or a derived value (FLOW_FIELD_NONE). */
struct item {
	enum flow_field field;
	enum column_made made;
	const char *name;
	size_t len;
};

static void
need_derived(struct flow_printer *p)
{
	flow_fieldset_add(&p->fields, FLOW_FIELD_FIRST);
	flow_fieldset_add(&p->fields, FLOW_FIELD_LAST);
	flow_fieldset_add(&p->fields, FLOW_FIELD_PACKETS);
	flow_fieldset_add(&p->fields, FLOW_FIELD_BYTES);
}

/* Makes c print the item, with `after` behind it. */
static enum flow_status
item_column(struct flow_printer *p, struct column *c, const struct item *item,
    enum cell_syntax syntax, const char *after)
{
	if (item->field == FLOW_FIELD_NONE) {
		need_derived(p);
		(void)cell_derived(c, item->name, item->len);
	} else {
		c->field = item->field;
		if (item->made != MADE_NOT)
			(void)cell_made(c, item->name, item->len);
		flow_fieldset_add(&p->fields, item->field);
		cell_field(c, syntax);
	}
	c->after_len = (uint8_t)strlen(after);
	memcpy(c->after, after, c->after_len);
	return FLOW_OK;
}

static enum flow_status
add_csv(struct flow_printer *p, const struct item *item, struct flow_error *err)
{
	struct column *c = program_column(p, err);

	if (c == NULL)
		return err->status;
	if (!p->options.quiet) {
		if (p->header.len > 0)
			buf_append_u8(&p->header, ',');
		buf_append(&p->header, item->name, item->len);
	}
	return item_column(p, c, item, p->options.csv_safe ? CELL_CSV_SAFE : CELL_CSV, ",");
}

static enum flow_status
add_json(struct flow_printer *p, const struct item *item, struct flow_error *err)
{
	/* Whether values stand without quotes. */
	bool bare = item->field == FLOW_FIELD_NONE || (item->made == MADE_NOT &&
	    (item->field == FLOW_FIELD_EXTRA || flow_field_info(item->field)->type < FLOW_TYPE_TIME));
	struct column *c;

	buf_append_u8(&p->literal, '"');
	buf_append(&p->literal, item->name, item->len);
	buf_append_text(&p->literal, bare ? "\":" : "\":\"");
	c = program_column(p, err);
	if (c == NULL)
		return err->status;
	c->null_len = CELL_ABSENT;
	return item_column(p, c, item, CELL_JSON, bare ? "," : "\",");
}

static enum flow_status
add_raw(struct flow_printer *p, const struct item *item, struct flow_error *err)
{
	struct column *c;

	buf_printf(&p->literal, "  %-17.*s = ", (int)item->len, item->name);
	c = program_column(p, err);
	if (c == NULL)
		return err->status;
	c->null_len = CELL_ABSENT;
	return item_column(p, c, item, CELL_RAW, "\n");
}

typedef enum flow_status add_fn(struct flow_printer *p, const struct item *item,
    struct flow_error *err);

static enum flow_status
add_field(struct flow_printer *p, enum flow_field field, add_fn *add, struct flow_error *err)
{
	const char *name = flow_field_info(field)->name;
	struct item item = { field, MADE_NOT, name, strlen(name) };

	return add(p, &item, err);
}

static enum flow_status
add_all(struct flow_printer *p, add_fn *add, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (unsigned f = 0; f < FLOW_FIELD_STORED && st == FLOW_OK; f++)
		st = add_field(p, (enum flow_field)f, add, err);
	return st;
}

/* Finds a column, a derived value or a made text by its name. */
static bool
item_find(const char *name, size_t len, struct item *out)
{
	struct column probe = { .field = FLOW_FIELD_NONE };

	*out = (struct item){ flow_field_find(name, len), MADE_NOT, name, len };
	if (cell_made(&probe, name, len)) {
		out->field = probe.field;
		out->made = probe.made;
	}
	return out->field != FLOW_FIELD_NONE || cell_derived(&probe, name, len);
}

/* Part of a list, for messages. */
struct piece {
	const char *text;
	size_t len;
	size_t at;
};

static enum flow_status
no_column(const struct piece *piece, const char *name, size_t len, struct flow_error *err)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, name, len);
	flow_field_nearest(&meant);
	cell_derived_nearest(&meant);
	return flow_fail(err, FLOW_EINVAL, (int64_t)piece->at,
	    "output format: no column \"%.*s\" (at position %zu); csv:all prints all names%s",
	    (int)(len < 64 ? len : 64), name, piece->at + 1, nearest_hint(&meant, hint));
}

static enum flow_status
add_name(struct flow_printer *p, const struct piece *piece, const char *name, size_t len,
    add_fn *add, struct flow_error *err)
{
	struct item item;

	if (!item_find(name, len, &item))
		return no_column(piece, name, len, err);
	if (item.made == MADE_PLACE && p->options.geo == NULL)
		return flow_fail(err, FLOW_EINVAL, (int64_t)piece->at, "output format: "
		    "\"%.*s\" (at position %zu) needs a database of addresses "
		    "(--geo FILE, without -K)", (int)piece->len, piece->text, piece->at + 1);
	return add(p, &item, err);
}

/* All columns of one of nfdump's tokens. */
static enum flow_status
add_token(struct flow_printer *p, const struct piece *piece, add_fn *add, struct flow_error *err)
{
	char room[FMT_WHY_ROOM];
	const char *why = "", *name = fmt_token_names(piece->text, piece->len, room, &why);
	enum flow_status st = FLOW_OK;
	size_t len;

	if (name == NULL)
		return flow_fail(err, FLOW_EINVAL, (int64_t)piece->at,
		    "output format: \"%.*s\" (at position %zu): %s",
		    (int)(piece->len < 64 ? piece->len : 64), piece->text, piece->at + 1, why);
	for (; st == FLOW_OK && *name != '\0'; name += len + (name[len] == ',')) {
		len = strcspn(name, ",");
		st = add_name(p, piece, name, len, add, err);
	}
	return st;
}

static enum flow_status
add_list(struct flow_printer *p, const char *spec, size_t len, size_t at, add_fn *add,
    struct flow_error *err)
{
	if (at == len)
		return flow_fail(err, FLOW_EINVAL, (int64_t)at, "output format \"%.*s\": "
		    "expected columns after the colon", (int)len, spec);
	while (at <= len) {
		const char *comma = memchr(spec + at, ',', len - at);
		size_t end = comma != NULL ? (size_t)(comma - spec) : len;
		struct piece piece = { spec + at, end - at, at };
		enum flow_status st;

		if (piece.len > 0 && piece.text[0] == '%')
			st = add_token(p, &piece, add, err);
		else
			st = add_name(p, &piece, piece.text, piece.len, add, err);
		if (st != FLOW_OK)
			return st;
		at = end + 1;
	}
	return FLOW_OK;
}

static enum flow_status
compile_csv(struct flow_printer *p, const char *spec, size_t len, size_t at, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	if (at > len)
		for (size_t i = 0; i < ARRAY_LEN(common) && st == FLOW_OK; i++)
			st = add_field(p, common[i], add_csv, err);
	else if (len - at == 3 && memcmp(spec + at, "all", 3) == 0)
		st = add_all(p, add_csv, err);
	else
		st = add_list(p, spec, len, at, add_csv, err);
	p->commas = true;
	if (!p->options.quiet)
		buf_append_text(&p->header, "\n");
	return st;
}

static enum flow_status
compile_json(struct flow_printer *p, const char *spec, size_t len, size_t at,
    struct flow_error *err)
{
	p->trim = 1;
	if (at > len || (len - at == 3 && memcmp(spec + at, "all", 3) == 0))
		return add_all(p, add_json, err);
	return add_list(p, spec, len, at, add_json, err);
}

static enum flow_status
compile_ndjson(struct flow_printer *p, const char *spec, size_t len, size_t at,
    struct flow_error *err)
{
	buf_append_text(&p->open, "{");
	buf_append_text(&p->close, "}\n");
	return compile_json(p, spec, len, at, err);
}

static enum flow_status
compile_array(struct flow_printer *p, const char *spec, size_t len, size_t at,
    struct flow_error *err)
{
	buf_append_text(&p->header, "[");
	buf_append_text(&p->open, ",\n{");
	buf_append_text(&p->close, "}");
	buf_append_text(&p->footer, "\n]\n");
	p->first_skip = 1;
	return compile_json(p, spec, len, at, err);
}

static enum flow_status
compile_raw(struct flow_printer *p, const char *spec, size_t len, size_t at, struct flow_error *err)
{
	buf_append_text(&p->open, "Flow\n");
	buf_append_text(&p->close, "\n");
	if (at > len)
		return add_all(p, add_raw, err);
	return add_list(p, spec, len, at, add_raw, err);
}

static enum flow_status
compile_fmt(struct flow_printer *p, const char *spec, size_t len, size_t at, struct flow_error *err)
{
	if (at > len)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "output format fmt: expected fmt:FORMAT, as in 'fmt:%%ts %%sa %%da'");
	return fmt_compile(p, spec + at, len - at, at, err);
}

static enum flow_status
compile_null(struct flow_printer *p, const char *spec, size_t len, size_t at,
    struct flow_error *err)
{
	UNUSED(spec);
	UNUSED(len);
	UNUSED(at);
	UNUSED(err);
	p->nothing = true;
	return FLOW_OK;
}

/* `at` is where the text after the colon begins; len + 1 where there is no colon. */
typedef enum flow_status compile_fn(struct flow_printer *p, const char *spec, size_t len,
    size_t at, struct flow_error *err);

static const struct {
	const char *name;
	compile_fn *compile;
	bool takes_text;
} formats[] = {
	{ "csv", compile_csv, true },
	{ "csv-fast", compile_csv, false },
	{ "ndjson", compile_ndjson, true },
	{ "json", compile_array, true },
	{ "raw", compile_raw, true },
	{ "fmt", compile_fmt, true },
	{ "null", compile_null, false },
};

/* Tables for people are formats in nfdump's tokens. */
static const struct {
	const char *name;
	const char *format;
} tables[] = {
	{ "line", "%ts %td %pr %sap -> %dap %pkt %byt %fl" },
	{ "gline", "%ts %td %pr %gsap -> %gdap %pkt %byt %fl" },
	{ "long", "%ts %td %pr %sap -> %dap %flg %tos %pkt %byt %fl" },
	{ "glong", "%ts %td %pr %gsap -> %gdap %flg %tos %pkt %byt %fl" },
	{ "extended", "%ts %td %pr %sap -> %dap %flg %tos %pkt %byt %pps %bps %bpp %fl" },
	{ "wide", "%ts %td %pr %sap -> %dap %flg %tos %sas %das %in %out %pkt %byt %pps %bps %bpp "
	    "%fl" },
	{ "biline", "%ts %td %pr %sap <-> %dap %opkt %ipkt %obyt %ibyt %fl" },
	{ "bilong", "%ts %td %pr %sap <-> %dap %flg %tos %opkt %ipkt %obyt %ibyt %fl" },
	{ "nsel", "%ts %evt %xevt %pr %sap -> %dap %xsap -> %xdap %ibyt %obyt" },
	{ "nat", "%ts %nevt %pr %sap -> %dap %nsap -> %ndap" },
};

#define FORMATS "line, long, extended, wide, gline, glong, biline, bilong, nsel, nat, raw, " \
	"csv[:COLUMNS], ndjson[:COLUMNS], json[:COLUMNS], fmt:FORMAT, null"

static bool
same(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && memcmp(name, text, len) == 0;
}

static enum flow_status
compile(struct flow_printer *p, const char *spec, size_t len, struct flow_error *err)
{
	const char *colon = memchr(spec, ':', len);
	size_t name_len = colon != NULL ? (size_t)(colon - spec) : len;
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, spec, name_len);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		nearest_try_text(&meant, formats[i].name);
		if (!same(formats[i].name, spec, name_len))
			continue;
		if (colon != NULL && !formats[i].takes_text)
			break;
		return formats[i].compile(p, spec, len, name_len + 1, err);
	}
	for (size_t i = 0; i < ARRAY_LEN(tables) && colon == NULL; i++) {
		nearest_try_text(&meant, tables[i].name);
		if (same(tables[i].name, spec, len))
			return fmt_compile(p, tables[i].format, strlen(tables[i].format), 0, err);
	}
	return flow_fail(err, FLOW_EINVAL, 0, "no output format \"%.*s\"; there are " FORMATS "%s",
	    (int)(len < 64 ? len : 64), spec, nearest_hint(&meant, hint));
}

/* Appends 16 zero bytes behind the contents: the join copies in steps of 16. */
static void
pad(struct buf *b)
{
	if (buf_reserve(b, 16))
		memset(buf_end(b), 0, 16);
}

enum flow_status
flow_printer_new(const char *spec, size_t len, const struct flow_printer_options *options,
    struct flow_printer **out, struct flow_error *err)
{
	struct flow_printer *p = calloc(1, sizeof(*p));
	struct flow_error local;
	enum flow_status st;

	if (p == NULL)
		return flow_fail_memory(err);
	if (err == NULL)
		err = &local;
	if (options != NULL)
		p->options = *options;
	if (p->options.ident != NULL) {
		buf_append_text(&p->ident, p->options.ident);
		buf_append_u8(&p->ident, '\0');
		p->options.ident = (const char *)p->ident.data;
	}
	if (p->options.formats != NULL) {
		const char *named = flow_formats_find(p->options.formats, spec, len);

		spec = named != NULL ? named : spec;
		len = named != NULL ? strlen(named) : len;
	}
	st = compile(p, spec, len, err);
	if (st != FLOW_OK) {
		flow_printer_free(p);
		return st;
	}
	pad(&p->open);
	pad(&p->close);
	if (p->open.failed || p->close.failed || p->header.failed || p->footer.failed ||
	    p->literal.failed || p->ident.failed) {
		flow_printer_free(p);
		return flow_fail_memory(err);
	}
	*out = p;
	return FLOW_OK;
}
