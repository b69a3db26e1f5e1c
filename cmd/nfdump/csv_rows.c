/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/csv_rows.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "net/addr.h"
#include "net/proto.h"
#include "nfdump/row_counters.h"

enum csv_cell {
	CELL_COUNT, CELL_IDENT, CELL_ENGINE, CELL_TIME, CELL_TIME_UTC, CELL_EPOCH, CELL_DURATION, CELL_NUMBER,
	CELL_FLOWS, CELL_PORT, CELL_FLAGS, CELL_BPS, CELL_PPS, CELL_BPP, CELL_ADDR, CELL_DIRECTION, CELL_NET,
	CELL_LABEL,
	CELL_MAC, CELL_LATENCY, CELL_HEX, CELL_FRAGMENT,
};

static const struct token {
	const char *token, *head;
	enum csv_cell cell;
	enum flow_field field, second;
} token[] = {
#define CSV(name, head, cell, field, second) { name, head, CELL_##cell, FLOW_FIELD_##field, FLOW_FIELD_##second },
#include "nfdump/csv_token.def"
#undef CSV
};

#define COLUMNS_MAX 128

struct nfdump_csv {
	const struct token *column[COLUMNS_MAX];
	size_t columns;
	uint64_t count;			/* rows so far */
	struct stamp_cache local, utc;
};

static const struct token *
find(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(token); i++)
		if (strlen(token[i].token) == len && memcmp(token[i].token, text, len) == 0)
			return &token[i];
	return NULL;
}

static enum flow_status
parse(struct nfdump_csv *csv, const char *text, struct flow_error *err)
{
	for (const char *p = strchr(text, '%'); p != NULL; p = strchr(p + 1, '%')) {
		size_t len = 0;

		while (isalnum((unsigned char)p[1 + len]))
			len++;
		if (csv->columns == COLUMNS_MAX)
			return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more than %d columns", COLUMNS_MAX);
		csv->column[csv->columns] = find(p + 1, len);
		if (csv->column[csv->columns++] == NULL)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "Unknown csv output token %%%.*s",
			    (int)(len < 32 ? len : 32), p + 1);
	}
	return csv->columns > 0 ? FLOW_OK : flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s: no %%token", text);
}

enum flow_status
nfdump_csv_new(const char *format, struct nfdump_csv **csv, struct flow_error *err)
{
	enum flow_status st;

	*csv = calloc(1, sizeof(**csv));
	if (*csv == NULL)
		return flow_fail(err, FLOW_ENOMEM, FLOW_NO_OFFSET, "out of memory");
	st = parse(*csv, format, err);
	if (st != FLOW_OK) {
		nfdump_csv_free(*csv);
		*csv = NULL;
	}
	return st;
}

void
nfdump_csv_free(struct nfdump_csv *csv)
{
	free(csv);
}

void
nfdump_csv_fields(const struct nfdump_csv *csv, struct flow_fieldset *fields)
{
	nfdump_counters_fields(fields);
	for (size_t i = 0; i < csv->columns; i++) {
		const struct token *t = csv->column[i];

		if (t->field != FLOW_FIELD_NONE)
			flow_fieldset_add(fields, t->field);
		if (t->second != FLOW_FIELD_NONE)
			flow_fieldset_add(fields, t->second);
		if (t->cell == CELL_ENGINE) {
			flow_fieldset_add(fields, FLOW_FIELD_EXPORT_VERSION);
			flow_fieldset_add(fields, FLOW_FIELD_DOMAIN);
		}
		if (t->cell != CELL_PORT)
			continue;
		flow_fieldset_add(fields, FLOW_FIELD_PROTO);
		flow_fieldset_add(fields, FLOW_FIELD_ICMP_TYPE);
		flow_fieldset_add(fields, FLOW_FIELD_ICMP_CODE);
	}
}

void
nfdump_csv_head(const struct nfdump_csv *csv, struct buf *out)
{
	for (size_t i = 0; i < csv->columns; i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "", csv->column[i]->head);
	buf_append_u8(out, '\n');
}

static uint64_t
number(const struct flow_batch *batch, enum flow_field field, uint32_t row)
{
	const struct flow_column *c = &batch->column[field];

	return flow_column_has(c, row) ? flow_column_number(c, flow_field_info(field)->type, row) : 0;
}

