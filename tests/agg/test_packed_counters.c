/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Narrow groups hold what rows sum up to by hand, and what has no room in them is seen: in the
 * groups themselves, and in answers that are wide from the start, from some row on, or once merged.
 */
#include "agg/group/packed_counters.h"

#include <stdlib.h>

#include "agg/group/groups.h"
#include "agg/rig.h"
#include "agg/usual.h"
#include "base/hash.h"
#include "tap.h"

#define GROUPS 5
/* A time of day in 2025, biased; the test's rows are some hours around it. */
#define NOON (UINT64_C(1750000000000) ^ SLOT_TIME_BIAS)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

static void
fill(struct usual *c, struct flow_batch *batch)
{
	for (size_t i = 0; i < USUAL_ROWS; i++) {
		c->flows[i] = i % 3;
		c->packets[i] = hash_mix64(i + 1) >> 42;
		c->bytes[i] = hash_mix64(i + 1000) >> 17;
		c->first[i] = (NOON ^ SLOT_TIME_BIAS) + (hash_mix64(i + 2000) >> 40);
		c->last[i] = c->first[i] + (hash_mix64(i + 3000) >> 48);
	}
	usual_batch(c, batch);
}

typedef void narrow_adder(const uint64_t *line, uint32_t n, uint64_t *groups,
    const int32_t *number, const uint32_t *code);

/* Calls it with the same numbers by codes that descend. */
static void
add_by_code(narrow_adder *add, const uint64_t *line, uint32_t n, uint64_t *groups,
    const int32_t *number)
{
	int32_t coded[USUAL_ROWS];
	uint32_t code[USUAL_ROWS];

	for (uint32_t i = 0; i < n; i++) {
		code[i] = n - 1 - i;
		coded[code[i]] = number[i];
	}
	add(line, n, groups, coded, code);
}

/* The rows, row i to group i * i % GROUPS - 1, against the same one by one. */
static bool
same(narrow_adder *add, bool by_code, const struct usual *c, const struct flow_batch *batch,
    const struct rows *rows)
{
	uint64_t group[GROUPS][NARROW_WORDS], want[GROUPS][NARROW_SLOTS], got[NARROW_SLOTS];
	uint64_t line[USUAL_ROWS * NARROW_WORDS];
	struct narrow_range range = { .based = true, .base = NOON - (UINT64_C(1) << 30) };
	int32_t number[USUAL_ROWS];

	for (uint32_t g = 0; g < GROUPS; g++) {
		narrow_init(group[g], g);
		memcpy(want[g], (uint64_t[]){ 0, 0, 0, 0, UINT64_MAX, 0 }, sizeof(want[g]));
	}
	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t r = rows_at(rows, i), g = i * i % GROUPS;
		uint64_t first = c->first[r] ^ SLOT_TIME_BIAS, last = c->last[r] ^ SLOT_TIME_BIAS;

		number[i] = (int32_t)g - 1;
		want[g][0]++;
		want[g][1] += c->flows[r];
		want[g][2] += c->packets[r];
		want[g][3] += c->bytes[r];
		want[g][4] = first < want[g][4] ? first : want[g][4];
		want[g][5] = last > want[g][5] ? last : want[g][5];
	}
	if (narrow_admit(&range, batch, rows, line) != NARROW_FITS)
		return false;
	if (by_code)
		add_by_code(add, line, rows->n, group[1], number);
	else
		add(line, rows->n, group[1], number, NULL);
	for (uint32_t g = 0; g < GROUPS; g++) {
		narrow_state(group[g], range.base, got);
		if (memcmp(got, want[g], sizeof(got)) != 0 || (uint32_t)group[g][0] != g)
			return false;
	}
	return true;
}

static void
test_add(const struct usual *c, const struct flow_batch *batch)
{
	uint16_t row[USUAL_ROWS / 3];

	for (uint16_t i = 0; i < USUAL_ROWS / 3; i++)
		row[i] = (uint16_t)(3 * i + 1);
	for (uint32_t n = 0; n <= USUAL_ROWS / 2; n++) {
		for (int by_code = 0; by_code < 2; by_code++) {
			ok(same(narrow_add, by_code, c, batch, &(struct rows){ NULL, n, n }));
			ok(same(narrow_add_portable, by_code, c, batch, &(struct rows){ NULL, n, n }));
		}
	}
	ok(same(narrow_add, false, c, batch, &(struct rows){ row, 0, USUAL_ROWS / 3 }));
}

