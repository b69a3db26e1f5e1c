/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_octets [FILE.pcap ...]: whether every octet of every data record matters.  Each octet of a record
 * of NetFlow v9 and IPFIX is changed, and the rows of both must differ somewhere: in a column, or in
 * `extra`.  Without files, the records are of v9 and of templates made by chance, with repeats, both families,
 * odd and variable lengths, from the seed $FLOW_SEED (1), $FLOW_TEMPLATES (200) of them.  What may
 * be dropped, and why, is the list `dropped` below.  TAP on standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "capture/pcap_read.h"
#include "tap.h"
#include "wire/decoder.h"

#define RECORDS_PER_TEMPLATE 4
#define HEADER_V9 20
#define HEADER_IPFIX 16

/* Elements of which some octets do not reach a row, and why. */
static const struct {
	uint32_t pen;
	uint16_t id;
	uint8_t from, to;	/* octets counted from 0, both included */
	const char *why;
} dropped[] = {
	{ 0, 210, 0, 255, "padding" },
	{ 0, 154, 5, 7, "times are in milliseconds" }, { 0, 155, 5, 7, "times are in milliseconds" },
	{ 0, 156, 5, 7, "times are in milliseconds" }, { 0, 157, 5, 7, "times are in milliseconds" },
	{ 0, 324, 5, 7, "times are in milliseconds" }, { 0, 325, 5, 7, "times are in milliseconds" },
	{ 5951, 158, 5, 7, "NTP times in extra are in microseconds" },
	{ 5951, 170, 5, 7, "NTP times in extra are in microseconds" },
	{ 0, 104, 0, 255, "a packet's bytes that no column has" },
	{ 0, 313, 0, 255, "a packet's bytes that no column has" },
	{ 0, 315, 0, 255, "a packet's bytes that no column has" },
	{ 0, 316, 0, 255, "a packet's bytes that no column has" },
	{ 0, 317, 0, 255, "a packet's bytes that no column has" },
};

struct check {
	struct flow_decoder *d;
	struct flow_datagram dg;
	const struct template *t;
	bool captured;		/* of a device, not made here */
	struct buf message, before, after;
	size_t octets, silent;
};

/* Devices send times that cannot be, ends before beginnings, uptimes without a boot time: decode.h. */
static bool
is_time(const struct template_field *f)
{
	return f->pen == 0 && (f->id == 21 || f->id == 22 || (f->id >= 150 && f->id <= 162) ||
	    (f->id >= 322 && f->id <= 325));
}

/* Times of other lengths than their own are mostly of 1970, durations of more than 4 octets too long. */
static bool
has_odd_length(const struct template_field *f, size_t len)
{
	bool eight = (f->id >= 152 && f->id <= 157) || f->id >= 323;

	return len != (eight ? 8 : 4) || f->len == TEMPLATE_VARIABLE || f->id == 161 || f->id == 162;
}

/* 192 is cut at 255, as columns cut numbers that are too great. */
static bool
is_wide_ttl(const struct template_field *f, size_t len)
{
	return f->pen == 0 && f->id == 192 && len > 1;
}

