/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and other texts for people. */
#include <string.h>

#include "base/attr.h"
#include "base/decimal.h"
#include "net/addr.h"
#include "net/proto.h"
#include "net/resolve.h"
#include "output/escape.h"
#include "output/people.h"

/* Longest shown address, whatever a file holds in its place. */
#define ADDR_SHOWN 40

/* Longest shown name of a host. */
#define HOST_SHOWN 39

/* Characters that a condensed address keeps at either end. */
#define CONDENSED_END 7

/* Longest text that is not condensed. */
#define CONDENSED_MAX 16

#define ABSENT_ADDR "0.0.0.0"

/* The text and at most 40 blanks before it. */
static size_t
align_right(char *out, const char *text, size_t len, size_t width)
{
	size_t pad = len < width ? width - len : 0;

	memset(out, ' ', pad);
	memcpy(out + pad, text, len);
	return pad + len;
}

static size_t
condense(char *text, size_t len)
{
	if (len <= CONDENSED_MAX)
		return len;
	memcpy(text + CONDENSED_END, "..", 2);
	memmove(text + CONDENSED_END + 2, text + len - CONDENSED_END, CONDENSED_END);
	return CONDENSED_END + 2 + CONDENSED_END;
}

/* The name of the address's host, cut to what is shown; 0 for none. */
static size_t
host_name(const struct column *c, const struct flow_text *text, char *out)
{
	char name[RESOLVE_HOST_MAX];
	struct addr a;
	size_t len;

	if (c->resolver == NULL || !addr_parse(text->p, text->len, &a))
		return 0;
	len = resolver_host(c->resolver, &a, name);
	if (len > HOST_SHOWN) {
		len = HOST_SHOWN;
		memcpy(name + len - 2, "..", 2);
	}
	memcpy(out, name, len);
	return len;
}

size_t
people_addr(const struct column *c, const struct flow_text *text, char *out)
{
	size_t shown = text->len < ADDR_SHOWN ? text->len : ADDR_SHOWN, len;
	char clean[6 * ADDR_SHOWN + 2];

	len = host_name(c, text, clean);
	if (len > 0)
		return align_right(out, clean, len, c->width);
	len = escape_plain(text->p, shown, clean);
	if (len > ADDR_SHOWN)
		len = ADDR_SHOWN;
	if (!c->full_ipv6 && memchr(clean, ':', len) != NULL)
		len = condense(clean, len);
	return align_right(out, clean, len, c->width);
}

static char
port_mark(const char *shown, size_t len)
{
	return memchr(shown, ':', len) != NULL ? '.' : ':';
}

size_t
people_addr_mark(const struct column *c, const struct flow_text *text, char *out)
{
	size_t len = people_addr(c, text, out);

	out[len] = port_mark(out, len);
	return len + 1;
}

/* "(US)"; a database may hold anything in place of two letters. */
static size_t
put_country(const struct column *c, const struct flow_text *text, char *out)
{
	struct flow_text country = { "", 0 };
	struct addr a;

	if (c->geo != NULL && addr_parse(text->p, text->len, &a))
		country = flow_geo_find(c->geo, FLOW_GEO_COUNTRY, &a);
	memcpy(out, "(..)", 4);
	if (country.len == 2 && escape_needless(country.p, 2))
		memcpy(out + 1, country.p, 2);
	return 4;
}

size_t
people_addr_geo(const struct column *c, const struct flow_text *text, char *out)
{
	size_t len = people_addr(c, text, out);

	return len + put_country(c, text, out + len);
}

size_t
people_addr_geo_mark(const struct column *c, const struct flow_text *text, char *out)
{
	size_t shown = people_addr(c, text, out);
	size_t len = shown + put_country(c, text, out + shown);

	out[len] = port_mark(out, shown);
	return len + 1;
}

size_t
people_mac(const struct column *c, const struct flow_text *text, char *out)
{
	UNUSED(c);
	return escape_plain(text->p, text->len, out);
}

