/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/datagram_record.h"

#include "capture/pcap_write.h"

void
datagram_record(struct buf *out, const struct flow_datagram *datagram, uint16_t port)
{
	static const struct addr any6 = { { 0 } };
	struct pcap_datagram d = { .time_us = datagram->received_ms * 1000,
		.src = datagram->exporter, .src_port = datagram->port, .dst_port = port,
		.bytes = datagram->bytes, .len = datagram->len };

	d.dst = addr_is_v4(&d.src) ? addr_any4 : any6;
	pcap_write_datagram(out, &d);
}
