/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is a capture.  Every byte handed out is touched, so that lengths
 * that lie show under a sanitizer, and the ledger of frames must balance.
 */
#include <stdlib.h>

#include "capture/pcap_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static volatile uint8_t sink;

static void
touch(const struct pcap_packet *p)
{
	uint8_t sum = 0;
	size_t i;

	for (i = 0; i < p->len; i++)
		sum = (uint8_t)(sum + p->bytes[i]);
	sink = sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input *in = input_memory(data, len);
	struct pcap_reader *r;
	struct pcap_counts c;
	struct pcap_packet p;
	struct flow_error err;
	uint64_t packets = 0;

	if (in == NULL || pcap_reader_new(in, &r, &err) != FLOW_OK)
		return 0;
	while (pcap_reader_next(r, &p, &err) == FLOW_OK) {
		touch(&p);
		packets++;
	}
	pcap_reader_counts(r, &c);
	if (c.packets != packets || c.frames != c.packets + c.other + c.bad + c.fragments)
		abort();
	pcap_reader_free(r);
	return 0;
}
