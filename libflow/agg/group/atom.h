/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Interning of addresses, MACs and texts: each distinct value gets a small
 * number, its id, which keys and arrays use in its place.  Ids count from 1 in
 * the order of arrival and so differ between workers; the hash depends on the
 * value alone.
 *
 * A reference packs both, so that a row needs one load from an array of them:
 *
 *	63        32 31         0
 *	[   hash   ] [    id    ]	0: no value
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "agg/group/bucket.h"
#include "net/addr.h"
#include "record/batch.h"
#include "record/intern.h"

typedef uint64_t atom_ref;

/* Not looked up yet; no look-up returns it. */
#define ATOM_UNKNOWN UINT64_MAX
#define ATOM_ID_UNKNOWN (-1)
/* Ids are also the numbers of dense groups, which are int32_t. */
#define ATOMS_MAX (INT32_MAX - 1)

static inline uint32_t
atom_id(atom_ref ref)
{
	return (uint32_t)ref;
}

struct atom_table {
	struct bucket *bucket;	/* tag: the hash, or an IPv4 address itself; at: the id */
	uint32_t mask;		/* buckets - 1 */
	uint32_t used;		/* entries */
};

struct atoms {
	struct addr *value;	/* by id; [0] unused */
	uint32_t *hash;		/* by id */
	uint32_t count;		/* ids in use: 1 .. count */
	uint32_t cap;		/* ids that fit, id 0 included */
	struct atom_table v4;	/* IPv4 addresses: a look-up reads nothing but the bucket */
	struct atom_table rest;
	struct intern *text;	/* for texts: value holds hash and code in it */
};

void atoms_init(struct atoms *set);
void atoms_release(struct atoms *set);
size_t atoms_bytes(const struct atoms *set);

/* Makes room for `count` values; growing step by step made statistics of addresses 1 to 2 % slower. */
enum flow_status atoms_expect(struct atoms *set, size_t count) NODISCARD;

/*
 * The references of n values; adds new ones.  After FLOW_ENOMEM and FLOW_ELIMIT
 * the set stays usable, `out` is unspecified.
 */
enum flow_status atoms_add(struct atoms *set, const struct addr *value, size_t n,
    atom_ref *out) NODISCARD;

/*
 * Appends those values of another set whose id[id there] is 0, which this set must lack, and stores their
 * new ids in `id`.  atoms_add and atoms_look_up do not find them, so nothing may be added afterwards: meant
 * for the last of several sets to be merged, for which no table then grows.
 */
enum flow_status atoms_append(struct atoms *set, const struct atoms *from, uint32_t *id) NODISCARD;

/* As atoms_add for one text; a set holds either values or texts. */
enum flow_status atoms_add_text(struct atoms *set, struct flow_text text, atom_ref *out) NODISCARD;

/* The references that atoms_add and atoms_add_text would give, with id 0. */
atom_ref atoms_hash(const struct addr *value);
atom_ref atoms_hash_text(struct flow_text text);

/* The text of an id. */
struct flow_text atoms_text(const struct atoms *set, uint32_t id);

/* The ids of n values, 0 for those not in the set; threads may call it concurrently. */
void atoms_look_up(const struct atoms *set, const struct addr *value, size_t n, uint32_t *id);

static inline void
atom_from_mac(uint64_t mac, struct addr *out)
{
	store_be64(out->b, 0);
	store_be64(out->b + 8, mac);
}
