/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows added as lines of the cache give what each row's sums, least and greatest are by hand. */
#include "agg/group/lines.h"

#include <stdlib.h>

#include "agg/group/groups.h"
#include "agg/usual.h"
#include "base/hash.h"
#include "tap.h"

#define GROUPS 7

static void
fill(struct usual *c, struct flow_batch *batch)
{
	for (size_t i = 0; i < USUAL_ROWS; i++) {
		c->flows[i] = 1 + i % 3;
		c->packets[i] = hash_mix64(i + 1) >> 20;
		/* Some groups' sums go beyond 64 bits, others' do not. */
		c->bytes[i] = hash_mix64(i + 1000) >> (i % GROUPS < 3 ? 1 : 40);
		/* Instants on either side of 1970. */
		c->first[i] = (uint64_t)((int64_t)(hash_mix64(i + 2000) >> 30) - (INT64_C(1) << 33));
		c->last[i] = c->first[i] + i;
	}
	usual_batch(c, batch);
}

static uint64_t
sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Rows from .. from+n-1, row i to group i * i % GROUPS, against the same one by one. */
static bool
same(const struct usual *c, const struct flow_batch *batch, unsigned words, uint32_t from,
    uint32_t n)
{
	uint64_t *line = aligned_alloc(PAGES_LINE, GROUPS * PAGES_LINE), want[GROUPS][LINE_WORDS];
	uint64_t *state[USUAL_ROWS];
	bool equal;

	for (size_t g = 0; g < GROUPS; g++) {
		for (size_t w = 0; w < LINE_WORDS; w++)
			want[g][w] = w < words ? hash_mix64(g + w) : 0;
		want[g][words + 4] = UINT64_MAX;
	}
	memcpy(line, want, sizeof(want));
	for (uint32_t i = 0; i < n; i++) {
		size_t r = from + i, g = i * i % GROUPS;
		uint64_t *s = want[g] + words;
		uint64_t first = c->first[r] ^ SLOT_TIME_BIAS, last = c->last[r] ^ SLOT_TIME_BIAS;

		state[i] = line + g * LINE_WORDS + words;
		s[0]++;
		s[1] = sum(s[1], c->flows[r]);
		s[2] = sum(s[2], c->packets[r]);
		s[3] = sum(s[3], c->bytes[r]);
		s[4] = first < s[4] ? first : s[4];
		s[5] = last > s[5] ? last : s[5];
	}
	lines_add(batch, &(struct rows){ NULL, from, n }, state, words);
	equal = memcmp(line, want, sizeof(want)) == 0;
	free(line);
	return equal;
}

int
main(void)
{
	struct usual c;
	struct flow_batch batch;

	if (!lines_usable()) {
		tap_skip("this machine has no such vector operations");
		return tap_done();
	}
	fill(&c, &batch);
	for (unsigned words = 1; words <= 2; words++) {
		ok(same(&c, &batch, words, 0, USUAL_ROWS));
		for (uint32_t n = 0; n <= 60; n++)
			ok(same(&c, &batch, words, n, n));
	}
	return tap_done();
}
