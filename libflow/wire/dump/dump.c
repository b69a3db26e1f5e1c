/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/dump/dump.h"

#include "time/stamp.h"

void
dump_time(struct buf *text, int64_t ms)
{
	struct stamp_cache cache = { 0 };

	if (buf_reserve(text, STAMP_TEXT_MAX))
		text->len += stamp_format_iso(&cache, ms, (char *)buf_end(text));
}

void
dump_addr(struct buf *text, const struct addr *a)
{
	if (buf_reserve(text, ADDR_TEXT_MAX))
		text->len += addr_format(a, (char *)buf_end(text));
}

static void
dump_title(const struct flow_datagram *dg, const char *protocol, unsigned version,
    struct buf *text)
{
	buf_printf(text, "%s%u, %lu bytes from ", protocol, version, (unsigned long)dg->len);
	dump_addr(text, &dg->exporter);
	buf_printf(text, " port %u, received ", (unsigned)dg->port);
	dump_time(text, dg->received_ms);
	buf_append_u8(text, '\n');
}

void
flow_datagram_dump(const struct flow_datagram *dg, struct flow_decoder *d, struct buf *text)
{
	struct flow_counts counts = d->counts;
	unsigned version = dg->len < 4 ? 0 : load_be16(dg->bytes);
	unsigned sflow = dg->len < 4 ? 0 : load_be16(dg->bytes + 2);

	switch (version) {
	case 1: case 5: case 7: case 8:
		dump_title(dg, "NetFlow v", version, text);
		dump_fixed(dg, version, text);
		return;
	case 9: case 10:
		dump_title(dg, version == 9 ? "NetFlow v" : "IPFIX v", version, text);
		dump_sets(dg, version, d, text);
		d->counts = counts;	/* what was wrong with lists was counted when they were decoded */
		return;
	case 0:
		if (sflow == 4 || sflow == 5) {
			dump_title(dg, "sFlow v", sflow, text);
			dump_sflow(dg, sflow, text);
			return;
		}
		break;
	}
	dump_title(dg, "unknown version ", version, text);
}