typedef void small_adder(const uint64_t *line, uint32_t n, uint64_t *groups, const void *values,
    const void *other, unsigned width);

/* Values of rows as bytes and as words; every third row has the same one twice. */
static uint8_t bytes_of[2][USUAL_ROWS];
static uint16_t words_of[2][USUAL_ROWS];

static void
make_small(void)
{
	for (size_t i = 0; i < USUAL_ROWS; i++) {
		bytes_of[0][i] = (uint8_t)(i % 5 == 0 ? 255 : i % 7);
		bytes_of[1][i] = (uint8_t)(i % 3 == 0 ? bytes_of[0][i] : i % 11);
		words_of[0][i] = (uint16_t)(i % 5 == 0 ? 65535 : i % 7);
		words_of[1][i] = (uint16_t)(i % 3 == 0 ? words_of[0][i] : 40000 + i % 11);
	}
}

/* n rows from `from` on, added as small numbers, against the same by narrow_add_portable. */
static bool
same_small(small_adder *add, const struct flow_batch *batch, uint32_t from, uint32_t n, unsigned width,
    bool both)
{
	uint64_t line[USUAL_ROWS * NARROW_WORDS];
	struct narrow_range range = { .based = true, .base = NOON - (UINT64_C(1) << 30) };
	uint32_t groups = width == 1 ? 258 : 65538;
	size_t size = groups * NARROW_WORDS * sizeof(uint64_t);
	uint64_t *want = malloc(size), *got = malloc(size);
	const void *values[2] = { width == 1 ? (const void *)(bytes_of[0] + from) : words_of[0] + from,
	    width == 1 ? (const void *)(bytes_of[1] + from) : words_of[1] + from };
	int32_t number[2][USUAL_ROWS];
	bool equal;

	for (uint32_t g = 0; g < groups; g++)
		narrow_init(want + (size_t)g * NARROW_WORDS, g);
	memcpy(got, want, size);
	if (narrow_admit(&range, batch, &(struct rows){ NULL, from, n }, line) != NARROW_FITS)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		for (size_t k = 0; k < 2; k++)
			number[k][i] = 1 + (width == 1 ? bytes_of[k][from + i] : words_of[k][from + i]);
		if (number[0][i] == number[1][i])
			number[1][i] = -1;
	}
	narrow_add_portable(line, n, want + NARROW_WORDS, number[0], NULL);
	if (both)
		narrow_add_portable(line, n, want + NARROW_WORDS, number[1], NULL);
	add(line, n, got + NARROW_WORDS, values[0], both ? values[1] : NULL, width);
	equal = memcmp(got, want, size) == 0;
	free(want);
	free(got);
	return equal;
}

static void
test_small(const struct flow_batch *batch)
{
	make_small();
	for (unsigned width = 1; width <= 2; width++) {
		for (uint32_t n = 0; n <= USUAL_ROWS / 2; n += n < 8 ? 1 : 71) {
			ok(same_small(narrow_add_small, batch, n, n, width, false));
			ok(same_small(narrow_add_small, batch, n, n, width, true));
			ok(same_small(narrow_add_small_portable, batch, n, n, width, false));
			ok(same_small(narrow_add_small_portable, batch, n, n, width, true));
		}
	}
}

static void
test_join(void)
{
	uint64_t a[NARROW_WORDS], b[NARROW_WORDS], got[NARROW_SLOTS];
	const uint64_t row[NARROW_WORDS] = { UINT64_C(2) << 32, 3 | UINT64_C(4) << 32,
		100 | UINT64_C(300) << 32, UINT64_C(1) << 40 };
	const uint64_t more[NARROW_WORDS] = { UINT64_C(1) << 32, 1 | UINT64_C(1) << 32,
		50 | UINT64_C(200) << 32, 1 };

	narrow_init(a, 7);
	narrow_init(b, 9);
	narrow_join(a, row);
	narrow_join(b, more);
	narrow_join(a, b);
	narrow_state(a, 1000, got);
	is_uint((uint32_t)a[0], 7);
	is_uint(got[0], 3);
	is_uint(got[1], 4);
	is_uint(got[2], 5);
	is_uint(got[3], (UINT64_C(1) << 40) + 1);
	is_uint(got[4], 1050);
	is_uint(got[5], 1300);
}

