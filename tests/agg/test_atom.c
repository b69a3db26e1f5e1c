/* SPDX-License-Identifier: BSD-2-Clause */
/* Values keep their ids; looked up and merged, they are the same values. */
#include "agg/group/atom_merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agg/agg.h"
#include "base/hash.h"
#include "tap.h"

/* More than a task looks up at a time. */
#define VALUES 20000

/* The i-th value: IPv4, IPv6, and some in one family that look like others' hashes. */
static struct addr
value(uint64_t i)
{
	struct addr a;

	if (i % 3 == 0)
		return addr_from_v4((uint32_t)hash_mix64(i + 1));
	store_be64(a.b, i % 3 == 1 ? hash_mix64(i) | 1 : 0);
	store_be64(a.b + 8, i % 3 == 1 ? i : (hash_mix64(i) >> 20 | UINT64_C(1) << 60));
	return a;
}

/* Values from .. to-1 into a set; false if one has another id than the order of arrival gives it. */
static bool
fill(struct atoms *set, uint64_t from, uint64_t to)
{
	bool right = true;

	for (uint64_t i = from; i < to; i++) {
		struct addr v[2] = { value(i), value(from) };
		atom_ref ref[2];

		if (atoms_add(set, v, 2, ref) != FLOW_OK)
			abort();
		right &= atom_id(ref[0]) == i - from + 1 && atom_id(ref[1]) == 1 && ref[0] >> 32 != 0;
	}
	return right;
}

static void
test_look_up(void)
{
	static struct addr v[2 * VALUES];
	static uint32_t id[2 * VALUES];
	struct atoms set;
	size_t wrong = 0;

	atoms_init(&set);
	for (uint64_t i = 0; i < 2 * VALUES; i++)
		v[i] = value(i);
	memset(id, 0x55, sizeof(id));
	atoms_look_up(&set, v, 2 * VALUES, id);
	for (size_t i = 0; i < 2 * VALUES; i++)
		wrong += id[i] != 0;
	is_uint(wrong, 0);
	ok(fill(&set, 0, VALUES));
	atoms_look_up(&set, v, 2 * VALUES, id);
	for (size_t i = 0; i < 2 * VALUES; i++)
		wrong += id[i] != (i < VALUES ? i + 1 : 0);
	is_uint(wrong, 0);
	is_uint(set.count, VALUES);
	atoms_release(&set);
}

/* Room that was asked for is there, and neither a limit nor a value. */
static void
test_expect(void)
{
	struct addr v = value(0);
	struct atoms set;
	size_t bytes;
	uint32_t id;

	atoms_init(&set);
	is_int(atoms_expect(&set, VALUES), FLOW_OK);
	is_uint(set.count, 0);
	bytes = atoms_bytes(&set);
	atoms_look_up(&set, &v, 1, &id);
	is_uint(id, 0);
	ok(fill(&set, 0, VALUES));
	is_uint(atoms_bytes(&set), bytes);
	is_int(atoms_expect(&set, VALUES / 2), FLOW_OK);
	is_uint(atoms_bytes(&set), bytes);
	(void)fill(&set, VALUES, 3 * VALUES);
	is_uint(set.count, 3 * VALUES);
	is_int(atoms_expect(&set, (size_t)UINT32_MAX + 1), FLOW_ELIMIT);
	atoms_release(&set);
}

static const char *
name(uint64_t i, char text[24])
{
	(void)snprintf(text, 24, "user %llu", (unsigned long long)i);
	return text;
}

static void
fill_texts(struct atoms *set, uint64_t from, uint64_t to)
{
	char text[24];
	atom_ref ref;

	for (uint64_t i = from; i < to; i++)
		if (atoms_add_text(set, (struct flow_text){ name(i, text), (uint32_t)strlen(text) }, &ref) !=
		    FLOW_OK)
			abort();
}

/* Three workers: 0 .. V-1, V/2 .. 2V-1, and none. */
static void
test_merge(void)
{
	struct flow_agg_spec *spec = flow_agg_spec_new();
	const struct flow_agg_ask ask = { .keys = "src_addr" };
	struct flow_agg *agg[3];
	struct atoms_merged values, texts;
	size_t wrong = 0, wrong_texts = 0;
	const struct key_maps *into;

	if (spec == NULL || flow_agg_ask(spec, &ask, NULL) != FLOW_OK)
		abort();
	for (size_t w = 0; w < 3; w++)
		if ((agg[w] = flow_agg_new(spec)) == NULL)
			abort();
	ok(fill(&agg[0]->maps.values, 0, VALUES));
	ok(fill(&agg[1]->maps.values, VALUES / 2, 2 * VALUES));
	fill_texts(&agg[0]->maps.texts, 0, 10);
	fill_texts(&agg[1]->maps.texts, 5, 20);
	is_int(atoms_merge_workers(agg, 3, &values, &texts), FLOW_OK);
	into = &agg[0]->maps;
	is_uint(into->values.count, 2 * VALUES);
	is_uint(into->texts.count, 20);
	for (uint32_t id = 1; id <= agg[1]->maps.values.count; id++)
		wrong += !addr_equal(&into->values.value[values.id[1][id]], &agg[1]->maps.values.value[id]);
	for (uint32_t id = 1; id <= agg[1]->maps.texts.count; id++) {
		struct flow_text a = atoms_text(&into->texts, texts.id[1][id]);
		struct flow_text b = atoms_text(&agg[1]->maps.texts, id);

		wrong_texts += text_compare(&a, &b) != 0;
	}
	is_uint(wrong, 0);
	is_uint(wrong_texts, 0);
	is_uint(values.id[1][0], 0);
	is_uint(values.id[2][0], 0);
	atoms_merged_release(&values, 3);
	atoms_merged_release(&texts, 3);
	for (size_t w = 0; w < 3; w++)
		flow_agg_free(agg[w]);
	flow_agg_spec_free(spec);
}

int
main(void)
{
	test_look_up();
	test_expect();
	test_merge();
	return tap_done();
}
