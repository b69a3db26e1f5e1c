/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
 *
 *	pcap    magic 4 | version 4 | 8 | snaplen 4 | link 4, then records:
 *	        seconds 4 | fraction 4 | captured 4 | original 4 | bytes
 *	pcapng  blocks: type 4 | total length 4 | body | total length 4
 */
#include "capture/pcap_read.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/file_kind.h"
#include "capture/fragment.h"
#include "capture/frame.h"

#define MAGIC_US 0xa1b2c3d4u
#define MAGIC_NS 0xa1b23c4du
#define FILE_HEADER 24
#define RECORD_HEADER 16

#define NG_MAGIC 0x1a2b3c4du
#define NG_SECTION 0x0a0d0d0au	/* reads the same in both byte orders */
#define NG_INTERFACE 1
#define NG_PACKET_OLD 2
#define NG_SIMPLE 3
#define NG_PACKET 6
#define NG_OPTION_END 0
#define NG_OPTION_TSRESOL 9
#define NG_OPTION_TSOFFSET 14

/* tcpdump's and Wireshark's largest frame is 262144 bytes; this leaves a margin. */
#define FRAME_MAX (1u << 20)
#define BLOCK_MAX (1u << 23)
#define MAX_INTERFACES 65536

/* 9999-12-31T23:59:59.999Z */
#define TIME_MAX_MS INT64_C(253402300799999)

struct interface {
	uint32_t link;
	uint8_t tsresol;	/* 10^-n seconds, or with the high bit 2^-n */
	int64_t offset_s;
};

struct pcap_reader {
	struct input *in;
	bool ng;
	bool big;		/* numbers are big-endian */
	bool nano;		/* classic */
	uint32_t link;		/* classic */
	struct interface *interface;
	size_t interfaces, cap;
	int64_t last_ms;	/* simple packet blocks have no time */
	struct fragment_table *fragments;
	struct pcap_counts counts;
};

static uint16_t
get16(const struct pcap_reader *r, const uint8_t *p)
{
	return r->big ? load_be16(p) : load_le16(p);
}

static uint32_t
get32(const struct pcap_reader *r, const uint8_t *p)
{
	return r->big ? load_be32(p) : load_le32(p);
}

bool
pcap_detect(const uint8_t *bytes, size_t len)
{
	uint32_t le, be;

	if (len < 4)
		return false;
	le = load_le32(bytes);
	be = load_be32(bytes);
	return le == MAGIC_US || be == MAGIC_US || le == MAGIC_NS || be == MAGIC_NS ||
	    le == NG_SECTION;
}

static enum flow_status
fail_truncated(const struct pcap_reader *r, const char *what, struct flow_error *err)
{
	return flow_fail(err, FLOW_ETRUNCATED, (int64_t)input_offset(r->in),
	    "%s: the capture ends within %s", input_name(r->in), what);
}

/* As input_peek, but the end of the input is an error. */
static enum flow_status
peek_rest(struct pcap_reader *r, size_t n, const char *what, const uint8_t **p,
    struct flow_error *err)
{
	enum flow_status status = input_peek(r->in, n, p, err);

	if (status != FLOW_END && status != FLOW_ETRUNCATED)
		return status;
	/* cut gzip reports itself; the capture's record that is cut matters more */
	return fail_truncated(r, what, err);
}

/* Fails with a message that names the file's real format, if known. */
static enum flow_status
no_capture(struct pcap_reader *r, struct flow_error *err)
{
	const char *tell;
	const uint8_t *p;
	size_t n;

	(void)!input_peek(r->in, FILE_KIND_BYTES, &p, err);
	n = input_ready(r->in) < FILE_KIND_BYTES ? input_ready(r->in) : FILE_KIND_BYTES;
	tell = input_peek(r->in, n, &p, err) == FLOW_OK ? file_kind_tell(p, n) : NULL;
	return flow_fail(err, FLOW_EFORMAT, 0, "%s: neither pcap nor pcapng nor IPFIX%s%s", input_name(r->in),
	    tell != NULL ? ", but " : "", tell != NULL ? tell : "");
}

