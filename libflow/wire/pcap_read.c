/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/pcap_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "wire/frame.h"

/* Read at once; at least as long as the longest packet with its headers. */
#define BUFFER_BYTES ((size_t)4 << 20)

#define MAGIC_US 0xa1b2c3d4u
#define MAGIC_NS 0xa1b23c4du
#define PCAP_HEADER 24
#define PCAP_RECORD 16

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1
#define BLOCK_PACKET 6
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define BLOCK_MIN 12
#define OPTION_TSRESOL 9
#define OPTION_TSOFFSET 14
#define INTERFACES_MAX 4096
#define OFFSET_S_MAX (INT64_C(1) << 40)

struct interface {
	unsigned link;
	uint64_t ticks;		/* a second */
	int64_t offset_s;
};

struct pcap_reader {
	int fd;
	uint8_t *buffer;
	size_t at, len;		/* buffer[at, len) is not used yet */
	int64_t offset;		/* of buffer[0] in the file */
	bool swapped;		/* big-endian */
	bool is_ng;
	struct interface *interface;	/* pcap: one */
	size_t interfaces;
	struct pcap_counts counts;
};

static uint32_t
get32(const struct pcap_reader *r, const uint8_t *p)
{
	return r->swapped ? load_be32(p) : load_le32(p);
}

static uint16_t
get16(const struct pcap_reader *r, const uint8_t *p)
{
	return r->swapped ? load_be16(p) : load_le16(p);
}

static int64_t
file_offset(const struct pcap_reader *r)
{
	return r->offset + (int64_t)r->at;
}