size_t
people_plain(const struct column *c, const struct flow_text *text, char *out)
{
	size_t len = escape_plain(text->p, text->len, out);

	if (len >= c->width)
		return len;
	memset(out + len, ' ', c->width - len);
	return c->width;
}

/* Aligned to the right. */
static size_t
put_right(const struct column *c, const struct flow_text *text, char *out)
{
	size_t len = escape_plain(text->p, text->len, out);

	if (len >= c->width)
		return len;
	memmove(out + c->width - len, out, len);
	memset(out, ' ', c->width - len);
	return c->width;
}

/* As nfdump prints it: a country, a location, or a name. */
size_t
people_place(const struct column *c, const struct flow_text *text, char *out)
{
	if (text->len == 0 && c->word == FLOW_GEO_COUNTRY)
		return align_right(out, "..", 2, c->width);
	if (text->len == 0 && c->word == FLOW_GEO_LOCATION)
		return align_right(out, "<no location info>", 18, c->width);
	if (text->len == 0)
		return align_right(out, "none", 4, c->width);
	return put_right(c, text, out);
}

/* As nfdump prints it, which is "   0" also for a hello without a name. */
size_t
people_hello(const struct column *c, const struct flow_text *text, char *out)
{
	if (text->len > 0)
		return put_right(c, text, out);
	if (c->payload == PAYLOAD_JA3)
		return align_right(out, "no ja3", 6, c->width);
	if (c->payload == PAYLOAD_JA4)
		return align_right(out, "no ja4", 6, c->width);
	return align_right(out, "0", 1, 4);
}

/* Up to three numbers of "id-ace-hash", hexadecimal; those that are missing are 0. */
static void
read_acl(const struct flow_text *text, uint32_t out[static 3])
{
	size_t part = 0;

	memset(out, 0, 3 * sizeof(*out));
	for (uint32_t i = 0; i < text->len; i++) {
		char c = text->p[i];
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
		    : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
		    : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10) : 16;

		if (digit < 16)
			out[part] = out[part] << 4 | digit;
		else if (c == '-' && part < 2)
			part++;
	}
}

/* "0x1a       0x2        0x0       " */
size_t
people_in_acl(const struct column *c, const struct flow_text *text, char *out)
{
	uint32_t acl[3];

	UNUSED(c);
	read_acl(text, acl);
	memset(out, ' ', 32);
	for (size_t i = 0; i < 3; i++) {
		uint32_t digits = 1;
		char *p = out + 11 * i;

		while (digits < 8 && acl[i] >> (4 * digits) != 0)
			digits++;
		memcpy(p, "0x", 2);
		for (uint32_t d = 0; d < digits; d++)
			p[2 + d] = "0123456789abcdef"[acl[i] >> (4 * (digits - 1 - d)) & 15];
	}
	return 32;
}

/* "        26          2          0" */
size_t
people_out_acl(const struct column *c, const struct flow_text *text, char *out)
{
	uint32_t acl[3];

	UNUSED(c);
	read_acl(text, acl);
	memset(out, ' ', 32);
	for (size_t i = 0; i < 3; i++) {
		char digits[DECIMAL_ROOM];
		size_t len = decimal_u64(acl[i], digits);

		memcpy(out + 11 * i + 10 - len, digits, len);
	}
	return 32;
}

/* "engine:selector" as " 3..80". */
size_t
people_application(const struct column *c, const struct flow_text *text, char *out)
{
	const char *colon = memchr(text->p, ':', text->len);
	size_t before = colon != NULL ? (size_t)(colon - text->p) : text->len, len;

	UNUSED(c);
	out[0] = out[1] = ' ';
	len = before < 2 ? 2 - before : 0;
	len += escape_plain(text->p, before, out + len);
	if (colon == NULL)
		return len;
	memcpy(out + len, "..", 2);
	return len + 2 + escape_plain(colon + 1, text->len - before - 1, out + len + 2);
}