static void
put_number(struct buf *out, uint64_t value)
{
	char text[DECIMAL_ROOM];

	buf_append(out, text, decimal_u64(value, text));
}

static void
put_time(struct nfdump_csv *csv, const struct token *t, const struct flow_batch *batch, uint32_t row, struct buf *out)
{
	int64_t ms = (int64_t)number(batch, t->field, row);
	char text[STAMP_TEXT_MAX];
	size_t len;

	if (t->cell == CELL_EPOCH)
		len = stamp_format_epoch(ms, text);
	else if (!flow_column_has(&batch->column[t->field], row) || ms == 0)
		len = (size_t)snprintf(text, sizeof(text), "0000-00-00 00:00:00.000");
	else if (t->cell == CELL_TIME)
		len = stamp_format_text(&csv->local, ms, STAMP_LOCAL, text);
	else
		len = stamp_format_text(&csv->utc, ms, STAMP_UTC, text);
	buf_append(out, text, len);
}

static void
put_text(const struct flow_batch *batch, enum flow_field field, uint32_t row, const char *absent, struct buf *out)
{
	const struct flow_column *c = &batch->column[field];
	struct flow_text text;

	if (!flow_column_has(c, row)) {
		buf_append_text(out, absent);
		return;
	}
	text = flow_column_text(c, row);
	for (size_t i = 0; i < text.len; i++)
		buf_append_u8(out, text.p[i] == ',' ? ';' : (uint8_t)text.p[i] < ' ' ? '.' : (uint8_t)text.p[i]);
}

static void
put_net(const struct token *t, const struct flow_batch *batch, uint32_t row, struct buf *out)
{
	const struct flow_column *c = &batch->column[t->field];
	uint64_t bits = number(batch, t->second, row);
	char shown[ADDR_TEXT_MAX + 1];
	struct flow_text text;
	struct addr a;

	if (flow_column_has(c, row)) {
		text = flow_column_text(c, row);
		if (addr_parse(text.p, text.len, &a)) {
			a = addr_mask(&a, (unsigned)bits);
			buf_append(out, shown, addr_format(&a, shown));
		}
	} else {
		buf_append_text(out, "0.0.0.0");
	}
	buf_printf(out, "/%" PRIu64, bits);
}

/* For ICMP the type and the code. */
static void
put_port(const struct flow_batch *batch, uint32_t row, struct buf *out)
{
	if (proto_is_icmp((uint8_t)number(batch, FLOW_FIELD_PROTO, row)))
		buf_printf(out, "%" PRIu64 ".%" PRIu64, number(batch, FLOW_FIELD_ICMP_TYPE, row),
		    number(batch, FLOW_FIELD_ICMP_CODE, row));
	else
		put_number(out, number(batch, FLOW_FIELD_DST_PORT, row));
}

static void
put_flags(const struct flow_batch *batch, uint32_t row, struct buf *out)
{
	bool tcp = number(batch, FLOW_FIELD_PROTO, row) == PROTO_TCP;
	char text[TCP_FLAGS_TEXT_LEN];

	tcp_flags_format(tcp ? (uint16_t)number(batch, FLOW_FIELD_TCP_FLAGS, row) : 0, text);
	buf_append(out, text, sizeof(text));
}

/* Label, traffic class and bottom of stack of a 24-bit entry. */
static void
put_label(uint64_t entry, struct buf *out)
{
	buf_printf(out, "%8" PRIu64 "-%" PRIu64 "-%" PRIu64, entry >> 4, (entry & 0xf) >> 1, entry & 1);
}

/* The value is in thousandths of the unit shown. */
static void
put_thousandths(uint64_t value, struct buf *out)
{
	buf_printf(out, "%" PRIu64 ".%03" PRIu64, value / 1000, value % 1000);
}

/* nfdump divides by seconds in binary: for 36 packets in 0.036 s it prints 999. */
static void
put_rate(const struct token *t, const struct flow_batch *batch, uint32_t row, uint64_t duration_ms, struct buf *out)
{
	uint64_t n = number(batch, t->field, row);

	if (t->cell == CELL_BPP)
		put_number(out, derived_bytes_per_packet(n, number(batch, t->second, row)));
	else
		put_number(out, nfdump_a_second((double)n * (t->cell == CELL_BPS ? 8 : 1),
		    (double)duration_ms / 1000.0));
}