/* Makes n (at most BUFFER_BYTES) bytes available at buffer[at]; FLOW_END where there are fewer. */
static enum flow_status
need(struct pcap_reader *r, size_t n, struct flow_error *err)
{
	if (r->len - r->at >= n)
		return FLOW_OK;
	memmove(r->buffer, r->buffer + r->at, r->len - r->at);
	r->offset += (int64_t)r->at;
	r->len -= r->at;
	r->at = 0;
	while (r->len < n) {
		ssize_t got = read(r->fd, r->buffer + r->len, BUFFER_BYTES - r->len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return flow_fail(err, FLOW_EIO, file_offset(r), "%s", strerror(errno));
		if (got == 0)
			return FLOW_END;
		r->len += (size_t)got;
	}
	return FLOW_OK;
}

/* As need, where the file may not end. */
static enum flow_status
must(struct pcap_reader *r, size_t n, struct flow_error *err)
{
	enum flow_status st = need(r, n, err);

	if (st == FLOW_END)
		return flow_fail(err, FLOW_ETRUNCATED, file_offset(r),
		    "the capture ends within a packet");
	return st;
}

static enum flow_status
add_interface(struct pcap_reader *r, unsigned link, uint64_t ticks, int64_t offset_s,
    struct flow_error *err)
{
	struct interface *bigger;

	if (r->interfaces == INTERFACES_MAX)
		return flow_fail(err, FLOW_ELIMIT, file_offset(r), "too many interfaces");
	bigger = realloc(r->interface, (r->interfaces + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return flow_fail_memory(err);
	r->interface = bigger;
	r->interface[r->interfaces++] = (struct interface){ link, ticks, offset_s };
	return FLOW_OK;
}

static enum flow_status
begin_pcap(struct pcap_reader *r, bool nanoseconds, struct flow_error *err)
{
	enum flow_status st = must(r, PCAP_HEADER, err);
	unsigned link;

	if (st != FLOW_OK)
		return st;
	/* The upper bits say whether there is a frame check sequence. */
	link = get32(r, r->buffer + 20) & 0x0fffffff;
	if (!frame_link_known(link))
		return flow_fail(err, FLOW_EUNSUPPORTED, 20, "link type %u is not understood", link);
	r->at += PCAP_HEADER;
	return add_interface(r, link, nanoseconds ? 1000000000 : 1000000, 0, err);
}

enum flow_status
pcap_reader_new(int fd, struct pcap_reader **reader, struct flow_error *err)
{
	struct pcap_reader *r = calloc(1, sizeof(*r));
	enum flow_status st;
	uint32_t le, be;

	if (r != NULL)
		r->buffer = malloc(BUFFER_BYTES);
	if (r == NULL || r->buffer == NULL) {
		free(r);
		return flow_fail_memory(err);
	}
	r->fd = fd;
	st = need(r, 4, err);
	le = st == FLOW_OK ? load_le32(r->buffer) : 0;
	be = st == FLOW_OK ? load_be32(r->buffer) : 0;
	r->swapped = be == MAGIC_US || be == MAGIC_NS;
	r->is_ng = le == BLOCK_SECTION;
	if (le == MAGIC_US || be == MAGIC_US || le == MAGIC_NS || be == MAGIC_NS)
		st = begin_pcap(r, le == MAGIC_NS || be == MAGIC_NS, err);
	else if (st != FLOW_EIO && !r->is_ng)
		st = flow_fail(err, FLOW_EFORMAT, 0, "neither pcap nor pcapng");
	if (st != FLOW_OK) {
		pcap_reader_free(r);
		return st;
	}
	*reader = r;
	return FLOW_OK;
}

void
pcap_reader_free(struct pcap_reader *reader)
{
	if (reader == NULL)
		return;
	free(reader->buffer);
	free(reader->interface);
	free(reader);
}

const struct pcap_counts *
pcap_reader_counts(const struct pcap_reader *reader)
{
	return &reader->counts;
}

/* Counts a frame; true if it is a datagram for the caller. */
static bool
take_frame(struct pcap_reader *r, unsigned link, const uint8_t *frame, size_t len,
    struct pcap_packet *packet)
{
	struct frame_udp udp;

	r->counts.packets++;
	switch (frame_parse(link, frame, len, &udp)) {
	case FRAME_UDP:
		r->counts.udp++;
		packet->src = udp.src;
		packet->dst = udp.dst;
		packet->src_port = udp.src_port;
		packet->dst_port = udp.dst_port;
		packet->bytes = udp.payload;
		packet->len = udp.len;
		return true;
	case FRAME_FRAGMENT:
		r->counts.fragments++;
		return false;
	case FRAME_CUT:
		r->counts.cut++;
		return false;
	default:
		r->counts.other++;
		return false;
	}
}

static enum flow_status
next_pcap(struct pcap_reader *r, struct pcap_packet *packet, bool *found, struct flow_error *err)
{
	const struct interface *i = &r->interface[0];
	enum flow_status st = need(r, 1, err);
	const uint8_t *p;
	uint32_t captured;

	if (st == FLOW_OK)
		st = must(r, PCAP_RECORD, err);
	if (st != FLOW_OK)
		return st;
	p = r->buffer + r->at;
	captured = get32(r, p + 8);
	if (captured > PCAP_PACKET_MAX)
		return flow_fail(err, FLOW_EFORMAT, file_offset(r), "a packet of %u bytes", captured);
	packet->time_ms = (int64_t)get32(r, p) * 1000 +
	    (int64_t)(get32(r, p + 4) / (i->ticks / 1000));
	st = must(r, PCAP_RECORD + captured, err);
	if (st != FLOW_OK)
		return st;
	p = r->buffer + r->at + PCAP_RECORD;
	r->at += PCAP_RECORD + captured;
	*found = take_frame(r, i->link, p, captured, packet);
	return FLOW_OK;
}

/* A section begins: byte order anew, interfaces forgotten. */
static enum flow_status
begin_section(struct pcap_reader *r, struct flow_error *err)
{
	enum flow_status st = must(r, BLOCK_MIN, err);
	const uint8_t *magic;

	if (st != FLOW_OK)
		return st;
	magic = r->buffer + r->at + 8;
	if (load_le32(magic) != BYTE_ORDER_MAGIC && load_be32(magic) != BYTE_ORDER_MAGIC)
		return flow_fail(err, FLOW_EFORMAT, file_offset(r), "a section of no byte order");
	r->swapped = load_be32(magic) == BYTE_ORDER_MAGIC;
	r->interfaces = 0;
	return FLOW_OK;
}

/* if_tsresol: a power of ten, or of two where the top bit is set. */
static uint64_t
resolution(uint8_t v)
{
	uint64_t ticks = 1;
	unsigned i;

	if ((v & 0x80) != 0)
		return (v & 0x7f) < 63 ? UINT64_C(1) << (v & 0x7f) : 0;
	if (v > 18)
		return 0;
	for (i = 0; i < v; i++)
		ticks *= 10;
	return ticks;
}

static enum flow_status
read_interface(struct pcap_reader *r, const uint8_t *body, size_t len, struct flow_error *err)
{
	uint64_t ticks = 1000000;
	int64_t offset_s = 0;
	size_t at = 8;

	if (len < 8)
		return flow_fail(err, FLOW_EFORMAT, file_offset(r), "a cut interface block");
	while (at + 4 <= len) {
		uint16_t code = get16(r, body + at), size = get16(r, body + at + 2);

		at += 4;
		if (code == 0 || size > len - at)
			break;
		if (code == OPTION_TSRESOL && size == 1)
			ticks = resolution(body[at]);
		if (code == OPTION_TSOFFSET && size == 8)
			offset_s = (int64_t)(r->swapped ? load_be64(body + at) : load_le64(body + at));
		at += ((size_t)size + 3) & ~(size_t)3;
	}
	if (ticks == 0 || offset_s < -OFFSET_S_MAX || offset_s > OFFSET_S_MAX)
		return flow_fail(err, FLOW_EFORMAT, file_offset(r), "an interface of no sane clock");
	return add_interface(r, get16(r, body), ticks, offset_s, err);
}

static int64_t
ticks_to_ms(const struct interface *i, uint64_t ticks)
{
	uint64_t s = ticks / i->ticks, rest = ticks % i->ticks;
	uint64_t ms = i->ticks >= 1000 ? rest / (i->ticks / 1000) : rest * 1000 / i->ticks;

	/* Beyond the year 30000 nothing is believed. */
	return (int64_t)(s > UINT64_C(1) << 40 ? UINT64_C(1) << 40 : s) * 1000 +
	    (int64_t)(ms > 999 ? 999 : ms) + i->offset_s * 1000;
}

static enum flow_status
read_packet(struct pcap_reader *r, const uint8_t *body, size_t len, struct pcap_packet *packet,
    bool *found, struct flow_error *err)
{
	uint32_t number, captured;
	const struct interface *i;

	if (len < 20)
		return flow_fail(err, FLOW_EFORMAT, file_offset(r), "a cut packet block");
	number = get32(r, body);
	captured = get32(r, body + 12);
	if (number >= r->interfaces || captured > len - 20)
		return flow_fail(err, FLOW_EFORMAT, file_offset(r), "a packet of %u bytes on interface %u",
		    captured, number);
	i = &r->interface[number];
	packet->time_ms = ticks_to_ms(i, (uint64_t)get32(r, body + 4) << 32 | get32(r, body + 8));
	*found = take_frame(r, i->link, body + 20, captured, packet);
	return FLOW_OK;
}

static enum flow_status
next_block(struct pcap_reader *r, struct pcap_packet *packet, bool *found, struct flow_error *err)
{
	enum flow_status st = need(r, 1, err);
	uint32_t type, total;
	const uint8_t *body;

	if (st == FLOW_OK)
		st = must(r, 8, err);
	if (st != FLOW_OK)
		return st;
	type = get32(r, r->buffer + r->at);
	if (type == BLOCK_SECTION && (st = begin_section(r, err)) != FLOW_OK)
		return st;
	total = get32(r, r->buffer + r->at + 4);
	if (total < BLOCK_MIN || total % 4 != 0 || total > PCAP_PACKET_MAX + 4096)
		return flow_fail(err, FLOW_EFORMAT, file_offset(r), "a block of %u bytes", total);
	st = must(r, total, err);
	if (st != FLOW_OK)
		return st;
	body = r->buffer + r->at + 8;
	if (type == BLOCK_INTERFACE)
		st = read_interface(r, body, total - BLOCK_MIN, err);
	else if (type == BLOCK_PACKET)
		st = read_packet(r, body, total - BLOCK_MIN, packet, found, err);
	r->at += total;
	return st;
}

enum flow_status
pcap_reader_next(struct pcap_reader *reader, struct pcap_packet *packet, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	bool found = false;

	while (st == FLOW_OK && !found)
		st = reader->is_ng ? next_block(reader, packet, &found, err) :
		    next_pcap(reader, packet, &found, err);
	return st;
}