static bool
may_be_dropped(const struct check *c, const struct template_field *f, size_t octet, size_t len)
{
	size_t i;

	if ((is_time(f) && (c->captured || has_odd_length(f, len))) || is_wide_ttl(f, len))
		return true;

	for (i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		if (dropped[i].pen == f->pen && dropped[i].id == f->id && octet >= dropped[i].from &&
		    octet <= dropped[i].to)
			return true;
	/* Times before the export in microseconds, durations too: less than a millisecond. */
	return f->pen == 0 && (f->id == 158 || f->id == 159 || f->id == 162) && octet + 2 >= len;
}

static void
put_value(struct buf *out, const struct flow_column *c, enum flow_field field, size_t row)
{
	enum flow_type type = flow_field_info(field)->type;

	if (!flow_column_has(c, row))
		buf_append_text(out, "-");
	else if (type == FLOW_TYPE_ADDR)
		buf_append(out, (const struct addr *)c->values + row, sizeof(struct addr));
	else if (type == FLOW_TYPE_TEXT)
		buf_append(out, c->dict->text[c->codes[row]].p, c->dict->text[c->codes[row]].len);
	else
		buf_append_be64(out, flow_column_number(c, type, row));
	buf_append_u8(out, '|');
}

/* All columns of the rows that one message makes. */
static void
decode(struct check *c, struct buf *out)
{
	struct flow_builder *rows = flow_builder_new();
	const struct flow_batch *b;
	unsigned f;
	size_t i;

	c->dg.bytes = c->message.data;
	c->dg.len = c->message.len;
	buf_clear(out);
	if (rows == NULL || flow_decoder_datagram(c->d, &c->dg, rows) != FLOW_OK ||
	    (b = flow_builder_batch(rows)) == NULL)
		exit(1);
	for (i = 0; i < b->rows; i++)
		for (f = 0; f < FLOW_FIELD_COUNT; f++)
			put_value(out, &b->column[f], (enum flow_field)f, i);
	flow_builder_free(rows);
}

/* Whether the field's value is greater than its column holds: then its lower octets are as good as any. */
static bool
is_saturated(const struct template_field *f, const struct span *s)
{
	const struct element *e = element_find(f->pen, f->id);
	size_t size, i;

	if (e == NULL || (e->use != ELEMENT_USE_COLUMN && e->use != ELEMENT_USE_FILL))
		return false;
	size = flow_type_size(flow_field_info((enum flow_field)e->arg)->type);
	if (size == 0 || size >= 16 || s->len > 8)
		return false;
	for (i = 0; i + size < s->len; i++)
		if (s->p[i] != 0)
			return true;
	return size == 8 && s->len == 8 && (s->p[0] & 0x80) != 0;
}

static bool
octet_matters(struct check *c, size_t at)
{
	static const uint8_t changes[] = { 0x01, 0x80, 0x55, 0xff };
	uint8_t old = c->message.data[at];
	bool differs = false;
	size_t i;

	for (i = 0; i < sizeof(changes) && !differs; i++) {
		c->message.data[at] = (uint8_t)(old ^ changes[i]);
		decode(c, &c->after);
		differs = c->after.len != c->before.len ||
		    memcmp(c->after.data, c->before.data, c->before.len) != 0;
	}
	c->message.data[at] = old;
	return differs;
}

static void
complain(const struct check *c, size_t field, size_t octet)
{
	size_t i;

	printf("# octet %u of %lu/%u changes nothing; template:", (unsigned)octet,
	    (unsigned long)c->t->field[field].pen, (unsigned)c->t->field[field].id);
	for (i = 0; i < c->t->count && i < 60; i++)
		printf(" %lu/%u:%u", (unsigned long)c->t->field[i].pen, (unsigned)c->t->field[i].id,
		    (unsigned)c->t->field[i].len);
	printf("\n# record:");
	for (i = 0; i < c->message.len; i++)
		printf("%02x", c->message.data[i]);
	printf("\n");
}

/* The message holds one record, whose fields `span` are within it. */
static void
check_record(struct check *c, const struct span *span)
{
	size_t f, o;

	decode(c, &c->before);
	decode(c, &c->before);	/* once more: the first may have taught the decoder something */
	for (f = 0; f < c->t->count; f++) {
		for (o = 0; o < span[f].len; o++) {
			c->octets++;
			if (may_be_dropped(c, &c->t->field[f], o, span[f].len) ||
			    is_saturated(&c->t->field[f], &span[f]) ||
			    octet_matters(c, (size_t)(span[f].p - c->message.data) + o))
				continue;
			if (c->silent++ < 10)
				complain(c, f, o);
		}
	}
}

/* A message with the header of another and one record. */
static void
make_message(struct check *c, const uint8_t *header, size_t header_len, const uint8_t *record, size_t len)
{
	buf_clear(&c->message);
	buf_append(&c->message, header, header_len);
	buf_append_be16(&c->message, c->t->id);
	buf_append_be16(&c->message, (uint16_t)(4 + len));
	buf_append(&c->message, record, len);
	if (header_len == HEADER_IPFIX)
		store_be16(c->message.data + 2, (uint16_t)c->message.len);
}

/* The first records of a data set. */
static void
check_set(struct check *c, const uint8_t *header, size_t header_len, const uint8_t *body, size_t len)
{
	static struct span span[TEMPLATE_FIELDS_MAX];
	struct cursor in = cursor_make(body, len);
	unsigned n;

	for (n = 0; n < RECORDS_PER_TEMPLATE; n++) {
		const uint8_t *begin = in.pos;
		struct cursor own;

		if (sets_record(&in, c->t, span) != FLOW_OK)
			return;
		make_message(c, header, header_len, begin, (size_t)(in.pos - begin));
		own = cursor_make(c->message.data + header_len + 4, c->message.len - header_len - 4);
		if (sets_record(&own, c->t, span) == FLOW_OK)
			check_record(c, span);
	}
}

static void
check_datagram(struct check *c, const uint8_t *p, size_t len)
{
	unsigned version = load_be16(p);
	size_t header_len = version == 9 ? HEADER_V9 : HEADER_IPFIX, at;
	struct buf copy = BUF_INIT;
	const struct source *src;
	struct source_key key;

	if ((version != 9 && version != 10) || len < header_len)
		return;
	buf_append(&copy, p, len);
	key = source_key(c->d, &c->dg, (uint8_t)version, load_be32(p + header_len - 4));
	src = source_find(c->d, &key);
	for (at = header_len; src != NULL && at + 4 <= len;) {
		uint16_t id = load_be16(copy.data + at), set_len = load_be16(copy.data + at + 2);

		if (set_len < 4 || at + set_len > len)
			break;
		c->t = template_find(&src->templates, id);
		if (id >= TEMPLATE_ID_MIN && c->t != NULL && !c->t->options && !c->t->doubted)
			check_set(c, copy.data, header_len, copy.data + at + 4, set_len - 4u);
		at += set_len;
	}
	buf_release(&copy);
}

static void
begin(struct check *c)
{
	memset(c, 0, sizeof(*c));
	c->d = flow_decoder_new(NULL);
	if (c->d == NULL)
		exit(1);
}

static void
end(struct check *c, const char *name)
{
	printf("# %s: %lu octets\n", name, (unsigned long)c->octets);
	is_uint(c->silent, 0);
	buf_release(&c->message);
	buf_release(&c->before);
	buf_release(&c->after);
	flow_decoder_free(c->d);
}

static void
check_capture(const char *path)
{
	struct pcap_reader *in;
	struct flow_builder *rows = flow_builder_new();
	struct pcap_packet p;
	struct flow_error err;
	struct check c;

	begin(&c);
	c.captured = true;
	if (rows == NULL || pcap_reader_open(path, &in, &err) != FLOW_OK)
		exit(1);
	while (pcap_reader_next(in, &p, &err) == FLOW_OK && c.octets < 30000) {
		c.dg = (struct flow_datagram){ .transport = FLOW_UDP, .bytes = p.bytes, .len = p.len,
			.exporter = p.src, .port = p.src_port, .received_ms = p.time_ms };
		flow_builder_clear(rows);
		if (p.cut || p.len < 2 || flow_decoder_datagram(c.d, &c.dg, rows) != FLOW_OK)
			continue;
		check_datagram(&c, p.bytes, p.len);
	}
	pcap_reader_free(in);
	flow_builder_free(rows);
	end(&c, path);
}

static uint64_t state;

static unsigned
chance(unsigned n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state >> 33) % n;
}

