/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/people.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/decimal.h"
#include "net/proto.h"
#include "output/cell.h"

static char *
cell_at(struct column_state *s, size_t i)
{
	return s->cells.text + i * s->cells.stride;
}

/* A number of any type; 0 where it is absent. */
static uint64_t
number(const struct chunk *k, enum flow_field field, size_t i)
{
	const struct flow_column *in = &k->batch->column[field];

	if (in->form != FLOW_FORM_FLAT || !flow_column_has(in, k->row[i]))
		return 0;
	return flow_column_number(in, flow_field_info(field)->type, k->row[i]);
}

static bool
present(const struct chunk *k, enum flow_field field, size_t i)
{
	return flow_column_has(&k->batch->column[field], k->row[i]);
}

/* At most 24 bytes of text, aligned to the right in `width`; returns the length. */
static uint32_t
put_right(char *out, const char *text, size_t len, size_t width)
{
	size_t pad = len < width ? width - len : 0;

	memset(out, ' ', 40);
	memcpy(out + pad, text, len);
	return (uint32_t)(pad + len);
}

static uint32_t
put_number(char *out, uint64_t v, size_t width)
{
	char digits[DECIMAL_ROOM];

	return put_right(out, digits, decimal_u64(v, digits), width);
}

bool
people_number(const struct column *c, struct column_state *s, const struct chunk *k)
{
	bool narrow = c->width <= 16 && flow_field_info(c->field)->type <= FLOW_TYPE_U32;

	s->cells.copy = narrow ? 16 : 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_number(cell_at(s, i), number(k, c->field, i), c->width);
	return true;
}

/*
 * Whether half a tenth is rounded up.  With binary_halves it goes as nfdump's quotient in binary does:
 * 2550000 is 2.5 M, because 2.55 is a little less in binary, and 1350000 is 1.4 M.
 */
static bool
half_goes_up(const struct column *c, uint64_t v, uint64_t unit)
{
	char text[DECIMAL_ROOM + 8];
	int len;

	if (!c->binary_halves)
		return true;
	len = snprintf(text, sizeof(text), "%.1f", (double)v / (double)unit);
	return (uint64_t)(text[len - 1] - '0') != v / (unit / 10) % 10;
}

/* 1234567 as "1.2 M": one decimal of M, G or T, in thousands. */
static uint32_t
put_scaled(const struct column *c, char *out, uint64_t v)
{
	static const struct {
		uint64_t unit;
		char letter;
	} scales[] = {
		{ UINT64_C(1000000000000), 'T' }, { 1000000000, 'G' }, { 1000000, 'M' },
	};
	char text[DECIMAL_ROOM + 8];
	size_t i = 0, len;
	uint64_t tenths, rest;

	while (i < ARRAY_LEN(scales) && v < scales[i].unit)
		i++;
	if (c->plain_numbers || i == ARRAY_LEN(scales))
		return put_number(out, v, c->width);
	tenths = v / (scales[i].unit / 10);
	rest = v % (scales[i].unit / 10);
	tenths += rest > scales[i].unit / 20 || (rest == scales[i].unit / 20 && half_goes_up(c, v, scales[i].unit));
	len = decimal_u64(tenths / 10, text);
	text[len++] = '.';
	text[len++] = (char)('0' + tenths % 10);
	text[len++] = ' ';
	text[len++] = scales[i].letter;
	return put_right(out, text, len, c->width);
}

/* Uses the second field where the first has no value. */
bool
people_counter(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		bool other = c->second != FLOW_FIELD_NONE && !present(k, c->field, i);

		s->cells.len[i] = put_scaled(c, cell_at(s, i),
		    number(k, other ? c->second : c->field, i));
	}
	return true;
}

bool
people_pps(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_scaled(c, cell_at(s, i), cell_pps(k, i));
	return true;
}

bool
people_bps(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_scaled(c, cell_at(s, i), cell_bps(k, i));
	return true;
}

bool
people_bpp(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_number(cell_at(s, i), cell_bpp(k, i), c->width);
	return true;
}

static bool
times(const struct column *c, struct column_state *s, const struct chunk *k, enum stamp_zone zone)
{
	static const char none[] = "0000-00-00 00:00:00.000";

	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		int64_t ms = (int64_t)number(k, c->field, i);

		if (present(k, c->field, i) && (ms != 0 || !c->no_time_0)) {
			s->cells.len[i] = (uint32_t)stamp_format_text(&s->stamp, ms, zone, cell_at(s, i));
		} else {
			memcpy(cell_at(s, i), none, sizeof(none) - 1);
			s->cells.len[i] = sizeof(none) - 1;
		}
	}
	return true;
}

