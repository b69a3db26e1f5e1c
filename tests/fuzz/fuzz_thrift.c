/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input is Thrift: as fields to skip, as a page header, as the footer of a
 * file without pages, and as a schema.  Properties: nothing is read that is not
 * there, and a schema that was read is written and read as the same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/file_read.h"
#include "parquet/meta/page_header.h"
#include "parquet/meta/schema_thrift.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
skip_all(const uint8_t *data, size_t len)
{
	struct thrift_reader r = { .in = cursor_make(data, len) };
	struct thrift_field f;

	thrift_struct(&r);
	while (thrift_field(&r, &f))
		thrift_skip(&r, &f);
	must(cursor_offset(&r.in) <= len);
}

static void
page_header(const uint8_t *data, size_t len)
{
	struct cursor in = cursor_make(data, len);
	struct page_header h;

	if (page_header_read(&in, &h))
		must(h.raw_bytes <= INT32_MAX && h.bytes <= INT32_MAX && h.values <= INT32_MAX &&
		    cursor_offset(&in) <= len);
}

static void
footer(const uint8_t *data, size_t len)
{
	struct buf file = BUF_INIT;
	struct flow_error err;
	struct pq_file *f;
	struct pq_bounds bounds;

	buf_append_text(&file, "PAR1");
	buf_append(&file, data, len);
	buf_append_le32(&file, (uint32_t)len);
	buf_append_text(&file, "PAR1");
	if (pq_file_open_memory(file.data, file.len, &f, &err) == FLOW_OK) {
		for (size_t g = 0; g < pq_file_groups(f); g++)
			for (size_t c = 0; c < pq_file_columns(f); c++)
				pq_file_bounds(f, g, c, &bounds);
		pq_file_close(f);
	}
	buf_release(&file);
}

static struct schema_column *
read_schema(const uint8_t *data, size_t len, size_t *count)
{
	struct thrift_reader r = { .in = cursor_make(data, len) };
	struct schema_column *columns = NULL;
	struct thrift_field f;
	struct flow_error err;

	*count = 0;
	thrift_struct(&r);
	if (!thrift_field(&r, &f) || schema_read(&r, &f, &columns, count, &err) != FLOW_OK)
		return NULL;
	return columns;
}

static void
schema(const uint8_t *data, size_t len)
{
	struct buf out = BUF_INIT;
	struct thrift_writer w = { .out = &out };
	size_t count, again, i;
	struct schema_column *columns = read_schema(data, len, &count), *back;
	struct pq_column *plain = calloc(count + 1, sizeof(*plain));

	must(plain != NULL);
	for (i = 0; i < count; i++) {
		plain[i] = columns[i].column;
		/* Only these are written. */
		if (plain[i].logical >= PQ_TIMESTAMP_MICROS)
			plain[i].logical = PQ_NONE;
	}
	if (columns != NULL) {
		thrift_begin(&w);
		schema_write(&w, 2, plain, count);
		thrift_end(&w);
		back = read_schema(out.data, out.len, &again);
		must(back != NULL && again == count);
		for (i = 0; i < count; i++)
			must(strcmp(back[i].column.name, plain[i].name) == 0 &&
			    back[i].column.physical == plain[i].physical &&
			    back[i].column.logical == plain[i].logical &&
			    back[i].column.required == plain[i].required);
		free(back);
	}
	free(plain);
	free(columns);
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	skip_all(data, len);
	page_header(data, len);
	footer(data, len);
	schema(data, len);
	return 0;
}
