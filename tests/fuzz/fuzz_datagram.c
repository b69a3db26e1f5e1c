/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One datagram into a fresh decoder: the input is its bytes.  Besides memory
 * safety it checks that the rows are whole: every required column has a value
 * everywhere, and the counters agree with the rows.
 */
#include <stdlib.h>

#include "wire/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_rows(const struct flow_batch *b)
{
	unsigned f;
	size_t row;

	for (f = 0; f < FLOW_FIELD_STORED; f++) {
		const struct flow_column *c = &b->column[f];

		if (!flow_field_info((enum flow_field)f)->required)
			continue;
		for (row = 0; row < b->rows; row++)
			if (!flow_column_has(c, row))
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_decoder *d = flow_decoder_new(NULL);
	struct flow_builder *out = flow_builder_new();
	struct flow_datagram dg = { data, len, addr_from_v4(0xc0000201), 2055, FLOW_UDP,
		INT64_C(1700000000000) };
	struct buf text = BUF_INIT;
	const struct flow_batch *b;

	if (d == NULL || out == NULL || len > UINT16_MAX)
		goto out;
	if (flow_decoder_datagram(d, &dg, out) != FLOW_OK)
		goto out;
	b = flow_builder_batch(out);
	if (b == NULL)
		goto out;
	if (b->rows != flow_decoder_counts(d)->value[FLOW_COUNT_FLOWS])
		abort();
	check_rows(b);
	flow_datagram_dump(&dg, d, &text);
	flow_decoder_exporters_json(d, NULL, &text);
out:
	buf_release(&text);
	flow_builder_free(out);
	flow_decoder_free(d);
	return 0;
}
