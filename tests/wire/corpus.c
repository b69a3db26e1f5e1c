/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * corpus FILE.pcap: decodes the exports of a capture and prints one line per
 * row, in the columns of the corpus' expectations (tests/wire/test_corpus.sh):
 *
 *	version src_addr dst_addr src_port dst_port proto tcp_flags packets
 *	bytes first_ms last_ms in_if out_if src_as dst_as
 *
 * tab-separated, "-" for absent, counters as exported (not scaled).  With -p
 * the source port is left out of the scope of templates.  With -c the counters
 * of the decoder follow, one "# name value" a line; with -d each datagram is shown
 * in words instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "wire/decode.h"

#define IP_UDP 17

struct capture {
	uint8_t *data;
	size_t len;
	uint32_t link;
	bool nano;
};

static bool
load(const char *path, struct capture *c)
{
	FILE *f = fopen(path, "rb");
	uint32_t magic;

	if (f == NULL)
		return false;
	c->data = malloc(64 << 20);
	c->len = c->data == NULL ? 0 : fread(c->data, 1, 64 << 20, f);
	(void)fclose(f);
	if (c->len < 24)
		return false;
	magic = load_le32(c->data);
	c->nano = magic == 0xa1b23c4d;
	c->link = load_le32(c->data + 20);
	return c->nano || magic == 0xa1b2c3d4;
}

/* The IP packet in a frame, or NULL. */
static const uint8_t *
ip_packet(const struct capture *c, const uint8_t *p, size_t *len)
{
	size_t skip = c->link == 1 ? 14 : c->link == 113 ? 16 : 0;

	if (c->link == 1)
		while (skip + 4 <= *len && load_be16(p + skip - 2) == 0x8100)
			skip += 4;
	if (*len < skip + 20)
		return NULL;
	*len -= skip;
	return p + skip;
}

static bool
udp_payload(const uint8_t *p, size_t len, struct flow_datagram *dg)
{
	size_t head;

	if (p[0] >> 4 == 4) {
		head = (size_t)(p[0] & 15) * 4;
		if (p[9] != IP_UDP || (load_be16(p + 6) & 0x3fff) != 0)
			return false;
		dg->exporter = addr_from_v4(load_be32(p + 12));
	} else {
		head = 40;
		if (p[0] >> 4 != 6 || len < 40 || p[6] != IP_UDP)
			return false;
		dg->exporter = addr_from_v6(p + 8);
	}
	if (len < head + 8)
		return false;
	dg->port = load_be16(p + head);
	dg->bytes = p + head + 8;
	dg->len = load_be16(p + head + 4);
	if (dg->len < 8 || dg->len > len - head)
		return false;
	dg->len -= 8;
	return true;
}

static bool
is_export(const struct flow_datagram *dg)
{
	uint32_t word;

	if (dg->len < 4)
		return false;
	word = load_be32(dg->bytes);
	return word == 4 || word == 5 || word >> 16 == 1 || word >> 16 == 5 || word >> 16 == 7 ||
	    word >> 16 == 8 || word >> 16 == 9 || word >> 16 == 10;
}

static void
put_addr(const struct flow_batch *b, enum flow_field field, size_t row)
{
	const struct flow_column *c = &b->column[field];
	char text[ADDR_TEXT_MAX];

	if (flow_column_has(c, row))
		printf("\t%.*s", (int)addr_format((const struct addr *)c->values + row, text), text);
	else
		printf("\t-");
}

static void
put_number(const struct flow_batch *b, enum flow_field field, size_t row, uint64_t divisor)
{
	const struct flow_column *c = &b->column[field];

	if (flow_column_has(c, row))
		printf("\t%llu", (unsigned long long)(flow_column_number(c,
		    flow_field_info(field)->type, row) / divisor));
	else
		printf("\t-");
}

static void
put_row(const struct flow_batch *b, size_t row)
{
	static const enum flow_field after[] = { FLOW_FIELD_FIRST, FLOW_FIELD_LAST,
		FLOW_FIELD_IN_IF, FLOW_FIELD_OUT_IF, FLOW_FIELD_SRC_AS, FLOW_FIELD_DST_AS };
	static const enum flow_field before[] = { FLOW_FIELD_SRC_PORT, FLOW_FIELD_DST_PORT,
		FLOW_FIELD_PROTO, FLOW_FIELD_TCP_FLAGS };
	const struct flow_column *rate = &b->column[FLOW_FIELD_SAMPLING];
	unsigned version = ((const uint8_t *)b->column[FLOW_FIELD_EXPORT_VERSION].values)[row];
	uint64_t factor = flow_column_has(rate, row) ?
	    flow_column_number(rate, FLOW_TYPE_U32, row) : 1;
	size_t i;

	if (version > 100)
		printf("sflow%u", version - 100);
	else
		printf("%u", version);
	put_addr(b, FLOW_FIELD_SRC_ADDR, row);
	put_addr(b, FLOW_FIELD_DST_ADDR, row);
	for (i = 0; i < 4; i++)
		put_number(b, before[i], row, 1);
	put_number(b, FLOW_FIELD_PACKETS, row, factor);
	put_number(b, FLOW_FIELD_BYTES, row, factor);
	for (i = 0; i < 6; i++)
		put_number(b, after[i], row, 1);
	putchar('\n');
}

static void
show(const struct flow_datagram *dg, const struct flow_decoder *d)
{
	struct buf text = BUF_INIT;

	flow_datagram_dump(dg, d, &text);
	(void)fwrite(text.data, 1, text.len, stdout);
	buf_release(&text);
}

static bool
decode(const struct capture *c, struct flow_decoder *d, struct flow_builder *out, bool words)
{
	size_t at = 24;

	while (at + 16 <= c->len) {
		const uint8_t *head = c->data + at;
		size_t len = load_le32(head + 8);
		struct flow_datagram dg = { .transport = FLOW_UDP };
		const uint8_t *ip;

		dg.received_ms = (int64_t)load_le32(head) * 1000 +
		    load_le32(head + 4) / (c->nano ? 1000000 : 1000);
		at += 16;
		if (len > c->len - at)
			break;
		at += len;
		ip = ip_packet(c, head + 16, &len);
		if (ip == NULL || !udp_payload(ip, len, &dg) || !is_export(&dg))
			continue;
		if (flow_decoder_datagram(d, &dg, out) != FLOW_OK)
			return false;
		if (words)
			show(&dg, d);
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct flow_decoder_options options = { 0 };
	struct flow_builder *out = flow_builder_new();
	struct flow_decoder *d;
	const struct flow_batch *b;
	struct capture c;
	bool counters = false, words = false;
	size_t i;
	int opt;

	while ((opt = getopt(argc, argv, "cdp")) != -1) {
		if (opt == 'p')
			options.scope = FLOW_SCOPE_ADDRESS;
		else if (opt == 'c')
			counters = true;
		else if (opt == 'd')
			words = true;
		else
			return 2;
	}
	d = flow_decoder_new(&options);
	if (optind != argc - 1 || d == NULL || out == NULL || !load(argv[optind], &c))
		return 2;
	if (!decode(&c, d, out, words) || (b = flow_builder_batch(out)) == NULL)
		return 1;
	for (i = 0; !words && i < b->rows; i++)
		put_row(b, i);
	for (i = 0; counters && i < FLOW_COUNT_COUNT; i++)
		printf("# %s %llu\n", flow_count_name((enum flow_count)i),
		    (unsigned long long)flow_decoder_counts(d)->value[i]);
	flow_builder_free(out);
	flow_decoder_free(d);
	free(c.data);
	return 0;
}