bool
people_time(const struct column *c, struct column_state *s, const struct chunk *k)
{
	return times(c, s, k, c->zone);
}

bool
people_time_utc(const struct column *c, struct column_state *s, const struct chunk *k)
{
	return times(c, s, k, STAMP_UTC);
}

bool
people_epoch(const struct column *c, struct column_state *s, const struct chunk *k)
{
	char text[STAMP_TEXT_MAX];

	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		size_t len = stamp_format_epoch((int64_t)number(k, c->field, i), text);

		s->cells.len[i] = put_right(cell_at(s, i), text, len, c->width);
	}
	return true;
}

static uint32_t
put_milliseconds(char *out, uint64_t ms, size_t width)
{
	char text[STAMP_TEXT_MAX];
	size_t len = stamp_format_epoch(ms > INT64_MAX ? INT64_MAX : (int64_t)ms, text);

	return put_right(out, text, len, width);
}

bool
people_seconds(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_milliseconds(cell_at(s, i), cell_duration_ms(k, i), c->width);
	return true;
}

/* " 1d 02:03:04.567", days only where there are any. */
static uint32_t
put_duration(char *out, uint64_t ms)
{
	uint64_t days = ms / 86400000;
	uint32_t rest = (uint32_t)(ms % 86400000);
	char *p = out;

	memset(out, ' ', 4);
	if (days == 0) {
		p += 4;
	} else {
		p += put_number(out, days, 2);
		memcpy(p, "d ", 2);
		p += 2;
	}
	decimal_2(rest / 3600000, p);
	p[2] = ':';
	decimal_2(rest / 60000 % 60, p + 3);
	p[5] = ':';
	decimal_2(rest / 1000 % 60, p + 6);
	p[8] = '.';
	p[9] = (char)('0' + rest % 1000 / 100);
	decimal_2(rest % 100, p + 10);
	return (uint32_t)(p + 12 - out);
}

bool
people_duration(const struct column *c, struct column_state *s, const struct chunk *k)
{
	if (c->plain_numbers)
		return people_seconds(c, s, k);
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_duration(cell_at(s, i), cell_duration_ms(k, i));
	return true;
}

bool
people_proto(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++) {
		uint8_t proto = (uint8_t)number(k, c->field, i);
		char *at = cell_at(s, i);

		memset(at, ' ', 16);
		if (c->plain_numbers) {
			char digits[8];
			size_t len = decimal_below8(proto, digits);

			memcpy(at, digits, len);
		} else {
			(void)proto_format(proto, at);
			for (size_t j = 0; j < 8; j++)
				at[j] = at[j] == '\0' ? ' ' : at[j];
		}
		s->cells.len[i] = c->width;
	}
	return true;
}

bool
people_flags(const struct column *c, struct column_state *s, const struct chunk *k)
{
	if (c->plain_numbers)
		return people_number(c, s, k);
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++) {
		tcp_flags_format((uint16_t)number(k, c->field, i), cell_at(s, i));
		s->cells.len[i] = TCP_FLAGS_TEXT_LEN;
	}
	return true;
}

bool
people_direction(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_right(cell_at(s, i), number(k, c->field, i) ? "E" : "I", 1,
		    c->width);
	return true;
}

/* IPFIX fragmentFlags (element 197): 0x40 don't fragment, 0x20 more fragments. */
bool
people_fragment(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++) {
		uint64_t flags = number(k, c->field, i);

		memcpy(cell_at(s, i), flags & 0x40 ? "DF" : "--", 2);
		memcpy(cell_at(s, i) + 2, flags & 0x20 ? "MF" : "--", 2);
		s->cells.len[i] = 4;
	}
	return true;
}

/* "0x" and at least `width` hexadecimal digits. */
static uint32_t
put_hex(char *out, uint64_t v, size_t width)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = width;

	while (n < 16 && v >> (4 * n) != 0)
		n++;
	out[0] = '0';
	out[1] = 'x';
	for (size_t i = 0; i < n; i++)
		out[2 + i] = digits[v >> (4 * (n - 1 - i)) & 15];
	return (uint32_t)(2 + n);
}

bool
people_ether_type(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_hex(cell_at(s, i), number(k, c->field, i), 4);
	return true;
}

bool
people_domain(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_hex(cell_at(s, i), number(k, c->field, i),
		    present(k, c->field, i) ? c->width : 2);
	return true;
}

bool
people_ttl(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++) {
		char *at = cell_at(s, i);
		uint32_t len = put_number(at, number(k, c->field, i), c->width);

		at[len++] = ' ';
		s->cells.len[i] = len + put_number(at + len, number(k, c->second, i), c->width);
	}
	return true;
}

