/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/feed_sieve.h"

#include <string.h>

#include "agg/group/key.h"
#include "base/hash.h"

/* Mixes a part of the key into the hashes. */
static enum flow_status
mix_part(struct flow_agg *agg, const struct key_part *part, size_t alt, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *mixed)
{
	uint64_t value[GROUP_ROWS];

	if (key_hashes(&agg->maps, part, alt, batch, rows, value) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		mixed[i] = key_mix(mixed[i], value[i]);
	return FLOW_OK;
}

static enum flow_status
mix_end(struct flow_agg *agg, const struct grouping *g, unsigned addr, unsigned port,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *mixed)
{
	memset(mixed, 0, rows->n * sizeof(*mixed));
	if (mix_part(agg, &g->part[addr], 0, batch, rows, mixed) != FLOW_OK)
		return FLOW_ENOMEM;
	return mix_part(agg, &g->part[port], 0, batch, rows, mixed);
}

/* Mixes both ends of a pair without their order: rows of both directions get the same hash. */
static enum flow_status
mix_ends(struct flow_agg *agg, const struct grouping *g, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *mixed)
{
	const struct key_pairing *p = &g->pairing;
	uint64_t other[GROUP_ROWS];

	if (mix_end(agg, g, p->src_addr, p->src_port, batch, rows, mixed) != FLOW_OK ||
	    mix_end(agg, g, p->dst_addr, p->dst_port, batch, rows, other) != FLOW_OK)
		return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		mixed[i] += other[i];
	return FLOW_OK;
}

static bool
is_end(const struct grouping *g, unsigned part)
{
	const struct key_pairing *p = &g->pairing;

	return g->pairing.how != FLOW_AGG_ONE_WAY &&
	    (part == p->src_addr || part == p->src_port || part == p->dst_addr || part == p->dst_port);
}

enum flow_status
feed_hash_rows(struct flow_agg *agg, const struct grouping *g, unsigned parts, size_t alt,
    const struct flow_batch *batch, const struct rows *rows, uint64_t *hash)
{
	memset(hash, 0, rows->n * sizeof(*hash));
	if (g->pairing.how != FLOW_AGG_ONE_WAY && mix_ends(agg, g, batch, rows, hash) != FLOW_OK)
		return FLOW_ENOMEM;
	for (unsigned k = 0; k < parts; k++)
		if (!is_end(g, k) && mix_part(agg, &g->part[k], k == 0 ? alt : 0, batch, rows, hash) != FLOW_OK)
			return FLOW_ENOMEM;
	for (uint32_t i = 0; i < rows->n; i++)
		hash[i] = hash_mix64(hash[i]);
	return FLOW_OK;
}

static enum flow_status
hash_rows(struct flow_agg *agg, const struct grouping *g, unsigned parts, const struct flow_batch *batch,
    const struct rows *rows, uint64_t *hash)
{
	if (sieve_key_is_few(g, parts))
		return key_hashes(&agg->maps, &g->part[0], 0, batch, rows, hash);
	return feed_hash_rows(agg, g, parts, 0, batch, rows, hash);
}

void
feed_sieves_begin(struct flow_agg *agg)
{
	for (size_t i = 0; agg->sieve != NULL && i < agg->spec->groupings; i++)
		agg->sieve[i].is_hashed = false;
}

enum flow_status
feed_hashes(struct flow_agg *agg, size_t grouping, const struct flow_batch *batch, const struct rows *rows,
    bool same, const uint64_t **hash)
{
	struct sieve *s = &agg->sieve[agg->sieve[grouping].like];
	enum flow_status st = FLOW_OK;

	if (!same || !s->is_hashed)
		st = hash_rows(agg, &agg->spec->grouping[grouping], s->rule.parts, batch, rows, s->hash);
	s->is_hashed = same && st == FLOW_OK;
	*hash = s->hash;
	return st;
}

enum flow_status
feed_sieves(struct flow_agg *agg, const struct flow_batch *batch, const struct rows *rows)
{
	const uint64_t *hash;

	feed_sieves_begin(agg);
	for (size_t i = 0; i < agg->spec->groupings; i++) {
		if (!sieve_counts(&agg->sieve[i]))
			continue;
		if (feed_hashes(agg, i, batch, rows, true, &hash) != FLOW_OK)
			return FLOW_ENOMEM;
		sieve_count(&agg->sieve[i], batch, rows, hash);
	}
	return FLOW_OK;
}