static enum flow_status
read_file_header(struct pcap_reader *r, struct flow_error *err)
{
	const uint8_t *p;
	enum flow_status status = input_peek(r->in, 4, &p, err);
	uint32_t le;

	if (status == FLOW_END || status == FLOW_ETRUNCATED)
		return flow_fail(err, FLOW_ETRUNCATED, 0, "%s: too short for a capture",
		    input_name(r->in));
	if (status != FLOW_OK)
		return status;
	if (!pcap_detect(p, 4))
		return no_capture(r, err);
	le = load_le32(p);
	r->ng = le == NG_SECTION;
	if (r->ng)
		return FLOW_OK;
	r->big = le != MAGIC_US && le != MAGIC_NS;
	r->nano = get32(r, p) == MAGIC_NS;
	status = peek_rest(r, FILE_HEADER, "its header", &p, err);
	if (status != FLOW_OK)
		return status;
	r->link = get32(r, p + 20) & 0xffff;
	if (!frame_link_known(r->link))
		return flow_fail(err, FLOW_EUNSUPPORTED, 20,
		    "%s: captures of link type %u are not understood", input_name(r->in),
		    (unsigned)r->link);
	input_skip(r->in, FILE_HEADER);
	return FLOW_OK;
}

enum flow_status
pcap_reader_new(struct input *in, struct pcap_reader **out, struct flow_error *err)
{
	struct pcap_reader *r = calloc(1, sizeof(*r));
	enum flow_status status;

	if (r == NULL || (r->fragments = fragment_table_new()) == NULL) {
		free(r);
		input_close(in);
		return flow_fail_memory(err);
	}
	r->in = in;
	status = read_file_header(r, err);
	if (status != FLOW_OK) {
		pcap_reader_free(r);
		return status;
	}
	*out = r;
	return FLOW_OK;
}

enum flow_status
pcap_reader_open(const char *path, struct pcap_reader **out, struct flow_error *err)
{
	struct input *in;
	enum flow_status status = input_open(path, &in, err);

	return status == FLOW_OK ? pcap_reader_new(in, out, err) : status;
}

void
pcap_reader_free(struct pcap_reader *r)
{
	if (r == NULL)
		return;
	input_close(r->in);
	fragment_table_free(r->fragments);
	free(r->interface);
	free(r);
}

static void
fill_packet(const struct frame *f, int64_t time_ms, struct pcap_packet *out)
{
	*out = (struct pcap_packet){ time_ms, f->src, f->dst, f->src_port, f->dst_port,
		f->bytes, f->len, f->cut };
}

/* A reassembled packet may be a tunnel's with a fragment in it, nested this deep. */
#define FRAGMENT_DEPTH 4

/* Takes a fragment; FLOW_OK: it completed a packet, which *f now is. */
static enum flow_status
take_fragment(struct pcap_reader *r, struct frame *f)
{
	enum frame_kind kind = FRAME_FRAGMENT;
	unsigned depth;

	for (depth = 0; kind == FRAME_FRAGMENT && depth < FRAGMENT_DEPTH; depth++) {
		const uint8_t *bytes;
		size_t len;
		enum flow_status status = fragment_add(r->fragments, f, &bytes, &len);

		if (status == FLOW_END)
			r->counts.fragments++;
		else if (status == FLOW_EFORMAT)
			r->counts.bad++;
		if (status != FLOW_OK)
			return status == FLOW_EFORMAT ? FLOW_END : status;
		kind = frame_parse_payload(f->next, bytes, len, f);
	}
	if (kind == FRAME_UDP)
		return FLOW_OK;
	if (kind == FRAME_OTHER)
		r->counts.other++;
	else
		r->counts.bad++;
	return FLOW_END;
}

/* FLOW_OK: *out is a datagram; FLOW_END: there is none in this frame; FLOW_ENOMEM. */
static enum flow_status
take_frame(struct pcap_reader *r, uint32_t link, const uint8_t *bytes, size_t len, int64_t time_ms,
    struct pcap_packet *out)
{
	enum flow_status status;
	struct frame f;

	r->counts.frames++;
	switch (frame_parse(link, bytes, len, &f)) {
	case FRAME_UDP:
		break;
	case FRAME_FRAGMENT:
		status = take_fragment(r, &f);
		if (status != FLOW_OK)
			return status;
		break;
	case FRAME_OTHER:
		r->counts.other++;
		return FLOW_END;
	default:
		r->counts.bad++;
		return FLOW_END;
	}
	fill_packet(&f, time_ms, out);
	r->counts.packets++;
	r->counts.cut += f.cut;
	return FLOW_OK;
}

