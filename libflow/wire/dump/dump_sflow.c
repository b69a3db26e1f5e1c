/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/dump/dump.h"
#include "wire/sflow/packet.h"
#include "wire/sflow/sflow.h"

#define RAW_HEADER 1

static const char *
sample_name(uint32_t kind)
{
	static const char *const name[] = { NULL, "flow sample", "counter sample",
		"expanded flow sample", "expanded counter sample", "discarded packet" };

	return kind > 0 && kind < ARRAY_LEN(name) ? name[kind] : "sample";
}

static const char *
record_name(uint32_t kind)
{
	static const struct {
		uint32_t kind;
		const char *name;
	} table[] = {
		{ 1, "raw header" }, { 2, "ethernet" }, { 3, "ipv4" }, { 4, "ipv6" },
		{ 1001, "switch" }, { 1002, "router" }, { 1003, "gateway" }, { 1004, "user" },
		{ 1005, "url" }, { 1006, "mpls" }, { 1007, "nat" }, { 1020, "nat ports" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].kind == kind)
			return table[i].name;
	return "record";
}

static void
dump_ip(struct buf *text, const char *title, const struct packet_ip *ip)
{
	if (ip->version == 0)
		return;
	buf_printf(text, "      %s", title);
	dump_addr(text, &ip->src);
	if (ip->has_ports)
		buf_printf(text, " port %u", (unsigned)ip->src_port);
	buf_append_text(text, " -> ");
	dump_addr(text, &ip->dst);
	if (ip->has_ports)
		buf_printf(text, " port %u", (unsigned)ip->dst_port);
	buf_printf(text, ", protocol %u, ttl %u\n", (unsigned)ip->proto, (unsigned)ip->ttl);
}

static void
dump_raw_header(struct buf *text, struct cursor *in)
{
	uint32_t protocol = cursor_be32(in), frame = cursor_be32(in), len;
	const uint8_t *bytes;
	struct packet p;

	cursor_skip(in, 4);
	len = cursor_be32(in);
	bytes = cursor_bytes(in, len);
	if (cursor_failed(in)) {
		buf_append_text(text, "      cut\n");
		return;
	}
	buf_printf(text, "      protocol %lu, frame of %lu bytes, %lu sampled\n",
	    (unsigned long)protocol, (unsigned long)frame, (unsigned long)len);
	if (protocol != 1)
		return;
	packet_dissect(PACKET_ETHERNET, bytes, len, &p);
	dump_ip(text, "", &p.outer);
	dump_ip(text, "inner ", &p.inner);
}

static void
dump_flow_sample(struct buf *text, struct cursor *in, bool expanded)
{
	uint32_t rate, n;

	cursor_skip(in, expanded ? 12 : 8);
	rate = cursor_be32(in);
	cursor_skip(in, 8);
	buf_printf(text, "    rate %lu", (unsigned long)rate);
	if (expanded) {
		uint32_t in_format = cursor_be32(in), in_if = cursor_be32(in);
		uint32_t out_format = cursor_be32(in), out_if = cursor_be32(in);

		buf_printf(text, ", in %lu/%lu, out %lu/%lu\n", (unsigned long)in_format,
		    (unsigned long)in_if, (unsigned long)out_format, (unsigned long)out_if);
	} else {
		uint32_t in_if = cursor_be32(in), out_if = cursor_be32(in);

		buf_printf(text, ", in %lu/%lu, out %lu/%lu\n", (unsigned long)in_if >> 30,
		    (unsigned long)in_if & 0x3fffffff, (unsigned long)out_if >> 30,
		    (unsigned long)out_if & 0x3fffffff);
	}
	for (n = cursor_be32(in); n > 0; n--) {
		uint32_t kind = cursor_be32(in), len = cursor_be32(in);
		struct cursor body = cursor_sub(in, len);

		if (cursor_failed(in)) {
			buf_append_text(text, "    cut\n");
			return;
		}
		buf_printf(text, "    %s (%lu/%lu), %lu bytes\n", record_name(kind),
		    (unsigned long)kind >> 12, (unsigned long)kind & 0xfff, (unsigned long)len);
		if (kind == RAW_HEADER)
			dump_raw_header(text, &body);
	}
}

static void
dump_samples(struct buf *text, struct cursor *in, uint32_t samples)
{
	for (; samples > 0; samples--) {
		uint32_t kind = cursor_be32(in), len = cursor_be32(in);
		struct cursor body = cursor_sub(in, len);

		if (cursor_failed(in)) {
			buf_append_text(text, "  cut\n");
			return;
		}
		buf_printf(text, "  %s (%lu/%lu), %lu bytes\n", sample_name(kind),
		    (unsigned long)kind >> 12, (unsigned long)kind & 0xfff, (unsigned long)len);
		if (kind == 1 || kind == 3)
			dump_flow_sample(text, &body, kind == 3);
	}
}

void
dump_sflow(const struct flow_datagram *dg, unsigned version, struct buf *text)
{
	struct cursor in = cursor_make(dg->bytes, dg->len);
	uint32_t sub_agent, sequence, uptime, samples;
	struct addr agent;
	bool has_agent;

	cursor_skip(&in, 4);
	has_agent = sflow_addr(&in, &agent);
	sub_agent = version == 5 ? cursor_be32(&in) : 0;
	sequence = cursor_be32(&in);
	uptime = cursor_be32(&in);
	samples = cursor_be32(&in);
	if (cursor_failed(&in)) {
		buf_append_text(text, "  shorter than its header\n");
		return;
	}
	buf_append_text(text, "  agent ");
	if (has_agent)
		dump_addr(text, &agent);
	else
		buf_append_text(text, "unknown");
	buf_printf(text, ", sub-agent %lu, sequence %lu, uptime %lu ms, samples %lu\n",
	    (unsigned long)sub_agent, (unsigned long)sequence, (unsigned long)uptime,
	    (unsigned long)samples);
	if (version == 5)
		dump_samples(text, &in, samples);
}