static const char *
absent_text(enum flow_field field)
{
	switch (field) {
	case FLOW_FIELD_USERNAME:
		return "<empty>";
	case FLOW_FIELD_APP_ID:
		return "0..0..0";
	case FLOW_FIELD_APP_NAME:
		return "<no nbar>";
	case FLOW_FIELD_IN_ACL:
	case FLOW_FIELD_OUT_ACL:
		return "0-0-0";
	default:
		return flow_field_info(field)->type == FLOW_TYPE_MAC ? "00:00:00:00:00:00"
		    : ABSENT_ADDR;
	}
}

/* Rows without a value show a placeholder, in their own cells. */
static void
fill_absent(const struct column *c, struct column_state *s, const struct chunk *k,
    const struct flow_column *in)
{
	const char *word = c->made != MADE_NOT ? "" : absent_text(c->field);
	struct flow_text text = { word, (uint32_t)strlen(word) };
	char *cell = s->cells.text;
	size_t len = 0;

	for (size_t i = 0; i < k->n; i++) {
		if (flow_column_has(in, k->row[i]))
			continue;
		if (len == 0)
			len = c->text(c, &text, cell);
		s->cells.ref[i] = cell;
		s->cells.len[i] = (uint32_t)len;
	}
}

bool
people_text(const struct column *c, struct column_state *s, const struct chunk *k)
{
	struct flow_column in = k->batch->column[c->field];
	bool some = in.form == FLOW_FORM_DICT && in.dict->count > 0;

	s->cells.copy = 0;
	if (some && !text_cache_cells(c, s, k))
		return false;
	if (!some)
		in.form = FLOW_FORM_NULL;
	if (!some || in.valid != NULL)
		fill_absent(c, s, k, &in);
	return true;
}

static uint64_t
number(const struct chunk *k, enum flow_field field, size_t i)
{
	const struct flow_column *in = &k->batch->column[field];

	if (in->form != FLOW_FORM_FLAT || !flow_column_has(in, k->row[i]))
		return 0;
	return flow_column_number(in, flow_field_info(field)->type, k->row[i]);
}

/* The port, or its service; at most PEOPLE_SERVICE characters. */
static size_t
put_port(const struct column *c, const struct chunk *k, enum flow_field port, size_t i, char *out)
{
	uint16_t v = (uint16_t)number(k, port, i);
	char name[RESOLVE_SERVICE_MAX];
	size_t len;

	if (c->resolver == NULL)
		return decimal_below8(v, out);
	len = resolver_service(c->resolver, (uint8_t)number(k, FLOW_FIELD_PROTO, i), v, name);
	if (len == 0)
		return decimal_below8(v, out);
	len = len < PEOPLE_SERVICE ? len : PEOPLE_SERVICE;
	memcpy(out, name, len);
	return len;
}

/* "8.0" for ICMP, else the port. */
static size_t
put_dst_port(const struct column *c, const struct chunk *k, enum flow_field port, size_t i,
    char *out)
{
	char *p = out;

	if (!proto_is_icmp((uint8_t)number(k, FLOW_FIELD_PROTO, i)))
		return put_port(c, k, port, i, out);
	p += decimal_below8((uint32_t)number(k, FLOW_FIELD_ICMP_TYPE, i), p);
	*p++ = '.';
	p += decimal_below8((uint32_t)number(k, FLOW_FIELD_ICMP_CODE, i), p);
	return (size_t)(p - out);
}

bool
people_src_port(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++) {
		char text[24];
		size_t len = put_port(c, k, c->field, i, text);

		s->cells.len[i] = (uint32_t)align_right(s->cells.text + i * s->cells.stride, text,
		    len, c->width);
	}
	return true;
}

bool
people_dst_port(const struct column *c, struct column_state *s, const struct chunk *k)
{
	s->cells.copy = 16;
	for (size_t i = 0; i < k->n; i++) {
		char text[24];
		size_t len = put_dst_port(c, k, c->field, i, text);

		s->cells.len[i] = (uint32_t)align_right(s->cells.text + i * s->cells.stride, text,
		    len, c->width);
	}
	return true;
}