/* One record; FLOW_END with *more set: continue with the next. */
static enum flow_status
next_record(struct pcap_reader *r, struct pcap_packet *out, bool *more, struct flow_error *err)
{
	const uint8_t *p;
	enum flow_status status = input_peek(r->in, RECORD_HEADER, &p, err);
	uint32_t len, fraction;
	int64_t time_ms;

	*more = false;
	if (status != FLOW_OK)
		return status == FLOW_ETRUNCATED ?
		    fail_truncated(r, "a record's header", err) : status;
	len = get32(r, p + 8);
	fraction = get32(r, p + 4);
	time_ms = (int64_t)get32(r, p) * 1000 + fraction / (r->nano ? 1000000 : 1000);
	if (len > FRAME_MAX)
		return flow_fail(err, FLOW_EFORMAT, (int64_t)input_offset(r->in),
		    "%s: a record claims %u bytes", input_name(r->in), (unsigned)len);
	status = peek_rest(r, RECORD_HEADER + (size_t)len, "a record", &p, err);
	if (status != FLOW_OK)
		return status;
	input_skip(r->in, RECORD_HEADER + (size_t)len);
	*more = true;
	return take_frame(r, r->link, p + RECORD_HEADER, len, time_ms, out);
}

/* Converts units of 10^-n or 2^-n seconds to milliseconds, at most the year 9999. */
static int64_t
scale_time(const struct interface *i, uint64_t units)
{
	unsigned n = i->tsresol & 0x7f;
	int64_t ms, offset_ms;
	uint64_t scaled;

	if ((i->tsresol & 0x80) != 0) {
		uint64_t whole = n < 64 ? units >> n : 0;
		uint64_t part = n == 0 ? 0 : n < 64 ? units << (64 - n) : units;

		scaled = whole > UINT32_MAX * UINT64_C(64) ? UINT64_MAX :
		    whole * 1000 + (n < 64 ? ((part >> 32) * 1000) >> 32 : 0);
	} else {
		scaled = units;
		for (; n > 3 && scaled > 0; n--)
			scaled /= 10;
		for (; n < 3; n++)
			scaled = scaled > UINT64_MAX / 10 ? UINT64_MAX : scaled * 10;
	}
	ms = scaled > (uint64_t)TIME_MAX_MS ? TIME_MAX_MS : (int64_t)scaled;
	if (i->offset_s > TIME_MAX_MS / 1000 || i->offset_s < -(TIME_MAX_MS / 1000))
		return ms;
	offset_ms = i->offset_s * 1000;
	return ms + offset_ms < 0 ? 0 : ms + offset_ms > TIME_MAX_MS ? TIME_MAX_MS : ms + offset_ms;
}

static enum flow_status
begin_section(struct pcap_reader *r, const uint8_t *body, size_t len, struct flow_error *err)
{
	if (len < 16 || get32(r, body) != NG_MAGIC)
		return flow_fail(err, FLOW_EFORMAT, (int64_t)input_offset(r->in),
		    "%s: a section without its byte-order magic", input_name(r->in));
	r->interfaces = 0;
	return FLOW_OK;
}

static void
read_interface_options(struct pcap_reader *r, const uint8_t *p, size_t len, struct interface *i)
{
	while (len >= 4) {
		uint16_t code = get16(r, p);
		size_t size = get16(r, p + 2), padded = (size + 3) & ~(size_t)3;

		if (code == NG_OPTION_END || padded > len - 4)
			return;
		if (code == NG_OPTION_TSRESOL && size >= 1)
			i->tsresol = p[4];
		if (code == NG_OPTION_TSOFFSET && size >= 8)
			i->offset_s = (int64_t)(r->big ? load_be64(p + 4) : load_le64(p + 4));
		p += 4 + padded;
		len -= 4 + padded;
	}
}

