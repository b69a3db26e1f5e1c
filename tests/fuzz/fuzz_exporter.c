/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sequence of datagrams into one decoder with small limits, so that templates,
 * option data, held data and evictions meet in every order.  The input is
 * pieces of: 1 byte of control, 2 bytes of length (big-endian), that many bytes.
 *
 *	control  0x03  exporter and port        0x04  TCP
 *	         0x08  a session ends first     0x10  an hour passes first, and data expires
 *	         0x20  a slot begins first      0x40  the builder is emptied first
 */
#include <stdlib.h>

#include "base/cursor.h"
#include "wire/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct run {
	struct flow_decoder *d;
	struct flow_builder *out;
	int64_t now_ms;
	uint64_t cleared;	/* rows that went with an emptied builder */
};

static void
prepare(struct run *r, uint8_t control, struct flow_datagram *dg)
{
	dg->exporter = addr_from_v4(0xc0000201u + (control & 3));
	dg->port = (uint16_t)(1000 + (control & 3));
	dg->transport = (control & 4) != 0 ? FLOW_TCP : FLOW_UDP;
	if ((control & 8) != 0)
		flow_decoder_session_end(r->d, &dg->exporter, dg->port);
	if ((control & 0x10) != 0) {
		r->now_ms += 3600000;
		flow_decoder_expire(r->d, r->now_ms);
	}
	if ((control & 0x20) != 0)
		flow_decoder_slot_begin(r->d);
	if ((control & 0x40) != 0) {
		r->cleared += flow_builder_rows(r->out);
		flow_builder_clear(r->out);
	}
	dg->received_ms = r->now_ms++;
}

static void
check(const struct run *r)
{
	const struct flow_counts *c = flow_decoder_counts(r->d);

	if (c->value[FLOW_COUNT_FLOWS] != r->cleared + flow_builder_rows(r->out))
		abort();
	/* Held sets are rescued, given up, or still there: never more than came. */
	if (c->value[FLOW_COUNT_SETS_RESCUED] > c->value[FLOW_COUNT_SETS_HELD])
		abort();
	if (flow_decoder_sources(r->d) > 3)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct flow_decoder_options options = { .max_sources = 3, .max_templates = 8,
		.max_source_templates = 4, .max_template_bytes = 1 << 16, .max_held_bytes = 8192,
		.max_names = 6, .max_total_names = 12 };
	struct run r = { flow_decoder_new(&options), flow_builder_new(), INT64_C(1700000000000), 0 };
	struct cursor in = cursor_make(data, len);
	struct buf text = BUF_INIT;

	while (r.d != NULL && r.out != NULL && cursor_left(&in) >= 3) {
		uint8_t control = cursor_u8(&in);
		size_t want = cursor_be16(&in);
		struct flow_datagram dg = { 0 };

		dg.len = want < cursor_left(&in) ? want : cursor_left(&in);
		dg.bytes = cursor_bytes(&in, dg.len);
		prepare(&r, control, &dg);
		if (flow_decoder_datagram(r.d, &dg, r.out) != FLOW_OK)
			break;
		check(&r);
		buf_clear(&text);
		flow_datagram_dump(&dg, r.d, &text);
		flow_decoder_exporters_json(r.d, NULL, &text);
	}
	buf_release(&text);
	flow_builder_free(r.out);
	flow_decoder_free(r.d);
	return 0;
}