/* Whether rows from .. from+n-1 are let in after those of *range. */
static enum narrow_fit
fit_of(const struct flow_batch *batch, struct narrow_range *range, uint32_t from, uint32_t n)
{
	uint64_t line[USUAL_ROWS * NARROW_WORDS];

	return narrow_admit(range, batch, &(struct rows){ NULL, from, n }, line);
}

/* One value of row `at` set to `value`, and whether rows 10 .. 49 are let in then. */
static enum narrow_fit
fit_with(const struct flow_batch *batch, uint64_t *column, uint32_t at, uint64_t value)
{
	struct narrow_range range = { .based = false };
	uint64_t old = column[at];
	enum narrow_fit fit;

	column[at] = value;
	fit = fit_of(batch, &range, 10, 40);
	column[at] = old;
	return fit;
}

static void
test_admit(struct usual *c, struct flow_batch *batch)
{
	const uint64_t half = UINT64_C(1) << 32, day = (uint64_t)DAY_MS;
	const uint64_t bits = 1;
	struct narrow_range range = { .based = false };
	struct flow_column *column;

	is_int(fit_of(batch, &range, 10, 40), NARROW_FITS);
	is_uint(range.rows, 40);
	ok(range.base <= NOON - (half >> 2) && NOON + (half >> 1) <= range.base + half);
	for (uint32_t at = 10; at < 50; at += 13) {
		is_int(fit_with(batch, c->flows, at, half), NARROW_NEVER);
		is_int(fit_with(batch, c->packets, at, half), NARROW_NEVER);
		is_int(fit_with(batch, c->packets, at, half - 1), NARROW_FULL);
		is_int(fit_with(batch, c->bytes, at, UINT64_C(1) << 50), NARROW_NEVER);
		is_int(fit_with(batch, c->last, at, c->last[at] + 60 * day), NARROW_NEVER);
	}
	is_int(fit_with(batch, c->first, 30, c->first[30] + 20 * day), NARROW_FITS);
	is_int(fit_with(batch, c->first, 30, c->first[30] - 10 * day), NARROW_FITS);
	is_int(fit_with(batch, c->first, 30, c->first[30] - 60 * day), NARROW_NEVER);
	is_int(fit_with(batch, c->first, 30, 0), NARROW_NEVER);
	/* Rows that are not asked about do not matter. */
	is_int(fit_with(batch, c->flows, 9, half), NARROW_FITS);
	is_int(fit_with(batch, c->flows, 50, half), NARROW_FITS);

	column = &batch->column[FLOW_FIELD_PACKETS];
	column->valid = &bits;
	is_int(fit_of(batch, &range, 10, 40), NARROW_NEVER);
	column->valid = NULL;
	column = &batch->column[FLOW_FIELD_REV_BYTES];
	column->form = FLOW_FORM_FLAT;
	column->values = c->bytes;
	is_int(fit_of(batch, &range, 10, 40), NARROW_NEVER);
	column->form = FLOW_FORM_NULL;
	is_uint(range.rows, 40);
}

static void
test_combine(void)
{
	struct narrow_range a = { .based = false }, b = { true, 5, 10, 20, 30, 40 }, c = b;

	ok(narrow_combine(&a, &b) && narrow_combine(&a, &b));
	is_uint(a.packets, 60);
	ok(narrow_has_room(&a));
	c.base = 6;
	ok(!narrow_combine(&a, &c));
	c = b;
	c.bytes = UINT64_MAX - 10;
	ok(!narrow_combine(&a, &c));
	a = b;
	c = b;
	c.flows = UINT32_MAX;
	ok(!narrow_combine(&a, &c));
	ok(!narrow_has_room(&c));
}

