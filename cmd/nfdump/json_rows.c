/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/json_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "net/addr.h"
#include "net/proto.h"

enum json_cell {
	CELL_SECTION, CELL_NUMBER, CELL_ALSO, CELL_ZERO, CELL_FLOWS, CELL_ADDR, CELL_GEO, CELL_NET, CELL_LABEL,
	CELL_MAC, CELL_LATENCY, CELL_TEXT,
};

static const struct member {
	const char *key;
	enum json_cell cell;
	enum flow_field field, second;
} member[] = {
#define SECTION(name) { #name, CELL_SECTION, FLOW_FIELD_NONE, FLOW_FIELD_NONE },
#define JSON(key, cell, field, second) { key, CELL_##cell, FLOW_FIELD_##field, FLOW_FIELD_##second },
#include "nfdump/json_member.def"
#undef JSON
#undef SECTION
};

struct nfdump_json {
	bool lines;
	uint64_t count;
	struct intern *exporters;	/* numbered in order of appearance, as in nfdump */
	struct stamp_cache local;
};

struct nfdump_json *
nfdump_json_new(bool lines)
{
	struct nfdump_json *json = calloc(1, sizeof(*json));

	if (json == NULL)
		return NULL;
	json->lines = lines;
	json->exporters = intern_new();
	if (json->exporters != NULL)
		return json;
	free(json);
	return NULL;
}

void
nfdump_json_free(struct nfdump_json *json)
{
	if (json == NULL)
		return;
	intern_free(json->exporters);
	free(json);
}

void
nfdump_json_fields(struct flow_fieldset *fields)
{
	static const enum flow_field always[] = { FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_RECEIVED,
		FLOW_FIELD_PACKETS, FLOW_FIELD_BYTES, FLOW_FIELD_PROTO, FLOW_FIELD_ICMP_TYPE, FLOW_FIELD_ICMP_CODE,
		FLOW_FIELD_TOS, FLOW_FIELD_TCP_FLAGS, FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT, FLOW_FIELD_FWD_STATUS,
		FLOW_FIELD_SAMPLING, FLOW_FIELD_EXPORTER, FLOW_FIELD_FW_EVENT, FLOW_FIELD_NAT_EVENT,
		FLOW_FIELD_EVENT_TIME };

	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		flow_fieldset_add(fields, always[i]);
	for (size_t i = 0; i < ARRAY_LEN(member); i++) {
		if (member[i].field != FLOW_FIELD_NONE)
			flow_fieldset_add(fields, member[i].field);
		if (member[i].second != FLOW_FIELD_NONE)
			flow_fieldset_add(fields, member[i].second);
	}
}

void
nfdump_json_begin(const struct nfdump_json *json, struct buf *out)
{
	if (!json->lines)
		buf_append_text(out, "[\n");
}

void
nfdump_json_end(const struct nfdump_json *json, struct buf *out)
{
	if (!json->lines)
		buf_append_text(out, "\n]\n");
}

/* A row that is being printed. */
struct row {
	const struct nfdump_json *json;
	const struct flow_batch *batch;
	uint32_t row;
	struct buf *out;
};

static bool
has(const struct row *r, enum flow_field field)
{
	return field != FLOW_FIELD_NONE && flow_column_has(&r->batch->column[field], r->row);
}

static uint64_t
number(const struct row *r, enum flow_field field)
{
	return has(r, field) ?
	    flow_column_number(&r->batch->column[field], flow_field_info(field)->type, r->row) : 0;
}

/* Appends the begin of a member; each member ends with a comma, which close_object removes. */
static void
put_key(const struct row *r, const char *key)
{
	buf_printf(r->out, r->json->lines ? "\"%s\":" : "  \"%s\" : ", key);
}

static void
end_member(const struct row *r)
{
	buf_append_text(r->out, r->json->lines ? "," : ",\n");
}

