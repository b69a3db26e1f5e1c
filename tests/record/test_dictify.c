/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/dictify.h"

#include <string.h>

#include "record/builder.h"
#include "tap.h"

static bool
text_is(const struct flow_batch *b, enum flow_field field, size_t row, const char *want)
{
	const struct flow_column *c = &b->column[field];
	struct flow_text t;

	if (!flow_column_has(c, row))
		return want == NULL;
	t = flow_column_text(c, row);
	return want != NULL && t.len == strlen(want) && memcmp(t.p, want, t.len) == 0;
}

/* 1000 rows: sources 10.0.0.(i % 7), destinations null on odd rows, a MAC, a port. */
static void
fill(struct flow_builder *b, size_t rows)
{
	struct addr *src, *dst;
	uint16_t *port;
	uint64_t *mac;
	size_t i;

	ok(flow_builder_reserve(b, rows) == FLOW_OK);
	src = flow_builder_flat(b, FLOW_FIELD_SRC_ADDR, rows);
	for (i = 0; i < rows; i++)
		src[i] = addr_from_v4(UINT32_C(0x0a000000) + (uint32_t)(i % 7));
	dst = flow_builder_flat(b, FLOW_FIELD_DST_ADDR, rows);
	for (i = 0; i < rows; i++)
		(void)addr_parse("2001:db8::1", 11, &dst[i]);
	for (i = 1; i < rows; i += 2)
		ok(flow_builder_null(b, FLOW_FIELD_DST_ADDR, i) == FLOW_OK);
	mac = flow_builder_flat(b, FLOW_FIELD_IN_SRC_MAC, rows);
	for (i = 0; i < rows; i++)
		mac[i] = UINT64_C(0x0200deadbe00) + i % 2;
	port = flow_builder_flat(b, FLOW_FIELD_SRC_PORT, rows);
	for (i = 0; i < rows; i++)
		port[i] = (uint16_t)i;
	flow_builder_commit(b, rows);
}

int
main(void)
{
	struct flow_builder *b = flow_builder_new();
	struct flow_dictify *d = flow_dictify_new();
	struct flow_batch out, part;
	uint64_t serial;

	fill(b, 1000);
	ok(flow_dictify(d, flow_builder_batch(b), &out) == FLOW_OK);
	is_uint(out.column[FLOW_FIELD_SRC_ADDR].dict->count, 7);
	is_uint(out.column[FLOW_FIELD_DST_ADDR].dict->count, 1);
	is_uint(out.column[FLOW_FIELD_IN_SRC_MAC].dict->count, 2);
	ok(text_is(&out, FLOW_FIELD_SRC_ADDR, 13, "10.0.0.6"));
	ok(text_is(&out, FLOW_FIELD_DST_ADDR, 12, "2001:db8::1"));
	ok(text_is(&out, FLOW_FIELD_DST_ADDR, 13, NULL));
	ok(text_is(&out, FLOW_FIELD_IN_SRC_MAC, 13, "02:00:de:ad:be:01"));
	ok(out.column[FLOW_FIELD_SRC_PORT].form == FLOW_FORM_FLAT);
	ok(out.column[FLOW_FIELD_TOS].form == FLOW_FORM_NULL);

	flow_batch_slice(&out, 640, 100, &part);
	is_uint(part.rows, 100);
	/* 640 + 11 = 651 = 93 * 7 + 0 */
	ok(text_is(&part, FLOW_FIELD_SRC_ADDR, 11, "10.0.0.0"));
	ok(text_is(&part, FLOW_FIELD_DST_ADDR, 11, NULL));
	is_uint(flow_column_number(&part.column[FLOW_FIELD_SRC_PORT], FLOW_TYPE_U16, 99), 739);

	serial = out.column[FLOW_FIELD_SRC_ADDR].dict->serial;
	flow_builder_clear(b);
	fill(b, 3);
	ok(flow_dictify(d, flow_builder_batch(b), &out) == FLOW_OK);
	is_uint(out.column[FLOW_FIELD_SRC_ADDR].dict->count, 3);
	ok(out.column[FLOW_FIELD_SRC_ADDR].dict->serial != serial);

	flow_dictify_free(d);
	flow_builder_free(b);
	return tap_done();
}