/* By hand: two groups, whose bytes need more than 64 bits, and one without rows between them. */
static void
test_sum(void)
{
	uint64_t group[3][NARROW_WORDS] = {
		{ 1 | UINT64_C(3) << 32, 4 | UINT64_C(0xffffffff) << 32, 50 | UINT64_C(60) << 32, UINT64_MAX },
		{ 0, 0, 0, 0 },
		{ 3 | UINT64_C(2) << 32, 5 | UINT64_C(6) << 32, 40 | UINT64_C(70) << 32, 2 },
	};
	struct narrow_sums s;

	narrow_init(group[1], 2);
	s = narrow_sum(group[0], 3);
	is_uint((uint64_t)s.rows, 5);
	is_uint((uint64_t)s.flows, 9);
	is_uint((uint64_t)s.packets, UINT64_C(4294967301));
	is_uint((uint64_t)(s.bytes >> 64), 1);
	is_uint((uint64_t)s.bytes, 1);
	is_uint(s.first, 40);
	is_uint(s.last, 70);
	s = narrow_sum(group[1], 1);
	is_uint((uint64_t)s.rows, 0);
}

/* The answer, however the rows are dealt to workers. */
static void
check(const char *statistic, const struct rig_flow *flow, size_t n, const char *want)
{
	const struct flow_agg_ask ask = { .statistic = statistic,
		.measures = "flows,packets,bytes,first,last" };

	is_str(rig_ask(&ask, flow, n, 1, n), want);
	is_str(rig_ask(&ask, flow, n, 1, 1), want);
	is_str(rig_ask(&ask, flow, n, 2, 1), want);
	is_str(rig_ask(&ask, flow, n, 2, 2), want);
	is_str(rig_ask(&ask, flow, n, 6, 1), want);
}

#define GIGA 1000000000

/* Counters that fit 32 bits a row, a worker's rows, or neither. */
static void
test_counters(void)
{
	struct rig_flow flow[6];

	for (size_t i = 0; i < 6; i++)
		flow[i] = (struct rig_flow){ i < 4 ? "10.0.0.1" : "10.0.0.2", "10.0.0.9", 6, 1, 2,
			1000, 2000, 10, 100, 1, 2, 0, NULL };
	for (size_t i = 0; i < 6; i++)
		flow[i].packets = GIGA;
	check("srcip", flow, 6, "10.0.0.1 4 4000000000 400 1000 2000\n"
	    "10.0.0.2 2 2000000000 200 1000 2000\n");
	check("dstip", flow, 6, "10.0.0.9 6 6000000000 600 1000 2000\n");
	check("ip/packets", flow, 6, "10.0.0.9 6 6000000000 600 1000 2000\n"
	    "10.0.0.1 4 4000000000 400 1000 2000\n" "10.0.0.2 2 2000000000 200 1000 2000\n");
	for (size_t i = 0; i < 6; i++)
		flow[i].packets = 4LL * GIGA;
	check("srcip", flow, 6, "10.0.0.1 4 16000000000 400 1000 2000\n"
	    "10.0.0.2 2 8000000000 200 1000 2000\n");
	/* Only the last row has no room, and no group holds much before it. */
	for (size_t i = 0; i < 6; i++)
		flow[i].packets = 1;
	flow[5].packets = 5LL * GIGA;
	flow[5].bytes = INT64_MAX;
	check("srcip/bytes", flow, 6, "10.0.0.2 2 5000000001 9223372036854775907 1000 2000\n"
	    "10.0.0.1 4 4 400 1000 2000\n");
	/* Both ends alike: a flow counts once. */
	for (size_t i = 0; i < 6; i++)
		flow[i] = (struct rig_flow){ "10.0.0.1", "10.0.0.1", 6, 7, 7, 1000, 2000, GIGA, 100, 1,
			2, 0, NULL };
	check("ip", flow, 6, "10.0.0.1 6 6000000000 600 1000 2000\n");
	check("port", flow, 6, "7 6 6000000000 600 1000 2000\n");
}

/* Much in all, little in each group: sums are taken from the groups then. */
static void
test_many(void)
{
	struct rig_flow flow[6];
	static const char *const src[6] = { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4",
		"10.0.0.5", "10.0.0.6" };

	for (size_t i = 0; i < 6; i++)
		flow[i] = (struct rig_flow){ src[i], "10.0.0.9", 6, 1, 2, 1000, 2000, GIGA / 2, 100, 1, 2,
			0, NULL };
	check("srcip", flow, 6, "10.0.0.1 1 500000000 100 1000 2000\n"
	    "10.0.0.2 1 500000000 100 1000 2000\n" "10.0.0.3 1 500000000 100 1000 2000\n"
	    "10.0.0.4 1 500000000 100 1000 2000\n" "10.0.0.5 1 500000000 100 1000 2000\n"
	    "10.0.0.6 1 500000000 100 1000 2000\n");
	check("dstip", flow, 6, "10.0.0.9 6 3000000000 600 1000 2000\n");
}

