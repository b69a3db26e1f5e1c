/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first line of the input is a format (and, read again, a time, a protocol
 * and flags); the rest fills the values of a few rows.  Properties: what is
 * printed as ndjson is an object to a line, csv has as many fields in every
 * row, and nothing depends on how rows are cut into calls.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/addr.h"
#include "net/proto.h"
#include "output/escape.h"
#include "output/printer.h"
#include "record/builder.h"
#include "record/dictify.h"
#include "time/stamp.h"

#define ROWS 5

static void
must(bool good)
{
	if (!good)
		abort();
}

static void
fill(struct flow_builder *b, const uint8_t *data, size_t len)
{
	uint64_t v = 0x9e3779b97f4a7c15u;

	for (unsigned f = 0; f < FLOW_FIELD_STORED && len > 0; f++) {
		enum flow_type type = flow_field_info((enum flow_field)f)->type;
		uint8_t *at = type == FLOW_TYPE_TEXT ? NULL
		    : flow_builder_flat(b, (enum flow_field)f, ROWS);

		for (size_t i = 0; i < ROWS; i++) {
			size_t from = (size_t)(v >> 32) % len, n = (len - from) / (i + 1);

			v = v * 6364136223846793005u + data[from];
			if (type == FLOW_TYPE_TEXT)
				must(flow_builder_text(b, (enum flow_field)f, i,
				    (const char *)data + from, n) == FLOW_OK);
			else
				memcpy(at + i * flow_type_size(type), data + from,
				    n < flow_type_size(type) ? n : flow_type_size(type));
			if (!flow_field_info((enum flow_field)f)->required && data[from] % 3 == 0)
				must(flow_builder_null(b, (enum flow_field)f, i) == FLOW_OK);
		}
	}
}

/* The rows in a format, `step` at a time; false if there is no such format. */
static bool
print(const char *spec, size_t len, const struct flow_printer_options *options,
    const struct flow_batch *batch, size_t step, struct buf *out)
{
	struct flow_printer *p;
	struct flow_printer_state *s;
	struct flow_selection sel = { .all = false };
	struct flow_error err;

	buf_clear(out);
	if (flow_printer_new(spec, len, options, &p, &err) != FLOW_OK)
		return false;
	s = flow_printer_state_new(p);
	must(s != NULL && flow_printer_begin(p, out) == FLOW_OK);
	for (size_t at = 0; at < batch->rows; at += step) {
		sel.count = (uint32_t)(batch->rows - at < step ? batch->rows - at : step);
		for (uint32_t i = 0; i < sel.count; i++)
			sel.row[i] = (uint16_t)(at + i);
		must(flow_printer_batch(p, s, batch, &sel, out) == FLOW_OK);
	}
	must(flow_printer_end(p, out) == FLOW_OK);
	flow_printer_state_free(s);
	flow_printer_free(p);
	return true;
}

static void
check_ndjson(const struct buf *out)
{
	const char *p = (const char *)out->data, *end = p + out->len;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		must(eol != NULL && escape_is_json_object(p, (size_t)(eol - p)));
		p = eol + 1;
	}
}

static void
check_csv(const struct buf *out)
{
	size_t fields = 1, first = 0;
	bool quoted = false;

	for (size_t i = 0; i < out->len; i++) {
		if (out->data[i] == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		fields += out->data[i] == ',';
		if (out->data[i] == '\n') {
			must(first == 0 || fields == first);
			first = fields;
			fields = 1;
		}
	}
	must(!quoted);
}

/* A format may print nothing, and nothing has no bytes to point at. */
static bool
same_bytes(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void
parse_words(const char *text, size_t len)
{
	struct stamp_window w;
	struct flow_error err;
	uint16_t flags;
	uint8_t proto;
	int64_t ms;

	(void)!stamp_parse(text, len, STAMP_UTC, 0, &ms, &err);
	(void)!stamp_window_parse(text, len, STAMP_LOCAL, INT64_MAX, &w, &err);
	(void)proto_parse(text, len, &proto);
	(void)tcp_flags_parse(text, len, &flags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *eol = len > 0 ? memchr(data, '\n', len) : NULL;
	size_t spec_len = eol != NULL ? (size_t)(eol - data) : len;
	struct flow_builder *b = flow_builder_new();
	struct flow_dictify *d = flow_dictify_new();
	struct flow_printer_options options = { 0 };
	struct buf one = BUF_INIT, all = BUF_INIT;
	struct flow_batch batch;

	must(b != NULL && d != NULL && flow_builder_reserve(b, ROWS) == FLOW_OK);
	if (eol != NULL)
		fill(b, eol + 1, len - spec_len - 1);
	flow_builder_commit(b, ROWS);
	must(flow_dictify(d, flow_builder_batch(b), &batch) == FLOW_OK);
	options.plain_numbers = spec_len & 1;
	options.full_ipv6 = spec_len & 2;
	options.quiet = spec_len & 4;
	options.zone = spec_len & 8 ? STAMP_LOCAL : STAMP_UTC;
	if (spec_len > 0 && print((const char *)data, spec_len, &options, &batch, 1, &one)) {
		must(print((const char *)data, spec_len, &options, &batch, ROWS, &all));
		must(same_bytes(&one, &all));
	}
	must(print("ndjson", 6, &options, &batch, 3, &one));
	check_ndjson(&one);
	must(print("csv:all", 7, &options, &batch, 2, &one));
	check_csv(&one);
	if (spec_len > 0)
		parse_words((const char *)data, spec_len);
	buf_release(&one);
	buf_release(&all);
	flow_builder_free(b);
	flow_dictify_free(d);
	return 0;
}
