/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/builder.h"

#include "tap.h"

static void
test_columns(void)
{
	struct flow_builder *b = flow_builder_new();
	const struct flow_batch *batch;
	const struct flow_column *c;
	uint16_t *port;
	uint32_t *as;

	is_int(flow_builder_reserve(b, 2), FLOW_OK);
	port = flow_builder_flat(b, FLOW_FIELD_SRC_PORT, 2);
	port[0] = 53;
	port[1] = 443;
	ok(flow_builder_written(b, FLOW_FIELD_SRC_PORT));
	ok(!flow_builder_written(b, FLOW_FIELD_SRC_AS));
	is_int(flow_builder_null(b, FLOW_FIELD_SRC_PORT, 0), FLOW_OK);
	flow_builder_commit(b, 2);
	ok(!flow_builder_written(b, FLOW_FIELD_SRC_PORT));

	/* A column that starts late: earlier rows are null; one that stops: later rows are. */
	is_int(flow_builder_reserve(b, 3), FLOW_OK);
	as = flow_builder_flat(b, FLOW_FIELD_SRC_AS, 3);
	as[0] = 4200000000;
	as[1] = 1;
	as[2] = 2;
	is_int(flow_builder_text(b, FLOW_FIELD_APP_NAME, 1, "dns", 3), FLOW_OK);
	is_int(flow_builder_text(b, FLOW_FIELD_APP_NAME, 2, "dns", 3), FLOW_OK);
	ok(flow_builder_flat(b, FLOW_FIELD_APP_NAME, 3) == NULL);
	flow_builder_commit(b, 2);	/* fewer than announced */
	is_uint(flow_builder_rows(b), 4);

	batch = flow_builder_batch(b);
	is_uint(batch->rows, 4);
	c = &batch->column[FLOW_FIELD_SRC_PORT];
	ok(!flow_column_has(c, 0));
	ok(flow_column_has(c, 1));
	is_uint(flow_column_number(c, FLOW_TYPE_U16, 1), 443);
	ok(!flow_column_has(c, 2) && !flow_column_has(c, 3));
	c = &batch->column[FLOW_FIELD_SRC_AS];
	ok(!flow_column_has(c, 0) && !flow_column_has(c, 1));
	is_uint(flow_column_number(c, FLOW_TYPE_U32, 2), 4200000000);
	c = &batch->column[FLOW_FIELD_APP_NAME];
	ok(!flow_column_has(c, 2));
	ok(flow_column_has(c, 3));
	is_mem(flow_column_text(c, 3).p, flow_column_text(c, 3).len, "dns", 3);
	is_uint(c->dict->count, 1);
	is_int(batch->column[FLOW_FIELD_DST_AS].form, FLOW_FORM_NULL);
	flow_builder_clear(b);
	is_uint(flow_builder_batch(b)->rows, 0);
	flow_builder_free(b);
}

static void
test_abandoned(void)
{
	struct flow_builder *b = flow_builder_new();
	uint8_t *proto;

	is_int(flow_builder_reserve(b, 5), FLOW_OK);
	proto = flow_builder_flat(b, FLOW_FIELD_PROTO, 5);
	proto[0] = 17;
	is_int(flow_builder_reserve(b, 1), FLOW_OK);
	ok(!flow_builder_written(b, FLOW_FIELD_PROTO));
	flow_builder_commit(b, 1);
	is_int(flow_builder_batch(b)->column[FLOW_FIELD_PROTO].form, FLOW_FORM_NULL);
	flow_builder_free(b);
}

/* A copy has the committed rows, nulls, texts and codes, and goes its own way. */
static void
test_copy(void)
{
	struct flow_builder *b = flow_builder_new(), *copy = flow_builder_new();
	const struct flow_batch *one, *two;
	uint16_t *port;

	is_int(flow_builder_reserve(b, 200), FLOW_OK);
	port = flow_builder_flat(b, FLOW_FIELD_SRC_PORT, 200);
	for (size_t i = 0; i < 200; i++)
		port[i] = (uint16_t)(1000 + i);
	is_int(flow_builder_null(b, FLOW_FIELD_SRC_PORT, 70), FLOW_OK);
	is_int(flow_builder_text(b, FLOW_FIELD_APP_NAME, 3, "dns", 3), FLOW_OK);
	is_int(flow_builder_text(b, FLOW_FIELD_APP_NAME, 199, "tls", 3), FLOW_OK);
	flow_builder_commit(b, 200);
	/* Announced rows are not committed. */
	is_int(flow_builder_reserve(b, 2), FLOW_OK);
	ok(flow_builder_flat(b, FLOW_FIELD_PROTO, 2) != NULL);
	ok(flow_builder_flat(b, FLOW_FIELD_SRC_PORT, 2) != NULL);
	is_int(flow_builder_copy(copy, b), FLOW_OK);
	flow_builder_commit(b, 2);
	one = flow_builder_batch(b);
	two = flow_builder_batch(copy);
	is_uint(one->rows, 202);
	is_uint(two->rows, 200);
	for (size_t i = 0; i < 200; i++) {
		const struct flow_column *c = &two->column[FLOW_FIELD_SRC_PORT];

		ok(!flow_column_has(&two->column[FLOW_FIELD_PROTO], i));
		is_int(flow_column_has(c, i), i != 70);
		if (i != 70)
			is_uint(flow_column_number(c, FLOW_TYPE_U16, i), 1000 + i);
		c = &two->column[FLOW_FIELD_APP_NAME];
		is_int(flow_column_has(c, i), i == 3 || i == 199);
	}
	is_mem(flow_column_text(&two->column[FLOW_FIELD_APP_NAME], 3).p, 3, "dns", 3);
	is_mem(flow_column_text(&two->column[FLOW_FIELD_APP_NAME], 199).p, 3, "tls", 3);
	flow_builder_free(b);
	is_uint(flow_column_number(&two->column[FLOW_FIELD_SRC_PORT], FLOW_TYPE_U16, 199), 1199);
	flow_builder_clear(copy);
	is_uint(flow_builder_rows(copy), 0);
	flow_builder_free(copy);
}

int
main(void)
{
	test_columns();
	test_abandoned();
	test_copy();
	return tap_done();
}