/* Elements that are often together, so that they contend for columns. */
static const struct {
	uint16_t id, len;
} common[] = {
	{ 1, 8 }, { 2, 8 }, { 85, 8 }, { 86, 8 }, { 231, 8 }, { 298, 8 }, { 232, 8 }, { 299, 8 },
	{ 23, 8 }, { 24, 8 }, { 352, 8 }, { 8, 4 }, { 12, 4 }, { 27, 16 }, { 28, 16 }, { 44, 4 },
	{ 45, 4 }, { 169, 16 }, { 170, 16 }, { 9, 1 }, { 13, 1 }, { 29, 1 }, { 30, 1 }, { 60, 1 },
	{ 4, 1 }, { 7, 2 }, { 11, 2 }, { 180, 2 }, { 181, 2 }, { 182, 2 }, { 183, 2 }, { 31, 4 },
	{ 15, 4 }, { 62, 16 }, { 18, 4 }, { 63, 16 }, { 225, 4 }, { 226, 4 }, { 281, 16 }, { 282, 16 },
	{ 58, 2 }, { 59, 2 }, { 243, 2 }, { 245, 2 }, { 254, 2 }, { 10, 4 }, { 252, 4 }, { 14, 4 },
	{ 253, 4 }, { 152, 8 }, { 153, 8 }, { 154, 8 }, { 155, 8 }, { 150, 4 }, { 151, 4 }, { 22, 4 },
	{ 21, 4 }, { 158, 4 }, { 159, 4 }, { 161, 4 }, { 32, 2 }, { 139, 2 }, { 176, 1 }, { 177, 1 },
	{ 192, 1 }, { 52, 1 }, { 53, 1 }, { 70, 3 }, { 71, 3 }, { 56, 6 }, { 80, 6 }, { 95, 4 },
	{ 96, 16 }, { 34, 4 }, { 305, 4 }, { 306, 4 }, { 309, 4 }, { 310, 4 }, { 5, 1 }, { 6, 2 },
	{ 210, 3 }, { 600, 7 }, { 61, 1 }, { 323, 8 }, { 322, 4 }, { 371, 9 }, { 148, 8 },
};