/* Behind the address and its mark, in the cells' own text: the port, filled with blanks. */
static bool
addr_port(const struct column *c, struct column_state *s, const struct chunk *k, bool dst)
{
	size_t width = c->resolver != NULL ? PEOPLE_SERVICE : PEOPLE_PORT;

	if (!people_text(c, s, k))
		return false;
	/* From the last row to the first, because the placeholder of absent addresses is in the first cell. */
	for (size_t i = k->n; i-- > 0;) {
		char *at = s->cells.text + i * s->cells.stride, port[24];
		size_t len = s->cells.len[i], n;

		if (len > 48)
			len = 48;
		n = dst ? put_dst_port(c, k, c->second, i, port)
		    : put_port(c, k, c->second, i, port);
		memmove(at, s->cells.ref[i], len);
		memset(at + len, ' ', PEOPLE_SERVICE);
		memcpy(at + len, port, n);
		s->cells.len[i] = (uint32_t)(len + (n < width ? width : n));
	}
	s->cells.copy = CELL_INLINE_MAX;
	return true;
}

bool
people_addr_port(const struct column *c, struct column_state *s, const struct chunk *k)
{
	return addr_port(c, s, k, false);
}

bool
people_addr_dst_port(const struct column *c, struct column_state *s, const struct chunk *k)
{
	return addr_port(c, s, k, true);
}

/* The network of an address by its mask: "     192.0.2.0/24". */
bool
people_net(const struct column *c, struct column_state *s, const struct chunk *k)
{
	const struct flow_column *in = &k->batch->column[c->field];

	s->cells.copy = CELL_INLINE_MAX;
	for (size_t i = 0; i < k->n; i++) {
		char *at = s->cells.text + i * s->cells.stride, name[ADDR_TEXT_MAX];
		uint32_t mask = (uint32_t)number(k, c->second, i);
		struct flow_text text = { ABSENT_ADDR, sizeof(ABSENT_ADDR) - 1 };
		struct addr addr;
		size_t len, n;

		if (in->form == FLOW_FORM_DICT && flow_column_has(in, k->row[i]))
			text = flow_column_text(in, k->row[i]);
		/* Without a mask the address stays whole. */
		if (flow_column_has(&k->batch->column[c->second], k->row[i]) &&
		    addr_parse(text.p, text.len, &addr)) {
			uint32_t most = addr_is_v4(&addr) ? 32 : 128;

			addr = addr_mask(&addr, mask < most ? mask : most);
			text = (struct flow_text){ name, (uint32_t)addr_format(&addr, name) };
		}
		len = people_addr(c, &text, at);
		at[len++] = '/';
		memset(at + len, ' ', 8);
		n = decimal_below8(mask, name);
		memcpy(at + len, name, n);
		s->cells.len[i] = (uint32_t)(len + (n < 2 ? 2 : n));
	}
	return true;
}

/* Longest ident that fits among the cells; longer ones, which nobody uses, are cut. */
#define IDENT_MAX 1024
_Static_assert(IDENT_MAX * 8 <= CELL_INLINE_MAX * OUTPUT_CHUNK, "room for an ident");

bool
people_ident(const struct column *c, struct column_state *s, const struct chunk *k)
{
	const struct flow_column *column = &k->batch->column[FLOW_FIELD_IDENT];
	const char *ident = k->ident != NULL ? k->ident : c->fixed;
	struct flow_text text = { ident, (uint32_t)strnlen(ident, IDENT_MAX) };
	size_t len;

	if (column->form == FLOW_FORM_DICT) {
		struct column of_rows = *c;

		of_rows.field = FLOW_FIELD_IDENT;
		of_rows.text = people_plain;
		return people_text(&of_rows, s, k);
	}
	len = people_plain(c, &text, s->cells.text);
	s->cells.copy = 0;
	for (size_t i = 0; i < k->n; i++) {
		s->cells.ref[i] = s->cells.text;
		s->cells.len[i] = (uint32_t)len;
	}
	return true;
}
