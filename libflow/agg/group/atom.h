/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Distinct values that are wider than a number (addresses, MACs, texts), each
 * with a small number, its id, by which keys and arrays speak of it.  Ids
 * count from 1 in the order of arrival and so differ between workers; the
 * hash depends on the value alone.
 *
 * A reference packs both, so that an array of them is one load a row:
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

/* Not looked up yet; never what a lookup gives. */
#define ATOM_UNKNOWN UINT64_MAX
#define ATOM_ID_UNKNOWN (-1)
/* Ids are numbers of dense groups, too. */
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
	struct atom_table v4;	/* IPv4 addresses: a look-up touches nothing else */
	struct atom_table rest;
	struct intern *text;	/* of texts: value holds hash and code */
};

void atoms_init(struct atoms *set);
void atoms_release(struct atoms *set);
size_t atoms_bytes(const struct atoms *set);

/* Room for as many values at once: growing step by step took statistics of addresses 1 to 2 % longer. */
enum flow_status atoms_expect(struct atoms *set, size_t count) NODISCARD;

/*
 * The references of n values (any n), added where new.  FLOW_ENOMEM, FLOW_ELIMIT
 * leave the set usable, `out` unspecified.
 */
enum flow_status atoms_add(struct atoms *set, const struct addr *value, size_t n,
    atom_ref *out) NODISCARD;

/*
 * Adds the values of another set whose id[its id] is 0, which are not in this one, and tells their ids
 * there.  They are known by these alone: atoms_add and atoms_look_up do not find them, so nothing may be
 * added afterwards.  That is what the last of some sets to be merged needs, and no table grows for it.
 */
enum flow_status atoms_append(struct atoms *set, const struct atoms *from, uint32_t *id) NODISCARD;

/* As atoms_add for one text; a set holds either values or texts. */
enum flow_status atoms_add_text(struct atoms *set, struct flow_text text, atom_ref *out) NODISCARD;

/* References without an id: what atoms_add and atoms_add_text would give but for that. */
atom_ref atoms_hash(const struct addr *value);
atom_ref atoms_hash_text(struct flow_text text);

/* The text of an id. */
struct flow_text atoms_text(const struct atoms *set, uint32_t id);

/* The ids of n values, 0 of those that are not in the set; for several threads at a time. */
void atoms_look_up(const struct atoms *set, const struct addr *value, size_t n, uint32_t *id);

static inline void
atom_from_mac(uint64_t mac, struct addr *out)
{
	store_be64(out->b, 0);
	store_be64(out->b + 8, mac);
}
