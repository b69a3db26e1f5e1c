/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/evidence_sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A record's sort key and index; these are sorted first, the records moved afterwards. */
struct place {
	uint64_t hash, number;
	size_t from;		/* which record it is */
};

static const void *
record_at(const struct evidence_order *o, const void *records, size_t i)
{
	return (const char *)records + i * o->record;
}

static int
compare_places(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->from < b->from ? -1 : a->from > b->from;
}

/* A digit is 11 bits of the hash, below the uppermost 8: those are the same for all records of a part. */
#define DIGIT_BITS 11
#define DIGITS (1U << DIGIT_BITS)

static size_t
digit(uint64_t hash)
{
	return (size_t)(hash >> (56 - DIGIT_BITS)) & (DIGITS - 1);
}

/* A stable radix pass: fills place[], grouped by digit; end[d]: where digit d's group ends. */
static void
deal(const struct evidence_order *o, const void *records, size_t n, struct place *place, size_t end[DIGITS])
{
	size_t at = 0;
	uint64_t hash;

	memset(end, 0, DIGITS * sizeof(*end));
	for (size_t i = 0; i < n; i++) {
		memcpy(&hash, record_at(o, records, i), sizeof(hash));
		end[digit(hash)]++;
	}
	for (size_t d = 0; d < DIGITS; d++) {
		size_t count = end[d];

		end[d] = at;
		at += count;
	}
	for (size_t i = 0; i < n; i++) {
		const void *r = record_at(o, records, i);

		memcpy(&hash, r, sizeof(hash));
		place[end[digit(hash)]++] = (struct place){ hash, o->number(r), i };
	}
}

static void
sort_run(struct place *place, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (compare_places(&place[i - 1], &place[i]) > 0) {
			qsort(place, n, sizeof(*place), compare_places);
			break;
		}
}

/* Records of one hash, sorted by number: sorts equal numbers by comparison, or all if several keys share the hash. */
static void
finish_run(const struct evidence_order *o, void *records, size_t from, size_t to, const struct place *place)
{
	size_t begin = from;
	bool mixed = false;

	for (size_t i = from + 1; i < to && !mixed; i++)
		mixed = o->compare_key(record_at(o, records, i - 1), record_at(o, records, i)) != 0;
	if (mixed) {
		qsort((char *)records + from * o->record, to - from, o->record, o->compare);
		return;
	}
	for (size_t i = from + 1; i <= to; i++) {
		if (i < to && place[i].number == place[begin].number)
			continue;
		if (i - begin > 1)
			qsort((char *)records + begin * o->record, i - begin, o->record, o->compare);
		begin = i;
	}
}

static void
finish(const struct evidence_order *o, void *records, size_t n, const struct place *place)
{
	size_t from = 0;

	for (size_t i = 1; i <= n; i++) {
		if (i < n && place[i].hash == place[from].hash)
			continue;
		finish_run(o, records, from, i, place);
		from = i;
	}
}

/* Permutes the records in place, cycle by cycle; `room` holds one. */
static void
move(const struct evidence_order *o, void *records, size_t n, struct place *place, void *room)
{
	char *at = records;
	size_t size = o->record;

	for (size_t i = 0; i < n; i++) {
		size_t to = i, from = place[i].from;

		if (from == i)
			continue;
		memcpy(room, at + i * size, size);
		for (; from != i; to = from, from = place[to].from) {
			memcpy(at + to * size, at + from * size, size);
			place[to].from = to;
		}
		memcpy(at + to * size, room, size);
		place[to].from = to;
	}
}

enum flow_status
evidence_sort(const struct evidence_order *o, void *records, size_t n)
{
	struct place *place = malloc((n + 1) * sizeof(*place));
	void *room = malloc(o->record);
	size_t *end = malloc(DIGITS * sizeof(*end));
	enum flow_status st = place != NULL && room != NULL && end != NULL ? FLOW_OK : FLOW_ENOMEM;
	size_t from = 0;

	if (st == FLOW_OK) {
		deal(o, records, n, place, end);
		for (size_t d = 0; d < DIGITS; from = end[d++])
			sort_run(place + from, end[d] - from);
		move(o, records, n, place, room);
		finish(o, records, n, place);
	}
	free(place);
	free(room);
	free(end);
	return st;
}