/* A field: mostly as it should be, sometimes of a reduced, odd or variable length. */
static void
put_field(struct buf *b)
{
	unsigned e = chance(sizeof(common) / sizeof(common[0])), twist = chance(12);
	uint16_t len = common[e].len;

	if (twist == 0)
		len = TEMPLATE_VARIABLE;
	else if (twist == 1)
		len = (uint16_t)(1 + chance(17));
	else if (twist == 2 && len == 8)
		len = 4;
	buf_append_be16(b, common[e].id);
	buf_append_be16(b, len);
}

/* Times near the header's, an end behind each beginning; what cannot be a time is dropped (decode.h). */
static bool
put_time(struct buf *b, uint16_t id, unsigned n)
{
	unsigned i, end = id % 2;
	uint64_t ms = UINT64_C(1699999990000) + end * 5000 + chance(4000), v;

	switch (id) {
	case 152: case 153: case 323: v = ms; break;
	case 150: case 151: case 322: v = ms / 1000; break;
	case 154: case 155: case 156: case 157: v = (ms / 1000 + UINT64_C(2208988800)) << 32 | chance(1u << 30); break;
	case 158: case 159: v = 10000000 - end * 5000000 - chance(4000000); break;
	case 22: v = 990000 + chance(4000); break;
	case 21: v = 995000 + chance(4000); break;
	default: return false;
	}
	for (i = n; i > 0; i--)
		buf_append_u8(b, i > 8 ? 0 : (uint8_t)(v >> 8 * (i - 1)));
	return true;
}

static void
put_octets(struct buf *b, unsigned n)
{
	bool zero = chance(3) == 0;
	unsigned i;

	/* Counters times a rate stay below 2^63. */
	for (i = 0; i < n; i++)
		buf_append_u8(b, (uint8_t)(zero || (n == 8 && i < 4) ? 0 : chance(4) == 0 ? chance(256) : chance(8)));
}

static void
put_record(struct buf *b, const struct buf *fields)
{
	size_t at;

	for (at = 0; at < fields->len; at += 4) {
		uint16_t len = load_be16(fields->data + at + 2);

		if (len == TEMPLATE_VARIABLE) {
			len = (uint16_t)chance(18);
			buf_append_u8(b, (uint8_t)len);
		}
		if (!put_time(b, load_be16(fields->data + at), len))
			put_octets(b, len);
	}
}

static void
put_header(struct buf *b)
{
	buf_clear(b);
	buf_append_be16(b, 9);
	buf_append_be16(b, 1);
	buf_append_be32(b, 1000000);
	buf_append_be32(b, 1700000000);
	buf_append_be32(b, 0);
	buf_append_be32(b, 0);
}

static void
check_made(unsigned number)
{
	struct buf fields = BUF_INIT, b = BUF_INIT;
	struct flow_builder *rows = flow_builder_new();
	unsigned n = 1 + chance(24), i;
	struct check c;
	char name[40];

	begin(&c);
	c.dg = (struct flow_datagram){ .transport = FLOW_UDP, .port = 2055,
		.exporter = addr_from_v4(0xc0000201), .received_ms = INT64_C(1700000001000) };
	for (i = 0; i < n; i++)
		put_field(&fields);
	put_header(&b);
	buf_append_be16(&b, 0);
	buf_append_be16(&b, (uint16_t)(8 + fields.len));
	buf_append_be16(&b, 256);
	buf_append_be16(&b, (uint16_t)n);
	buf_append(&b, fields.data, fields.len);
	c.dg.bytes = b.data;
	c.dg.len = b.len;
	if (rows == NULL || flow_decoder_datagram(c.d, &c.dg, rows) != FLOW_OK)
		exit(1);
	for (i = 0; i < RECORDS_PER_TEMPLATE; i++) {
		put_header(&b);
		buf_append_be16(&b, 256);
		buf_append_be16(&b, 0);
		put_record(&b, &fields);
		store_be16(b.data + HEADER_V9 + 2, (uint16_t)(b.len - HEADER_V9));
		check_datagram(&c, b.data, b.len);
	}
	snprintf(name, sizeof(name), "template %u", number);
	end(&c, name);
	flow_builder_free(rows);
	buf_release(&fields);
	buf_release(&b);
}

static unsigned
number_of(const char *variable, unsigned otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

int
main(int argc, char **argv)
{
	unsigned templates = number_of("FLOW_TEMPLATES", 200), i;

	state = number_of("FLOW_SEED", 1);
	for (i = 1; i < (unsigned)argc; i++)
		check_capture(argv[i]);
	for (i = 0; argc == 1 && i < templates; i++)
		check_made(i);
	return tap_done();
}
