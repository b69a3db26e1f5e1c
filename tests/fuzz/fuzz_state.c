/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A decoder's state from anybody.  The input is what stands between the magic and the END record,
 * which are put around it; so the checksum is no shield.  What is taken can be used, saved and
 * loaded again, and is then the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "wire/decode.h"
#include "wire/state/decoder_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct flow_decoder_options options = { .max_sources = 8, .max_templates = 16,
	.max_source_templates = 8, .max_template_bytes = 1 << 18, .max_held_bytes = 8192,
	.max_names = 24, .max_total_names = 48 };

/* IPFIX: a template, an options template with a rate, data of ids 256 and 257. */
static const uint8_t message[] = {
	0, 10, 0, 72, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 2, 0, 12, 1, 2, 0, 1, 0, 2, 0, 4,
	0, 3, 0, 18, 1, 3, 0, 2, 0, 1, 0, 149, 0, 4, 0, 34, 0, 4,
	1, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2,
	1, 3, 0, 12, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0,
};

static void
use(struct flow_decoder *d)
{
	struct flow_builder *rows = flow_builder_new();
	struct flow_datagram dg = { .bytes = message, .len = sizeof(message), .port = 1000,
		.exporter = addr_from_v4(0xc0000201), .received_ms = INT64_C(1700000000000) };
	struct buf text = BUF_INIT;
	int i;

	for (i = 0; rows != NULL && i < 12; i++) {
		if (flow_decoder_datagram(d, &dg, rows) != FLOW_OK)
			break;
		flow_datagram_dump(&dg, d, &text);
		dg.exporter.b[15]++;
		dg.received_ms += 7200000;
		flow_decoder_expire(d, dg.received_ms);
	}
	flow_decoder_exporters_json(d, NULL, &text);
	buf_release(&text);
	flow_builder_free(rows);
}

/* What was kept is a state that is taken whole. */
static void
again(const struct flow_decoder *d)
{
	struct flow_decoder *other = flow_decoder_new(&options);
	struct buf first = BUF_INIT, second = BUF_INIT;

	flow_decoder_save(d, &first);
	if (other != NULL && !first.failed) {
		if (flow_decoder_load(other, first.data, first.len, NULL) != FLOW_OK)
			abort();
		flow_decoder_save(other, &second);
		if (first.len != second.len)
			abort();
	}
	buf_release(&first);
	buf_release(&second);
	flow_decoder_free(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_decoder *d = flow_decoder_new(&options);
	struct buf state = BUF_INIT;
	uint64_t hash;

	buf_append_text(&state, "FLOWSTA1");
	buf_append(&state, data, len);
	if (d != NULL && !state.failed) {
		hash = hash_xxh64(state.data, state.len, 0);
		buf_append_u8(&state, 1);
		buf_append_le32(&state, 8);
		buf_append_le64(&state, hash);
		if (flow_decoder_load(d, state.data, state.len, NULL) == FLOW_OK) {
			again(d);
			use(d);
			again(d);
		} else if (flow_decoder_sources(d) > 0) {
			abort();
		}
	}
	buf_release(&state);
	flow_decoder_free(d);
	return 0;
}
