/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/flow_tools_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "history/flow_tools_inflate.h"

#define START_BYTES 8
#define HEADER_1_BYTES 360

/* flow-tools' own limit. */
#define HEADER_BYTES_MAX 16384

#define ORDER_LITTLE 1
#define ORDER_BIG 2

#define FLAG_COMPRESSED 0x02
#define FLAG_STREAMING 0x08	/* the header was written before the flows: it does not count them */

/* Values of the header of format 3. */
enum {
	TLV_VERSION = 2,
	TLV_AGGREGATION = 4,
	TLV_EXPORTER = 5,
	TLV_BEGIN = 6,
	TLV_END = 7,
	TLV_FLAGS = 8,
	TLV_FLOWS = 10,
	TLV_LOST = 11,
	TLV_HOST = 15,
};

/* The most bytes that zlib decompresses one byte to. */
#define INFLATE_MAX 1032

/* What a header says. */
struct header {
	uint32_t version, aggregation, exporter, begin_s, end_s, flags, flows, lost;
	bool has_flows;
	char host[65];
};

static uint32_t
number(const struct flow_tools_file *f, const uint8_t *p, size_t len)
{
	switch (len) {
	case 1:
		return p[0];
	case 2:
		return f->big_endian ? load_be16(p) : load_le16(p);
	case 4:
		return f->big_endian ? load_be32(p) : load_le32(p);
	default:
		return 0;
	}
}

static void
copy_host(struct header *h, const uint8_t *p, size_t len)
{
	size_t n = strnlen((const char *)p, len);

	if (n > sizeof(h->host) - 1)
		n = sizeof(h->host) - 1;
	memcpy(h->host, p, n);
	h->host[n] = '\0';
}

static enum flow_status
read_header_1(struct flow_tools_file *f, struct header *h, struct flow_error *err)
{
	uint8_t p[HEADER_1_BYTES];
	enum flow_status st = old_bytes_read(&f->bytes, 0, p, sizeof(p), err);

	if (st != FLOW_OK)
		return st;
	*h = (struct header){ .version = number(f, p + 4, 2), .begin_s = number(f, p + 8, 4),
		.end_s = number(f, p + 12, 4), .flags = number(f, p + 16, 4), .flows = number(f, p + 24, 4),
		.lost = number(f, p + 28, 4), .has_flows = true };
	copy_host(h, p + 36, 68);
	f->data = sizeof(p);
	return FLOW_OK;
}

static void
take_value(const struct flow_tools_file *f, struct header *h, unsigned type, const uint8_t *p, size_t len)
{
	uint32_t v = number(f, p, len);

	switch (type) {
	case TLV_VERSION:
		h->version = v;
		break;
	case TLV_AGGREGATION:
		h->aggregation = v;
		break;
	case TLV_EXPORTER:
		h->exporter = v;
		break;
	case TLV_BEGIN:
		h->begin_s = v;
		break;
	case TLV_END:
		h->end_s = v;
		break;
	case TLV_FLAGS:
		h->flags = v;
		break;
	case TLV_FLOWS:
		h->flows = v;
		h->has_flows = true;
		break;
	case TLV_LOST:
		h->lost = v;
		break;
	case TLV_HOST:
		copy_host(h, p, len);
		break;
	default:
		break;
	}
}

static enum flow_status
read_header_3(struct flow_tools_file *f, struct header *h, struct flow_error *err)
{
	uint8_t p[HEADER_BYTES_MAX];
	enum flow_status st = old_bytes_read(&f->bytes, 0, p, START_BYTES, err);
	size_t at = START_BYTES, end;

	if (st != FLOW_OK)
		return st;
	end = number(f, p + 4, 4);
	if (end < START_BYTES || end > sizeof(p))
		return flow_fail(err, FLOW_EFORMAT, 4, "the header of a file of flow-tools has a length (%zu) "
		    "that cannot be", end);
	st = old_bytes_read(&f->bytes, 0, p, end, err);
	*h = (struct header){ .version = 0 };
	while (st == FLOW_OK && end - at >= 4) {
		unsigned type = number(f, p + at, 2), len = number(f, p + at + 2, 2);

		at += 4;
		if (len > end - at)
			break;
		take_value(f, h, type, p + at, len);
		at += len;
	}
	f->data = end;
	return st;
}

