/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sampling rates announced for parts of a domain: its line cards, its observation points.  Records that
 * do not say which part observed them have a rate where all parts have the same.
 */
#include "base/hash.h"
#include "wire/decoder.h"

static const enum known_kind part_kind[RATE_PARTS] = {
	[RATE_OF_POINT] = KNOWN_POINT_RATE, [RATE_OF_LINE_CARD] = KNOWN_LINE_CARD_RATE,
};

static struct part_rates *
part_of(struct source *src, enum known_kind kind)
{
	unsigned part;

	for (part = 0; part < RATE_PARTS; part++)
		if (part_kind[part] == kind)
			return &src->part[part];
	return NULL;
}

void
source_note_rate(struct source *src, enum known_kind kind, const uint64_t *before, uint64_t now)
{
	struct part_rates *p = part_of(src, kind);

	if (known_is_rate(kind))
		src->has_rates = src->exporter->has_rates = true;
	if (p == NULL)
		return;
	if (before != NULL)
		p->sum -= hash_mix64(*before);
	else
		p->count++;
	p->sum += hash_mix64(now);
	p->last = now;
}

void
source_note_rates(struct source *src)
{
	size_t i;

	for (i = 0; i < src->known.slots; i++) {
		const struct known_entry *e = &src->known.slot[i];

		if (e->key != 0)
			source_note_rate(src, known_entry_kind(e), NULL, e->number);
	}
}

struct rate
part_rates_agreed(const struct part_rates *p)
{
	return p->count > 0 && p->sum == p->count * hash_mix64(p->last) ? rate_unpack(p->last) : RATE_NONE;
}