/* Label, traffic class and bottom of stack of a label stack entry without TTL (RFC 3032). */
bool
people_mpls(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		uint64_t entry = number(k, c->field, i);
		char *at = cell_at(s, i);
		uint32_t len = put_number(at, entry >> 4, c->width);

		at[len] = '-';
		at[len + 1] = (char)('0' + (entry >> 1 & 7));
		at[len + 2] = '-';
		at[len + 3] = (char)('0' + (entry & 1));
		s->cells.len[i] = len + 4;
	}
	return true;
}

/* Microseconds as milliseconds. */
bool
people_latency(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_milliseconds(cell_at(s, i), number(k, c->field, i), c->width);
	return true;
}

static const char *
firewall_event(uint64_t event)
{
	static const char names[][8] = {
		"IGNORE", "CREATE", "DELETE", "DENIED", "ALERT", "UPDATE",
	};

	return event < ARRAY_LEN(names) ? names[event] : NULL;
}

/* IANA's natEvent values, in eight letters. */
static const char *
nat_event(uint64_t event)
{
	static const char names[][9] = {
		"INVALID", "ADD", "DELETE", "EXHAUST", "ADD44", "DEL44", "ADD64", "DEL64",
		"ADD44BIB", "DEL44BIB", "ADD64BIB", "DEL64BIB", "PEXHAUST", "QUOTAEXH", "ADDADDR",
		"DELADDR", "ADDPBLK", "DELPBLK", "TRESHOLD",
	};

	return event < ARRAY_LEN(names) ? names[event] : NULL;
}

/* The firewall's event, or the NAT's where that is missing or 0. */
bool
people_event(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		bool fw = c->field != FLOW_FIELD_NONE && present(k, c->field, i);
		bool nat = present(k, c->second, i);
		uint64_t event = fw ? number(k, c->field, i) : 0;
		const char *name = fw ? firewall_event(event) : "<no-evt>";

		if (nat && event == 0) {
			event = number(k, c->second, i);
			name = nat_event(event);
		}
		s->cells.len[i] = name == NULL || c->plain_numbers
		    ? put_number(cell_at(s, i), event, c->plain_numbers ? 0 : c->width)
		    : put_right(cell_at(s, i), name, strlen(name), c->width);
	}
	return true;
}

bool
people_ext_event(const struct column *c, struct column_state *s, const struct chunk *k)
{
	static const struct {
		uint16_t event;
		char name[8];
	} names[] = {
		{ 0, "IGNORE" }, { 1001, "I-ACL" }, { 1002, "E-ACL" }, { 1003, "DENY" },
		{ 1004, "NOSYN" },
	};

	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		uint64_t event = number(k, c->field, i);
		const char *name = present(k, c->field, i) ? NULL : "<no-evt>";

		for (size_t j = 0; j < ARRAY_LEN(names) && name == NULL; j++)
			name = names[j].event == event ? names[j].name : NULL;
		s->cells.len[i] = name == NULL ? put_number(cell_at(s, i), event, c->width)
		    : put_right(cell_at(s, i), name, strlen(name), c->width);
	}
	return true;
}

/* Type and number of the engine; NetFlow v9 has them in the low bytes of its source id. */
bool
people_engine(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++) {
		bool own = present(k, c->field, i) || present(k, c->second, i);
		bool v9 = number(k, FLOW_FIELD_EXPORT_VERSION, i) == 9;
		uint64_t domain = !own && v9 ? number(k, FLOW_FIELD_DOMAIN, i) : 0;
		uint64_t type = own ? number(k, c->field, i) : domain >> 8 & 255;
		uint64_t id = own ? number(k, c->second, i) : domain & 255;
		char *at = cell_at(s, i), digits[8];
		uint32_t len = put_number(at, type, c->width);
		size_t n = decimal_below8((uint32_t)id, digits);

		at[len] = '/';
		memset(at + len + 1, ' ', 3);
		memcpy(at + len + 1, digits, n);
		s->cells.len[i] = len + 4;
	}
	return true;
}

/* "Nv9", "Nv10", "Sv5"; "EVT9" for a row that reports an event. */
bool
people_version(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++) {
		uint64_t version = number(k, c->field, i);
		bool sflow = version > 100;
		const char *kind = sflow ? "Sv" : "Nv";
		size_t len;

		if (present(k, FLOW_FIELD_FW_EVENT, i) || present(k, FLOW_FIELD_NAT_EVENT, i))
			kind = "EVT";
		len = strlen(kind);
		memcpy(cell_at(s, i), kind, len);
		len += decimal_below8((uint32_t)(sflow ? version - 100 : version),
		    cell_at(s, i) + len);
		s->cells.len[i] = (uint32_t)len;
	}
	return true;
}

bool
people_count(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = put_number(cell_at(s, i), k->number + i, c->width);
	return true;
}