/* As many rows as let the groups be looked at, ever again, until one holds too much. */
static void
test_looks(void)
{
	enum { MANY = 8000 };
	struct rig_flow *flow = malloc(MANY * sizeof(*flow));

	if (flow == NULL)
		abort();
	for (size_t i = 0; i < MANY; i++)
		flow[i] = (struct rig_flow){ i % 4 < 3 ? "10.0.0.1" : "10.0.0.2", "10.0.0.9", 6, 1, 2,
			1000 + (int64_t)i, 20000, GIGA / 1000, 1, 1, 2, 0, NULL };
	check("srcip", flow, MANY, "10.0.0.1 6000 6000000000 6000 1000 20000\n"
	    "10.0.0.2 2000 2000000000 2000 1003 20000\n");
	/* All in all too much, but no group has much. */
	for (size_t i = 0; i < MANY; i++) {
		flow[i].src = i % 4 < 2 ? "10.0.0.1" : "10.0.0.2";
		flow[i].dst = i % 8 < 4 ? "10.0.0.8" : "10.0.0.9";
		flow[i].packets = GIGA / 8000;
	}
	check("srcip", flow, MANY, "10.0.0.1 4000 500000000 4000 1000 20000\n"
	    "10.0.0.2 4000 500000000 4000 1002 20000\n");
	for (size_t i = 0; i < MANY; i++) {
		flow[i].src = (const char *[]){ "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4" }[i % 4];
		flow[i].packets = GIGA / 4000;
	}
	check("srcip", flow, MANY, "10.0.0.1 2000 500000000 2000 1000 20000\n"
	    "10.0.0.2 2000 500000000 2000 1001 20000\n" "10.0.0.3 2000 500000000 2000 1002 20000\n"
	    "10.0.0.4 2000 500000000 2000 1003 20000\n");
	free(flow);
}

/* Instants of a day, of months, and on either side of 1970. */
static void
test_instants(void)
{
	struct rig_flow flow[3];

	for (size_t i = 0; i < 3; i++)
		flow[i] = (struct rig_flow){ "10.0.0.1", "10.0.0.9", 6, 1, 2, 0, 0, 1, 1, 1, 2, 0, NULL };
	for (size_t i = 0; i < 3; i++) {
		flow[i].first_ms = 1700000000000 + (int64_t)i * HOUR_MS;
		flow[i].last_ms = flow[i].first_ms + 1;
	}
	check("srcip", flow, 3, "10.0.0.1 3 3 3 1700000000000 1700007200001\n");
	flow[0].first_ms -= 100 * DAY_MS;
	check("srcip", flow, 3, "10.0.0.1 3 3 3 1691360000000 1700007200001\n");
	flow[2].last_ms += 100 * DAY_MS;
	check("srcip", flow, 3, "10.0.0.1 3 3 3 1691360000000 1708647200001\n");
	/* Rows in order, further apart from one to the next than a base reaches. */
	for (size_t i = 0; i < 3; i++) {
		flow[i].first_ms = (int64_t)i * 50 * DAY_MS;
		flow[i].last_ms = flow[i].first_ms + 5;
	}
	check("srcip", flow, 3, "10.0.0.1 3 3 3 0 8640000005\n");
	/* The cells are printed without a sign: -1000 and -1 are 2^64 - 1000 and 2^64 - 1. */
	for (size_t i = 0; i < 3; i++) {
		flow[i].first_ms = -1000;
		flow[i].last_ms = -1;
	}
	check("srcip", flow, 3, "10.0.0.1 3 3 3 18446744073709550616 18446744073709551615\n");
}

int
main(void)
{
	struct usual c;
	struct flow_batch batch;

	fill(&c, &batch);
	test_add(&c, &batch);
	test_small(&batch);
	test_join();
	test_admit(&c, &batch);
	test_combine();
	test_sum();
	test_counters();
	test_many();
	test_looks();
	test_instants();
	return tap_done();
}