static enum flow_status
add_interface(struct pcap_reader *r, const uint8_t *body, size_t len, struct flow_error *err)
{
	struct interface *i;

	if (len < 8 || r->interfaces == MAX_INTERFACES)
		return flow_fail(err, FLOW_EFORMAT, (int64_t)input_offset(r->in),
		    "%s: an interface that cannot be", input_name(r->in));
	if (r->interfaces == r->cap) {
		size_t cap = r->cap == 0 ? 4 : r->cap * 2;

		i = realloc(r->interface, cap * sizeof(*i));
		if (i == NULL)
			return flow_fail_memory(err);
		r->interface = i;
		r->cap = cap;
	}
	i = &r->interface[r->interfaces++];
	*i = (struct interface){ get16(r, body), 6, 0 };
	read_interface_options(r, body + 8, len - 8, i);
	return FLOW_OK;
}

/* A packet block of any kind; the kinds differ only in where their fields lie. */
static enum flow_status
take_packet(struct pcap_reader *r, uint32_t type, const uint8_t *body, size_t len,
    struct pcap_packet *out)
{
	size_t head = type == NG_SIMPLE ? 4 : 20, captured = 0;
	const struct interface *i;
	uint32_t id = 0;

	if (len >= head) {
		captured = type == NG_SIMPLE ? len - 4 : get32(r, body + 12);
		if (type == NG_SIMPLE && get32(r, body) < captured)
			captured = get32(r, body);
		if (type != NG_SIMPLE)
			id = type == NG_PACKET ? get32(r, body) : get16(r, body);
	}
	if (len < head || captured > len - head || id >= r->interfaces) {
		r->counts.frames++;
		r->counts.bad++;
		return FLOW_END;
	}
	i = &r->interface[id];
	if (type != NG_SIMPLE)
		r->last_ms = scale_time(i, (uint64_t)get32(r, body + 4) << 32 | get32(r, body + 8));
	if (!frame_link_known(i->link)) {
		r->counts.frames++;
		r->counts.other++;
		return FLOW_END;
	}
	return take_frame(r, i->link, body + head, captured, r->last_ms, out);
}

static enum flow_status
take_block(struct pcap_reader *r, uint32_t type, const uint8_t *body, size_t len,
    struct pcap_packet *out, bool *more, struct flow_error *err)
{
	enum flow_status status = FLOW_OK;

	switch (type) {
	case NG_SECTION:
		status = begin_section(r, body, len, err);
		break;
	case NG_INTERFACE:
		status = add_interface(r, body, len, err);
		break;
	case NG_PACKET_OLD:
	case NG_SIMPLE:
	case NG_PACKET:
		*more = true;
		return take_packet(r, type, body, len, out);
	default:
		break;
	}
	*more = status == FLOW_OK;
	return status == FLOW_OK ? FLOW_END : status;
}

static enum flow_status
next_block(struct pcap_reader *r, struct pcap_packet *out, bool *more, struct flow_error *err)
{
	const uint8_t *p;
	enum flow_status status = input_peek(r->in, 12, &p, err);
	uint32_t type, len;

	*more = false;
	if (status != FLOW_OK)
		return status == FLOW_ETRUNCATED ?
		    fail_truncated(r, "a block's header", err) : status;
	if (load_le32(p) == NG_SECTION)
		r->big = load_be32(p + 8) == NG_MAGIC;
	type = get32(r, p);
	len = get32(r, p + 4);
	if (len < 12 || len % 4 != 0 || len > BLOCK_MAX)
		return flow_fail(err, FLOW_EFORMAT, (int64_t)input_offset(r->in),
		    "%s: a block claims %u bytes", input_name(r->in), (unsigned)len);
	status = peek_rest(r, len, "a block", &p, err);
	if (status != FLOW_OK)
		return status;
	status = take_block(r, type, p + 8, len - 12, out, more, err);
	input_skip(r->in, len);
	return status;
}

enum flow_status
pcap_reader_next(struct pcap_reader *r, struct pcap_packet *out, struct flow_error *err)
{
	enum flow_status status;
	bool more;

	do
		status = r->ng ? next_block(r, out, &more, err) : next_record(r, out, &more, err);
	while (status == FLOW_END && more);
	return status;
}

void
pcap_reader_counts(const struct pcap_reader *r, struct pcap_counts *out)
{
	*out = r->counts;
	out->fragments_lost = fragment_lost(r->fragments);
}
