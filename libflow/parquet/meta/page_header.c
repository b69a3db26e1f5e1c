/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/meta/page_header.h"

#include "parquet/meta/thrift.h"

void
page_header_write(const struct page_header *h, struct buf *out)
{
	struct thrift_writer t = { .out = out };

	thrift_begin(&t);
	thrift_i32(&t, 1, h->type);
	thrift_i32(&t, 2, (int32_t)h->raw_bytes);
	thrift_i32(&t, 3, (int32_t)h->bytes);
	if (h->has_crc)
		thrift_i32(&t, 4, (int32_t)h->crc);
	thrift_struct_field(&t, h->type == PAGE_DICTIONARY ? 7 : 5);
	thrift_i32(&t, 1, (int32_t)h->values);
	thrift_i32(&t, 2, h->encoding);
	if (h->type == PAGE_DICTIONARY) {
		thrift_bool(&t, 3, h->is_sorted);
	} else {
		thrift_i32(&t, 3, h->level_encoding);
		thrift_i32(&t, 4, ENCODING_RLE);	/* repetition levels, which flat columns lack */
	}
	thrift_end(&t);
	thrift_end(&t);
}

/* A count or size; a negative one becomes larger than any page's. */
static uint32_t
read_count(struct thrift_reader *t, const struct thrift_field *f)
{
	int64_t v = thrift_read_int(t, f);

	if (v < 0 || v > INT32_MAX)
		t->in.failed = true;
	return (uint32_t)v;
}

static void
read_v1(struct thrift_reader *t, struct page_header *h)
{
	struct thrift_field f;

	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if (f.id == 1)
			h->values = read_count(t, &f);
		else if (f.id == 2)
			h->encoding = (int)thrift_read_int(t, &f);
		else if (f.id == 3)
			h->level_encoding = (int)thrift_read_int(t, &f);
		else
			thrift_skip(t, &f);
	}
}

static void
read_dictionary(struct thrift_reader *t, struct page_header *h)
{
	struct thrift_field f;

	thrift_struct(t);
	while (thrift_field(t, &f)) {
		if (f.id == 1)
			h->values = read_count(t, &f);
		else if (f.id == 2)
			h->encoding = (int)thrift_read_int(t, &f);
		else if (f.id == 3)
			h->is_sorted = thrift_read_bool(t, &f);
		else
			thrift_skip(t, &f);
	}
}

static void
read_v2(struct thrift_reader *t, struct page_header *h)
{
	struct thrift_field f;

	thrift_struct(t);
	while (thrift_field(t, &f)) {
		switch (f.id) {
		case 1:
			h->values = read_count(t, &f);
			break;
		case 2:
			h->nulls = read_count(t, &f);
			break;
		case 3:
			h->rows = read_count(t, &f);
			break;
		case 4:
			h->encoding = (int)thrift_read_int(t, &f);
			break;
		case 5:
			h->definition_bytes = read_count(t, &f);
			break;
		case 6:
			h->repetition_bytes = read_count(t, &f);
			break;
		case 7:
			h->is_compressed = thrift_read_bool(t, &f);
			break;
		default:
			thrift_skip(t, &f);
		}
	}
}

bool
page_header_read(struct cursor *in, struct page_header *h)
{
	struct thrift_reader t = { .in = *in };
	struct thrift_field f;

	*h = (struct page_header){ .type = -1, .encoding = -1, .is_compressed = true };
	thrift_struct(&t);
	while (thrift_field(&t, &f)) {
		if (f.id == 1)
			h->type = (int)thrift_read_int(&t, &f);
		else if (f.id == 2)
			h->raw_bytes = read_count(&t, &f);
		else if (f.id == 3)
			h->bytes = read_count(&t, &f);
		else if (f.id == 4) {
			h->crc = (uint32_t)thrift_read_int(&t, &f);
			h->has_crc = true;
		} else if (f.id == 5 && f.type == THRIFT_STRUCT)
			read_v1(&t, h);
		else if (f.id == 7 && f.type == THRIFT_STRUCT)
			read_dictionary(&t, h);
		else if (f.id == 8 && f.type == THRIFT_STRUCT)
			read_v2(&t, h);
		else if (f.id == THRIFT_EXTENSION && f.type == THRIFT_BINARY)
			h->extension = (const uint8_t *)thrift_read_binary(&t, &f, &h->extension_bytes);
		else
			thrift_skip(&t, &f);
	}
	*in = t.in;
	return !cursor_failed(&t.in) && t.depth == 0 && h->type >= 0;
}
