/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/flow_tools_read.h"

#include <stdlib.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "history/flow_tools_inflate.h"
#include "net/proto.h"

#define RECORD_BYTES_MAX 72

/* Uptimes wrap around: a record at most 2^30 ms later than its export counts as later, any other as earlier. */
#define LATE_MS (UINT32_C(1) << 30)

void
flow_tools_reader_release(struct flow_tools_reader *r)
{
	free(r->bytes);
	r->bytes = NULL;
}

void
flow_tools_reader_begin(struct flow_tools_reader *r, const struct flow_tools_file *file, size_t part)
{
	r->file = file;
	r->next = part;
	r->end = part + 1;
	r->endless = part + 1 == file->parts;
	r->len = r->at = 0;
}

/* Reads a piece of data that is not compressed. */
static enum flow_status
read_plain(const struct flow_tools_file *f, uint64_t offset, uint8_t *out, size_t want, size_t *got,
    struct flow_error *err)
{
	uint64_t size = f->bytes.size - f->data;

	*got = offset >= size ? 0 : size - offset < want ? (size_t)(size - offset) : want;
	return old_bytes_read(&f->bytes, f->data + offset, out, *got, err);
}

static void
tell_rest(const struct flow_tools_reader *r, uint64_t offset, size_t rest, struct old_counts *counts)
{
	struct flow_error err;

	(void)flow_fail(&err, FLOW_ECORRUPT, r->file->compressed ? FLOW_NO_OFFSET :
	    (int64_t)(r->file->data + offset + r->len), "the data ends within a record, of which %zu of "
	    "%u bytes are there", rest, (unsigned)r->file->form->len);
	old_damage_add(&counts->damage, 1, &err);
}

static enum flow_status
next_piece(struct flow_tools_reader *r, struct old_counts *counts, struct flow_error *err)
{
	const struct flow_tools_file *f = r->file;
	size_t want = FLOW_TOOLS_PART_ROWS * f->form->len, got = 0;
	uint64_t offset = r->next * want;
	struct flow_error why;
	enum flow_status st;

	if (r->bytes == NULL && (r->bytes = malloc(FLOW_TOOLS_PART_ROWS * RECORD_BYTES_MAX)) == NULL)
		return flow_fail_memory(err);
	st = f->compressed ? flow_tools_inflate_read(f, offset, r->bytes, want, &got, &why) :
	    read_plain(f, offset, r->bytes, want, &got, &why);
	if (st == FLOW_ENOMEM)
		return flow_fail_memory(err);
	r->len = got - got % f->form->len;
	r->at = 0;
	r->next++;
	if (st != FLOW_OK)
		old_damage_add(&counts->damage, 0, &why);
	if (got > r->len)
		tell_rest(r, offset, got - r->len, counts);
	/* Whatever the error, no data follows it. */
	if (got < want)
		r->endless = false;
	else if (r->endless)
		r->end = r->next + 1;
	return FLOW_OK;
}

enum flow_status
flow_tools_reader_next(struct flow_tools_reader *r, struct old_records *records, struct old_counts *counts,
    struct flow_error *err)
{
	size_t len = r->file->form->len;

