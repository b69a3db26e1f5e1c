/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/dump/dump.h"

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
		d->counts = counts;	/* faults of lists were counted when they were decoded */
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
