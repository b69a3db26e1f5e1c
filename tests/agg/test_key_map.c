/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows' atoms are their texts' addresses, whatever another column's dictionary has in common. */
#include "agg/group/key.h"

#include <stdlib.h>
#include <string.h>

#include "agg/agg.h"
#include "agg/worker.h"
#include "base/hash.h"
#include "tap.h"

#define ENTRIES_MAX 3000

struct column {
	struct flow_text text[ENTRIES_MAX];
	uint32_t codes[ENTRIES_MAX];
	struct flow_dict dict;
};

/* Rows 0 .. count-1 have the entries in order. */
static void
set_column(struct column *c, struct flow_batch *batch, enum flow_field field, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		c->codes[i] = i;
	c->dict = (struct flow_dict){ flow_dict_serial(), count, c->text };
	batch->column[field] = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = c->codes,
		.dict = &c->dict };
}

static void
set_texts(struct column *c, const char *const *text, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		c->text[i] = (struct flow_text){ text[i], (uint32_t)strlen(text[i]) };
}

/* Rows of a column whose number is not that of their text's address, or 0 where it is none. */
static unsigned
wrong_rows(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, uint32_t rows)
{
	const struct key_part *part = &agg->spec->grouping[grouping].part[0];
	const struct flow_column *c = &batch->column[part->field[0]];
	unsigned wrong = 0;

	for (uint32_t from = 0; from < rows; from += GROUP_ROWS) {
		uint32_t n = rows - from < GROUP_ROWS ? rows - from : GROUP_ROWS;
		int32_t number[GROUP_ROWS];

		if (key_numbers(&agg->maps, part, 0, batch, &(struct rows){ NULL, from, n }, number) != FLOW_OK)
			abort();
		for (uint32_t i = 0; i < n; i++) {
			struct flow_text t = c->dict->text[c->codes[from + i]];
			struct addr want;

			if (addr_parse(t.p, t.len, &want))
				wrong += number[i] <= 0 ||
				    !addr_equal(&agg->maps.values.value[number[i]], &want);
			else
				wrong += number[i] != 0;
		}
	}
	return wrong;
}

static struct flow_agg *
new_agg(struct flow_agg_spec **spec)
{
	const struct flow_agg_ask src = { .statistic = "srcip" }, dst = { .statistic = "dstip" };
	struct flow_agg *agg;

	*spec = flow_agg_spec_new();
	if (*spec == NULL || flow_agg_ask(*spec, &src, NULL) != FLOW_OK ||
	    flow_agg_ask(*spec, &dst, NULL) != FLOW_OK || (agg = flow_agg_new(*spec)) == NULL)
		abort();
	return agg;
}

static const char *const sources[] = { "1::2", "1.2.3.4", "10.0.0.1", "10.0.0.10", "2001:db8::1",
	"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:7", "255.255.255.255", "none", "x" };
/* Sorted as ours are; not sorted; with the same text twice. */
static const char *const destinations[3][7] = {
	{ "1.2.3.4", "10.0.0.1", "10.0.0.11", "2001:db8:1:2:3:4:5:7", "3.3.3.3", "x", "y" },
	{ "x", "2001:db8:1:2:3:4:5:7", "10.0.0.1", "1::2", "1.2.3.4", "9.9.9.9", "255.255.255.255" },
	{ "10.0.0.1", "10.0.0.1", "10.0.0.10", "10.0.0.10", "2001:db8:1:2:3:4:5:6", "none", "none" },
};

static void
test_texts(void)
{
	static struct column src, dst;
	struct flow_agg_spec *spec;
	struct flow_agg *agg = new_agg(&spec);

	for (size_t i = 0; i < ARRAY_LEN(destinations); i++) {
		struct flow_batch batch = { .rows = 7 };

		set_texts(&src, sources, ARRAY_LEN(sources));
		set_texts(&dst, destinations[i], 7);
		set_column(&src, &batch, FLOW_FIELD_SRC_ADDR, ARRAY_LEN(sources));
		set_column(&dst, &batch, FLOW_FIELD_DST_ADDR, 7);
		is_uint(wrong_rows(agg, 0, &batch, ARRAY_LEN(sources)), 0);
		is_uint(wrong_rows(agg, 1, &batch, 7), 0);
		/* The dictionary of sources is another one now, that of destinations is not. */
		set_texts(&src, destinations[i], 7);
		set_column(&src, &batch, FLOW_FIELD_SRC_ADDR, 7);
		is_uint(wrong_rows(agg, 0, &batch, 7), 0);
		is_uint(wrong_rows(agg, 1, &batch, 7), 0);
	}
	flow_agg_free(agg);
	flow_agg_spec_free(spec);
}

static int
compare(const void *a, const void *b)
{
	return text_compare(a, b);
}

/* Many addresses of both families, of which most are on either side. */
static void
test_many(void)
{
	static char room[2][ENTRIES_MAX][ADDR_TEXT_MAX];
	static struct column column[2];
	struct flow_batch batch = { .rows = ENTRIES_MAX };
	struct flow_agg_spec *spec;
	struct flow_agg *agg = new_agg(&spec);

	for (size_t side = 0; side < 2; side++) {
		for (uint64_t i = 0; i < ENTRIES_MAX; i++) {
			uint64_t h = hash_mix64(i % 16 == 0 ? i + (side << 40) : i);
			struct addr a = addr_from_v4((uint32_t)h);

			if (i % 3 == 0) {
				store_be64(a.b, UINT64_C(0x20010db8) << 32 | h >> 48);
				store_be64(a.b + 8, i % 2 == 0 ? h : h & 0xff);
			}
			column[side].text[i] = (struct flow_text){ room[side][i],
				(uint32_t)addr_format(&a, room[side][i]) };
		}
		qsort(column[side].text, ENTRIES_MAX, sizeof(column[side].text[0]), compare);
	}
	set_column(&column[0], &batch, FLOW_FIELD_SRC_ADDR, ENTRIES_MAX);
	set_column(&column[1], &batch, FLOW_FIELD_DST_ADDR, ENTRIES_MAX);
	is_uint(wrong_rows(agg, 0, &batch, ENTRIES_MAX), 0);
	is_uint(wrong_rows(agg, 1, &batch, ENTRIES_MAX), 0);
	ok(agg->maps.values.count > ENTRIES_MAX && agg->maps.values.count < 2 * ENTRIES_MAX * 6 / 10);
	flow_agg_free(agg);
	flow_agg_spec_free(spec);
}

int
main(void)
{
	test_texts();
	test_many();
	return tap_done();
}