	records->count = 0;
	while (r->at == r->len) {
		if (r->next >= r->end)
			return FLOW_END;
		if (next_piece(r, counts, err) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	for (; r->at < r->len && records->count < FLOW_BATCH_ROWS; r->at += len) {
		records->p[records->count] = r->bytes + r->at;
		records->form[records->count++] = NULL;
	}
	counts->flows += records->count;
	return FLOW_OK;
}

static inline uint32_t
number(bool big_endian, const uint8_t *p, unsigned len)
{
	switch (len) {
	case 1:
		return p[0];
	case 2:
		return big_endian ? load_be16(p) : load_le16(p);
	default:
		return big_endian ? load_be32(p) : load_le32(p);
	}
}

static inline uint32_t
number4(bool big_endian, const uint8_t *p)
{
	return big_endian ? load_be32(p) : load_le32(p);
}

static void
fill_times(const struct flow_tools_file *f, struct row_table *t, size_t row, const uint8_t *p)
{
	const struct flow_tools_form *form = f->form;
	uint32_t s = number4(f->big_endian, p), fraction = number4(f->big_endian, p + 4);
	uint32_t first = number4(f->big_endian, p + form->first), last = number4(f->big_endian, p + form->last);
	int64_t export_ms = s * INT64_C(1000) + (form->milliseconds ? fraction : fraction / 1000000);

	if (form->uptime == 0) {
		/* Format 1 has the time at which the uptimes begin, but no export time. */
		row_table_put_time(t, FLOW_FIELD_RECEIVED, row, export_ms + last);
		row_table_put_time(t, FLOW_FIELD_FIRST, row, export_ms + first);
		row_table_put_time(t, FLOW_FIELD_LAST, row, export_ms + last);
	} else {
		uint32_t up = number4(f->big_endian, p + form->uptime);

		row_table_put_time(t, FLOW_FIELD_RECEIVED, row, export_ms);
		row_table_put_time(t, FLOW_FIELD_FIRST, row,
		    export_ms + (int64_t)LATE_MS - (uint32_t)(up - first + LATE_MS));
		row_table_put_time(t, FLOW_FIELD_LAST, row,
		    export_ms + (int64_t)LATE_MS - (uint32_t)(up - last + LATE_MS));
	}
}

static void
fill_values(const struct flow_tools_file *f, struct row_table *t, size_t row, const uint8_t *p)
{
	const struct flow_tools_form *form = f->form;

	for (unsigned i = 0; i < form->values; i++) {
		const struct flow_tools_value *v = &form->value[i];
		enum flow_field field = (enum flow_field)v->field;
		uint32_t n;

		if (!row_table_wants(t, field))
			continue;
		n = number(f->big_endian, p + v->offset, v->len);
		if (field == FLOW_FIELD_SRC_ADDR || field == FLOW_FIELD_DST_ADDR || field == FLOW_FIELD_NEXT_HOP)
			row_table_put_v4(t, field, row, n);
		else
			row_table_put(t, field, flow_field_info(field)->type, row, n);
	}
}

static void
fill_extra(const struct flow_tools_file *f, struct row_table *t, size_t row, const uint8_t *p)
{
	const struct flow_tools_extra *x = f->form->extra;

	if (x == NULL || !row_table_wants(t, FLOW_FIELD_EXTRA))
		return;
	for (; x->name != NULL; x++) {
		uint32_t n = number(f->big_endian, p + x->offset, x->len);
		struct addr a = addr_from_v4(n);

		if (n != 0 && x->is_addr)
			row_extra_addr(t, x->name, &a);
		else if (n != 0)
			row_extra_number(t, x->name, n);
	}
	row_extra_end(t, row);
}

void
flow_tools_reader_fill(struct flow_tools_reader *r, struct row_table *t, size_t row, const uint8_t *p)
{
	const struct flow_tools_file *f = r->file;
	const struct flow_tools_form *form = f->form;
	uint32_t exporter = form->exporter != 0 ? number4(f->big_endian, p + form->exporter) : f->exporter;

	ROW_PUT(t, FLOWS, row, 1);
	fill_values(f, t, row, p);
	fill_times(f, t, row, p);
	fill_extra(f, t, row, p);
	row_table_put_v4(t, FLOW_FIELD_EXPORTER, row, exporter);
	ROW_PUT(t, EXPORT_VERSION, row, f->version == 1005 ? 5U : f->version);
	if (form->icmp_port != 0 && (row_table_wants(t, FLOW_FIELD_ICMP_TYPE) ||
	    row_table_wants(t, FLOW_FIELD_ICMP_CODE))) {
		uint32_t port = number(f->big_endian, p + form->icmp_port, 2);

		for (unsigned i = 0; i < form->values; i++) {
			const struct flow_tools_value *v = &form->value[i];

			if (v->field != FLOW_FIELD_PROTO || !proto_is_icmp(p[v->offset]))
				continue;
			ROW_PUT(t, ICMP_TYPE, row, port >> 8);
			ROW_PUT(t, ICMP_CODE, row, port & 0xff);
		}
	}
}
