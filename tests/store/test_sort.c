/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of four flows by each of nfdump's words, by hand. */
#include "store/sort.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define ROWS 4

/* Durations 1000, 2000, 0 and 500 ms; the second flow has no reverse direction. */
static const uint16_t number[ROWS] = { 0, 1, 2, 3 };
static const int64_t first[ROWS] = { 4000, 3000, 2000, 1000 };
static const int64_t last[ROWS] = { 5000, 5000, 2000, 1500 };
static const int64_t flows[ROWS] = { 1, 2, 1, 3 };
static const int64_t packets[ROWS] = { 10, 40, 30, 4 };
static const int64_t bytes[ROWS] = { 1000, 100, 9000, 50 };
static const int64_t rev_packets[ROWS] = { 1, 0, 7, 3 };
static const int64_t rev_bytes[ROWS] = { 50, 0, 700, 900 };
static const uint64_t has_reverse = 0xd;

static void
flat(struct flow_batch *b, enum flow_field field, const void *values, const uint64_t *valid)
{
	b->column[field] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = values, .valid = valid };
}

static void
make_batch(struct flow_batch *b)
{
	memset(b, 0, sizeof(*b));
	b->rows = ROWS;
	flat(b, FLOW_FIELD_SRC_PORT, number, NULL);
	flat(b, FLOW_FIELD_FIRST, first, NULL);
	flat(b, FLOW_FIELD_LAST, last, NULL);
	flat(b, FLOW_FIELD_FLOWS, flows, NULL);
	flat(b, FLOW_FIELD_PACKETS, packets, NULL);
	flat(b, FLOW_FIELD_BYTES, bytes, NULL);
	flat(b, FLOW_FIELD_REV_PACKETS, rev_packets, &has_reverse);
	flat(b, FLOW_FIELD_REV_BYTES, rev_bytes, &has_reverse);
}

/* The numbers of the flows in that order, as text. */
static const char *
sorted(const char *text)
{
	static char out[ROWS + 1];
	struct flow_sort_order order;
	struct flow_sort *sort;
	const struct flow_batch *b;
	struct flow_batch in;
	size_t n = 0;

	make_batch(&in);
	if (flow_sort_order_parse(text, &order, NULL) != FLOW_OK)
		return "no order";
	if (flow_sort_new(&order, (size_t)1 << 20, NULL, &sort, NULL) != FLOW_OK ||
	    flow_sort_add(sort, &in, NULL, NULL) != FLOW_OK || flow_sort_finish(sort, NULL) != FLOW_OK)
		abort();
	while (flow_sort_next(sort, &b, NULL) == FLOW_OK)
		for (size_t i = 0; i < b->rows && n < ROWS; i++)
			out[n++] = (char)('0' + ((const uint16_t *)b->column[FLOW_FIELD_SRC_PORT].values)[i]);
	out[n] = '\0';
	flow_sort_free(sort);
	return out;
}

/* Whether the columns that an order says it looks at are these two. */
static bool
looks_at(const char *text, enum flow_field a, enum flow_field b)
{
	struct flow_fieldset fields = { { 0 } };
	struct flow_sort_order order;

	if (flow_sort_order_parse(text, &order, NULL) != FLOW_OK)
		return false;
	flow_sort_order_fields(&order, &fields);
	return flow_fieldset_has(&fields, a) && flow_fieldset_has(&fields, b);
}

/* What is said where so many copies of rows that are merged do not fit. */
static bool
tells_memory(void)
{
	struct flow_sort_order order;
	struct flow_error err;
	struct flow_sort *sort;
	struct flow_batch in;
	size_t few = 0, none = 1;
	bool good;

	make_batch(&in);
	if (flow_sort_order_parse("bytes", &order, NULL) != FLOW_OK ||
	    flow_sort_new(&order, (size_t)1 << 20, NULL, &sort, NULL) != FLOW_OK)
		abort();
	for (unsigned i = 0; i < 10000; i++)
		if (flow_sort_add(sort, &in, NULL, NULL) != FLOW_OK)
			abort();
	if (flow_sort_finish(sort, NULL) != FLOW_OK || flow_sort_is_whole(sort))
		abort();
	good = flow_sort_merge_most(sort, 1, 20000, &few, NULL) == FLOW_OK && few > 0 && few <= 20000 &&
	    flow_sort_merge_most(sort, 1000, 20000, &none, &err) == FLOW_ELIMIT && none == 0 &&
	    strncmp(err.message, "40000 flows cannot be sorted in so little memory: it takes --memory ", 68) == 0;
	flow_sort_free(sort);
	return good;
}

int
main(void)
{
	static const struct {
		const char *order, *want;
	} cases[] = {
		{ "flows", "3102" }, { "packets", "1203" }, { "ipackets", "1203" }, { "opackets", "2301" },
		{ "bytes", "2013" }, { "ibytes", "2013" }, { "obytes", "3201" },
		{ "pps", "1032" }, { "ipps", "1032" }, { "opps", "3021" },
		{ "bps", "0312" }, { "ibps", "0312" }, { "obps", "3021" },
		{ "bpp", "2031" }, { "ibpp", "2031" }, { "obpp", "3201" },
		{ "duration", "1032" }, { "tstart", "3210" }, { "tend", "3201" },
		{ "opps:a", "2031" }, { "obpp:a", "0231" }, { "pps:a", "2301" }, { "tstart:d", "0123" },
		{ "src_port", "3210" }, { "src_port:a", "0123" },
		{ "xpps", "no order" }, { "src_mac", "no order" }, { "flows,bytes,", "no order" },
		    { "src_addr", "0123" }, { "tstart,flows:a", "3210" }, { "pps:x", "no order" }, { "", "no order" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(sorted(cases[i].order), cases[i].want);
	ok(looks_at("opps", FLOW_FIELD_REV_PACKETS, FLOW_FIELD_FIRST));
	ok(looks_at("opps", FLOW_FIELD_REV_PACKETS, FLOW_FIELD_LAST));
	ok(looks_at("obpp", FLOW_FIELD_REV_BYTES, FLOW_FIELD_REV_PACKETS));
	ok(looks_at("duration", FLOW_FIELD_FIRST, FLOW_FIELD_LAST));
	ok(tells_memory());
	return tap_done();
}