static void
put_fragment(uint64_t flags, struct buf *out)
{
	/* RFC 5102 5.4.11: don't fragment, more fragments */
	buf_append_text(out, (flags & 0x40) != 0 ? "DF" : "--");
	buf_append_text(out, (flags & 0x20) != 0 ? "MF" : "--");
}

/* Type and id; NetFlow v9 without these has them in its source id. */
static void
put_engine(const struct token *t, const struct flow_batch *batch, uint32_t row, struct buf *out)
{
	bool has = flow_column_has(&batch->column[t->field], row) || flow_column_has(&batch->column[t->second], row);
	bool v9 = number(batch, FLOW_FIELD_EXPORT_VERSION, row) == 9;
	uint64_t domain = !has && v9 ? number(batch, FLOW_FIELD_DOMAIN, row) : 0;

	put_number(out, has ? number(batch, t->field, row) : domain >> 8 & 0xff);
	buf_append_u8(out, '/');
	put_number(out, has ? number(batch, t->second, row) : domain & 0xff);
}

static void
put_cell(struct nfdump_csv *csv, const struct token *t, const struct flow_batch *batch, uint32_t row, struct buf *out)
{
	uint64_t duration_ms = derived_duration_ms((int64_t)number(batch, FLOW_FIELD_FIRST, row),
	    (int64_t)number(batch, FLOW_FIELD_LAST, row));
	bool second = t->second != FLOW_FIELD_NONE && !flow_column_has(&batch->column[t->field], row);

	switch (t->cell) {
	case CELL_TIME: case CELL_TIME_UTC: case CELL_EPOCH: put_time(csv, t, batch, row, out); break;
	case CELL_DURATION: put_thousandths(duration_ms, out); break;
	case CELL_NUMBER: put_number(out, number(batch, second ? t->second : t->field, row)); break;
	case CELL_FLOWS: put_number(out, number(batch, t->field, row)); break;
	case CELL_PORT: put_port(batch, row, out); break;
	case CELL_FLAGS: put_flags(batch, row, out); break;
	case CELL_BPS: case CELL_PPS: case CELL_BPP: put_rate(t, batch, row, duration_ms, out); break;
	case CELL_ADDR: put_text(batch, t->field, row, "0.0.0.0", out); break;
	case CELL_MAC: put_text(batch, t->field, row, "00:00:00:00:00:00", out); break;
	case CELL_DIRECTION: buf_append_u8(out, number(batch, t->field, row) != 0 ? 'E' : 'I'); break;
	case CELL_NET: put_net(t, batch, row, out); break;
	case CELL_LABEL: put_label(number(batch, t->field, row), out); break;
	case CELL_LATENCY: put_thousandths(number(batch, t->field, row), out); break;
	case CELL_HEX: buf_printf(out, flow_column_has(&batch->column[t->field], row) ? "0x%" PRIx64 : "0x0%" PRIx64,
	    number(batch, t->field, row)); break;
	case CELL_FRAGMENT: put_fragment(number(batch, t->field, row), out); break;
	case CELL_ENGINE: put_engine(t, batch, row, out); break;
	case CELL_COUNT: case CELL_IDENT: break;
	}
}

void
nfdump_csv_rows(struct nfdump_csv *csv, const struct flow_batch *batch, const struct flow_selection *sel,
    const char *ident, struct buf *out)
{
	for (uint32_t i = 0; i < sel->count; i++) {
		csv->count++;
		for (size_t c = 0; c < csv->columns; c++) {
			if (c > 0)
				buf_append_u8(out, ',');
			if (csv->column[c]->cell == CELL_COUNT)
				put_number(out, csv->count);
			else if (csv->column[c]->cell == CELL_IDENT)
				buf_append_text(out, ident != NULL ? ident : "<no ident>");
			else
				put_cell(csv, csv->column[c], batch, flow_selection_row(sel, i), out);
		}
		buf_append_u8(out, '\n');
	}
}
