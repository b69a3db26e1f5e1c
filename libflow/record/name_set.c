/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/name_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define MIN_SLOTS 256

struct entry {
	uint64_t number;
	char *exporter;		/* NULL: a free slot; "": all exporters */
	uint8_t kind;
	bool disputed;		/* exporters have different names for it */
	uint8_t len;
	char name[FLOW_NAME_MAX];
};

/* Kinds of entries besides names: hashes, at FLOW_NAME_KINDS + the kind of name; speeds. */
#define KIND_HASH FLOW_NAME_KINDS
#define KIND_SPEED (2 * FLOW_NAME_KINDS)

struct flow_names {
	bool any[FLOW_NAME_KINDS], any_speed;
	struct entry *slot;
	size_t slots;		/* a power of two, or 0 */
	size_t used;
};

struct flow_names *
flow_names_new(void)
{
	return calloc(1, sizeof(struct flow_names));
}

void
flow_names_free(struct flow_names *names)
{
	size_t i;

	if (names == NULL)
		return;
	for (i = 0; i < names->slots; i++)
		free(names->slot[i].exporter);
	free(names->slot);
	free(names);
}

static uint64_t
hash(enum flow_name_kind kind, const char *exporter, size_t len, uint64_t number)
{
	return hash_mix64(hash_xxh64(exporter, len, (uint64_t)kind) ^ number * UINT64_C(0x9e3779b97f4a7c15));
}

/* The slot of an entry, or the free one where it belongs; one is always free. */
static size_t
place(const struct flow_names *n, enum flow_name_kind kind, const char *exporter, size_t len,
    uint64_t number)
{
	size_t i = (size_t)hash(kind, exporter, len, number) & (n->slots - 1);

	for (; n->slot[i].exporter != NULL; i = (i + 1) & (n->slots - 1)) {
		const struct entry *e = &n->slot[i];

		if (e->number == number && e->kind == (uint8_t)kind && strlen(e->exporter) == len &&
		    memcmp(e->exporter, exporter, len) == 0)
			break;
	}
	return i;
}

static bool
grow(struct flow_names *n)
{
	struct flow_names more = *n;
	size_t i;

	more.slots = n->slots > 0 ? 2 * n->slots : MIN_SLOTS;
	more.slot = calloc(more.slots, sizeof(*more.slot));
	if (more.slot == NULL)
		return false;
	for (i = 0; i < n->slots; i++) {
		const struct entry *e = &n->slot[i];

		if (e->exporter != NULL)
			more.slot[place(&more, (enum flow_name_kind)e->kind, e->exporter,
			    strlen(e->exporter), e->number)] = *e;
	}
	free(n->slot);
	*n = more;
	return true;
}

/* The length, cut at the end of a UTF-8 character. */
static size_t
fitting(struct flow_text name)
{
	size_t len = name.len;

	if (len <= FLOW_NAME_MAX)
		return len;
	for (len = FLOW_NAME_MAX; len > 0 && ((uint8_t)name.p[len] & 0xc0) == 0x80; len--)
		;
	return len;
}

/* The entry, made if new; NULL when out of memory.  *made: it is new. */
static struct entry *
put(struct flow_names *n, enum flow_name_kind kind, struct flow_text exporter, uint64_t number,
    bool *made)
{
	struct entry *e;

	if (n->used + 1 > n->slots / 2 && !grow(n))
		return NULL;
	e = &n->slot[place(n, kind, exporter.p, exporter.len, number)];
	*made = e->exporter == NULL;
	if (!*made)
		return e;
	*e = (struct entry){ .number = number, .kind = (uint8_t)kind,
		.exporter = strndup(exporter.p, exporter.len) };
	if (e->exporter == NULL)
		return NULL;
	n->used++;
	return e;
}

enum flow_status
flow_names_set(struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter,
    uint64_t number, struct flow_text name)
{
	const struct flow_text all = { "", 0 };
	size_t len = fitting(name);
	struct entry *e;
	bool made;

	if (len == 0 || exporter.len == 0 || names->used >= FLOW_NAMES_MAX)
		return FLOW_OK;
	e = put(names, kind, exporter, number, &made);
	if (e == NULL)
		return FLOW_ENOMEM;
	names->any[kind] = true;
	memcpy(e->name, name.p, len);
	e->len = (uint8_t)len;
	e = put(names, kind, all, number, &made);
	if (e == NULL)
		return FLOW_ENOMEM;
	if (!made) {
		e->disputed |= e->len != len || memcmp(e->name, name.p, len) != 0;
		return FLOW_OK;
	}
	memcpy(e->name, name.p, len);
	e->len = (uint8_t)len;
	return FLOW_OK;
}

/* Hashes and speeds are stored like names, under kinds of their own. */
enum flow_status
flow_names_set_speed(struct flow_names *names, struct flow_text exporter, uint64_t interface, uint64_t speed_bps)
{
	struct entry *e;
	bool made;

	if (speed_bps == 0 || exporter.len == 0 || names->used >= FLOW_NAMES_MAX)
		return FLOW_OK;
	e = put(names, (enum flow_name_kind)KIND_SPEED, exporter, interface, &made);
	if (e == NULL)
		return FLOW_ENOMEM;
	names->any_speed = true;
	memcpy(e->name, &speed_bps, sizeof(speed_bps));
	e->len = sizeof(speed_bps);
	return FLOW_OK;
}

uint64_t
flow_names_speed(const struct flow_names *names, struct flow_text exporter, uint64_t interface)
{
	struct flow_text found = flow_names_find(names, (enum flow_name_kind)KIND_SPEED, exporter, interface);
	uint64_t speed_bps = 0;

	if (found.len == sizeof(speed_bps))
		memcpy(&speed_bps, found.p, sizeof(speed_bps));
	return speed_bps;
}

bool
flow_names_any_speed(const struct flow_names *names)
{
	return names->any_speed;
}

bool
flow_names_were_said(struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter, uint64_t hash)
{
	struct entry *e;
	bool made, same;

	if (exporter.len == 0 || names->used >= FLOW_NAMES_MAX)
		return false;
	e = put(names, (enum flow_name_kind)(KIND_HASH + kind), exporter, 0, &made);
	if (e == NULL)
		return false;
	same = !made && memcmp(e->name, &hash, sizeof(hash)) == 0;
	memcpy(e->name, &hash, sizeof(hash));
	e->len = sizeof(hash);
	return same;
}

bool
flow_names_any(const struct flow_names *names, enum flow_name_kind kind)
{
	return names->any[kind];
}

struct flow_text
flow_names_find(const struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter,
    uint64_t number)
{
	const struct entry *e;

	if (names->slots == 0)
		return (struct flow_text){ "", 0 };
	e = &names->slot[place(names, kind, exporter.p, exporter.len, number)];
	if (e->exporter == NULL || e->disputed)
		return (struct flow_text){ "", 0 };
	return (struct flow_text){ e->name, e->len };
}