static void
put_number(const struct row *r, const char *key, uint64_t value)
{
	char text[DECIMAL_ROOM];

	put_key(r, key);
	buf_append(r->out, text, decimal_u64(value, text));
	end_member(r);
}

static void
put_text(const struct row *r, const char *key, const char *text, size_t len)
{
	put_key(r, key);
	json_append_string(r->out, text, len);
	end_member(r);
}

static void
put_time(const struct row *r, struct stamp_cache *cache, const char *key, enum flow_field field)
{
	char text[STAMP_TEXT_MAX];
	size_t len = stamp_format_text(cache, (int64_t)number(r, field), STAMP_LOCAL, text);
	char *blank = memchr(text, ' ', len);

	if (blank != NULL)
		*blank = 'T';
	put_text(r, key, text, len);
}

static void
put_net(const struct row *r, const struct member *m)
{
	char shown[ADDR_TEXT_MAX + 1];
	struct flow_text text;
	struct addr a;
	size_t len = 0;

	if (number(r, FLOW_FIELD_SRC_MASK) + number(r, FLOW_FIELD_DST_MASK) > 0 && has(r, m->field)) {
		text = flow_column_text(&r->batch->column[m->field], r->row);
		if (addr_parse(text.p, text.len, &a)) {
			a = addr_mask(&a, (unsigned)number(r, m->second));
			len = addr_format(&a, shown);
		}
	}
	put_text(r, m->key, shown, len);
}

static void
put_address(const struct row *r, const struct member *m)
{
	struct flow_text text = flow_column_text(&r->batch->column[m->field], r->row);
	bool v6 = memchr(text.p, ':', text.len) != NULL;
	char key[32];

	(void)snprintf(key, sizeof(key), "%s", m->key);
	if (strchr(key, '#') != NULL)
		*strchr(key, '#') = v6 ? '6' : '4';
	put_text(r, key, text.p, m->cell == CELL_GEO ? 0 : text.len);
}

static void
put_member(const struct row *r, const struct member *m)
{
	enum flow_field field = has(r, m->field) || m->second == FLOW_FIELD_NONE ? m->field : m->second;
	uint64_t value = field == FLOW_FIELD_NONE || flow_type_is_text(flow_field_info(field)->type) ? 0 :
	    number(r, field);
	struct flow_text text = { "", 0 };
	char shown[48];

	if (m->cell == CELL_ZERO) {
		put_number(r, m->key, 0);
	} else if (m->cell == CELL_NUMBER || m->cell == CELL_ALSO || m->cell == CELL_FLOWS) {
		put_number(r, m->key, value);
	} else if (m->cell == CELL_NET) {
		put_net(r, m);
	} else if (m->cell == CELL_LABEL) {
		put_text(r, m->key, shown, (size_t)snprintf(shown, sizeof(shown), "%" PRIu64 "-%" PRIu64 "-%" PRIu64,
		    value >> 4, (value & 0xf) >> 1, value & 1));
	} else if (m->cell == CELL_LATENCY) {
		put_key(r, m->key);
		buf_printf(r->out, "%" PRIu64 ".%03" PRIu64 "000", value / 1000, value % 1000);
		end_member(r);
	} else if (m->cell == CELL_MAC && !has(r, m->field)) {
		put_text(r, m->key, "00:00:00:00:00:00", 17);
	} else if (m->cell == CELL_MAC || m->cell == CELL_TEXT) {
		if (has(r, m->field))
			text = flow_column_text(&r->batch->column[m->field], r->row);
		put_text(r, m->key, text.p, text.len);
	} else if (has(r, m->field)) {
		put_address(r, m);
	}
}

/* Whether a column of the section that begins after `at` has a value. */
static bool
is_there(const struct row *r, size_t at)
{
	for (size_t i = at + 1; i < ARRAY_LEN(member) && member[i].cell != CELL_SECTION; i++) {
		const struct member *m = &member[i];

		if (m->cell == CELL_FLOWS ? number(r, m->field) > 1 : m->cell != CELL_NET && m->cell != CELL_ALSO &&
		    m->cell != CELL_ZERO && (has(r, m->field) || has(r, m->second)))
			return true;
	}
	return false;
}

