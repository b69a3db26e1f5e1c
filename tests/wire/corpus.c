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
#include <unistd.h>

#include "wire/decode.h"
#include "capture/pcap_read.h"

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
show(const struct flow_datagram *dg, struct flow_decoder *d)
{
	struct buf text = BUF_INIT;

	flow_datagram_dump(dg, d, &text);
	(void)fwrite(text.data, 1, text.len, stdout);
	buf_release(&text);
}

static bool
decode(struct pcap_reader *in, struct flow_decoder *d, struct flow_builder *out, bool words)
{
	struct pcap_packet p;
	struct flow_error err;
	enum flow_status st;

	while ((st = pcap_reader_next(in, &p, &err)) == FLOW_OK) {
		struct flow_datagram dg = { .transport = FLOW_UDP, .bytes = p.bytes, .len = p.len,
			.exporter = p.src, .port = p.src_port, .received_ms = p.time_ms };

		if (p.cut || !flow_datagram_is_export(&dg))
			continue;
		if (flow_decoder_datagram(d, &dg, out) != FLOW_OK)
			return false;
		if (words)
			show(&dg, d);
	}
	return st == FLOW_END || st == FLOW_ETRUNCATED;
}

int
main(int argc, char **argv)
{
	struct flow_decoder_options options = { 0 };
	struct flow_builder *out = flow_builder_new();
	struct flow_decoder *d;
	const struct flow_batch *b;
	struct pcap_reader *in;
	struct flow_error err;
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
	if (optind != argc - 1 || d == NULL || out == NULL ||
	    pcap_reader_open(argv[optind], &in, &err) != FLOW_OK)
		return 2;
	if (!decode(in, d, out, words) || (b = flow_builder_batch(out)) == NULL)
		return 1;
	for (i = 0; !words && i < b->rows; i++)
		put_row(b, i);
	for (i = 0; counters && i < FLOW_COUNT_COUNT; i++)
		printf("# %s %llu\n", flow_count_name((enum flow_count)i),
		    (unsigned long long)flow_decoder_counts(d)->value[i]);
	flow_builder_free(out);
	flow_decoder_free(d);
	pcap_reader_free(in);
	return 0;
}