static enum flow_status
read_header(struct flow_tools_file *f, struct header *h, struct flow_error *err)
{
	uint8_t p[4];
	enum flow_status st = old_bytes_read(&f->bytes, 0, p, sizeof(p), err);

	if (st != FLOW_OK)
		return st;
	if (p[0] != 0xcf || p[1] != 0x10 || (p[2] != ORDER_LITTLE && p[2] != ORDER_BIG))
		return flow_fail(err, FLOW_EFORMAT, 0, "no file of flow-tools");
	f->big_endian = p[2] == ORDER_BIG;
	if (p[3] != 1 && p[3] != 3)
		return flow_fail(err, FLOW_EUNSUPPORTED, 3, "a file of flow-tools of stream format %u; formats "
		    "1 and 3 are read", p[3]);
	st = p[3] == 1 ? read_header_1(f, h, err) : read_header_3(f, h, err);
	if (st != FLOW_OK)
		return st;
	f->form = flow_tools_form(p[3], h->version, h->aggregation);
	if (f->form == NULL)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "a file of flow-tools with exports of version "
		    "%" PRIu32 ", aggregation %" PRIu32 ", which flow-tools does not write",
		    h->version, h->aggregation);
	return FLOW_OK;
}

/* Counts the rows: by the file's size, or, if compressed, by the header, limited to what the data can hold. */
static void
count_rows(struct flow_tools_file *f, const struct header *h)
{
	uint64_t bytes = f->bytes.size - f->data, most = bytes / f->form->len;

	f->rows = most;
	if (f->compressed) {
		most = bytes * INFLATE_MAX / f->form->len;
		f->rows = h->has_flows && (h->flags & FLAG_STREAMING) == 0 ? h->flows : 0;
		if (f->rows > most)
			f->rows = most;
	}
	f->parts = (size_t)((f->rows + FLOW_TOOLS_PART_ROWS - 1) / FLOW_TOOLS_PART_ROWS);
	if (f->parts == 0)
		f->parts = 1;
	f->about.records = h->has_flows && (h->flags & FLAG_STREAMING) == 0 ? h->flows : 0;
}

static void
tell_about(struct flow_tools_file *f, const struct header *h)
{
	(void)snprintf(f->about.creator, sizeof(f->about.creator), "flow-tools%s%.40s",
	    h->host[0] != '\0' ? " on " : "", h->host);
	f->about.has_lost = (h->flags & FLAG_STREAMING) == 0;
	f->about.lost = h->lost;
	if (h->begin_s == 0 || h->end_s < h->begin_s)
		return;
	f->about.has_times = true;
	f->about.first_ms = h->begin_s * INT64_C(1000);
	f->about.last_ms = h->end_s * INT64_C(1000) + 999;
}

enum flow_status
flow_tools_file_open(const struct old_bytes *bytes, struct flow_tools_file **file, struct flow_error *err)
{
	struct flow_tools_file *f = calloc(1, sizeof(*f));
	struct header h;
	enum flow_status st;

	if (f == NULL)
		return flow_fail_memory(err);
	f->bytes = *bytes;
	st = read_header(f, &h, err);
	if (st == FLOW_OK) {
		f->version = (uint16_t)h.version;
		f->aggregation = (uint8_t)h.aggregation;
		f->exporter = h.exporter;
		f->compressed = (h.flags & FLAG_COMPRESSED) != 0;
		count_rows(f, &h);
		tell_about(f, &h);
		f->inflate = f->compressed ? flow_tools_inflate_new() : NULL;
		if (f->compressed && f->inflate == NULL)
			st = flow_fail_memory(err);
	}
	if (st == FLOW_ETRUNCATED)
		st = flow_fail(err, FLOW_EFORMAT, 0, "a file of flow-tools that ends within its header: it "
		    "holds no flows");
	if (st != FLOW_OK) {
		flow_tools_file_close(f);
		return st;
	}
	*file = f;
	return FLOW_OK;
}

void
flow_tools_file_close(struct flow_tools_file *file)
{
	if (file == NULL)
		return;
	flow_tools_inflate_free(file->inflate);
	free(file);
}