static void
put_sections(const struct row *r)
{
	bool shown = false;

	for (size_t i = 0; i < ARRAY_LEN(member); i++) {
		if (member[i].cell == CELL_SECTION)
			shown = is_there(r, i);
		else if (shown)
			put_member(r, &member[i]);
	}
}

static void
put_flow(struct nfdump_json *json, const struct row *r)
{
	char flags[TCP_FLAGS_TEXT_LEN];
	uint64_t proto = number(r, FLOW_FIELD_PROTO);

	put_time(r, &json->local, "first", FLOW_FIELD_FIRST);
	put_time(r, &json->local, "last", FLOW_FIELD_LAST);
	put_time(r, &json->local, "received", FLOW_FIELD_RECEIVED);
	put_number(r, "in_packets", number(r, FLOW_FIELD_PACKETS));
	put_number(r, "in_bytes", number(r, FLOW_FIELD_BYTES));
	put_number(r, "proto", proto);
	if (proto_is_icmp((uint8_t)proto)) {
		put_number(r, "icmp_type", number(r, FLOW_FIELD_ICMP_TYPE));
		put_number(r, "icmp_code", number(r, FLOW_FIELD_ICMP_CODE));
	} else {
		tcp_flags_format((uint16_t)number(r, FLOW_FIELD_TCP_FLAGS), flags);
		put_text(r, "tcp_flags", flags, sizeof(flags));
		put_number(r, "src_port", number(r, FLOW_FIELD_SRC_PORT));
		put_number(r, "dst_port", number(r, FLOW_FIELD_DST_PORT));
		put_number(r, "fwd_status", number(r, FLOW_FIELD_FWD_STATUS));
	}
	put_number(r, "src_tos", number(r, FLOW_FIELD_TOS));
}

static enum flow_status
exporter_number(struct nfdump_json *json, const struct row *r, uint32_t *code)
{
	struct flow_text text = { "", 0 };

	if (has(r, FLOW_FIELD_EXPORTER))
		text = flow_column_text(&r->batch->column[FLOW_FIELD_EXPORTER], r->row);
	return intern_code(json->exporters, text.p, text.len, code);
}

static enum flow_status
put_row(struct nfdump_json *json, const struct row *r, const char *ident)
{
	bool event = has(r, FLOW_FIELD_FW_EVENT) || has(r, FLOW_FIELD_NAT_EVENT);
	uint32_t exporter = 0;
	enum flow_status st = exporter_number(json, r, &exporter);

	if (!json->lines && json->count > 0)
		buf_append_text(r->out, ",\n");
	buf_append_text(r->out, json->lines ? "{" : " {\n");
	put_number(r, "cnt", ++json->count);
	put_text(r, "type", event ? "EVENT" : "FLOW", event ? 5 : 4);
	if (ident != NULL)
		put_text(r, "ident", ident, strlen(ident));
	put_number(r, "export_sysid", (uint64_t)exporter + 1);
	put_flow(json, r);
	put_sections(r);
	put_number(r, "sampled", number(r, FLOW_FIELD_SAMPLING) > 1);
	if (!r->out->failed)
		r->out->len -= json->lines ? 1 : 2;
	buf_append_text(r->out, json->lines ? "}\n" : "\n }");
	return st;
}

enum flow_status
nfdump_json_rows(struct nfdump_json *json, const struct flow_batch *batch, const struct flow_selection *sel,
    const char *ident, struct buf *out)
{
	struct row r = { json, batch, 0, out };
	enum flow_status st = FLOW_OK;

	for (uint32_t i = 0; i < sel->count && st == FLOW_OK; i++) {
		r.row = flow_selection_row(sel, i);
		st = put_row(json, &r, ident);
	}
	return st == FLOW_OK ? buf_status(out) : st;
}
