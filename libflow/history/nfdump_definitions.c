/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/nfdump_definitions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "history/nfdump_file.h"

/* Types of records. */
#define TYPE_MAP 2
#define TYPE_EXPORTER 7
#define TYPE_SAMPLER_OLD 9
#define TYPE_APPLICATIONS 12
#define TYPE_SAMPLER 15

/* Of each kind; no collector writes more into a file. */
#define DEFINITIONS_MAX ((size_t)1 << 20)

/* The rate of a flow is looked for among this many samplers of its exporter before it, and behind it. */
#define SAMPLERS_NEAR 256

struct app {
	uint8_t *bytes;		/* id, then name */
	uint16_t id_len, name_len;
};

struct list {
	void *item;
	size_t count, cap, size;
};

struct nfdump_definitions {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t blocks, next, done;	/* to be read; taken by threads; read */
	bool sorted, failed;
	struct list exporters, samplers, maps, apps;
};

struct nfdump_definitions *
nfdump_definitions_new(size_t blocks)
{
	struct nfdump_definitions *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	(void)pthread_mutex_init(&d->lock, NULL);
	(void)pthread_cond_init(&d->changed, NULL);
	d->blocks = blocks;
	d->exporters.size = sizeof(struct nfdump_exporter);
	d->samplers.size = sizeof(struct nfdump_sampler);
	d->maps.size = sizeof(struct nfdump_map);
	d->apps.size = sizeof(struct app);
	return d;
}

void
nfdump_definitions_free(struct nfdump_definitions *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->maps.count; i++)
		free((void *)(uintptr_t)((struct nfdump_map *)d->maps.item)[i].extension);
	for (size_t i = 0; i < d->apps.count; i++)
		free(((struct app *)d->apps.item)[i].bytes);
	free(d->exporters.item);
	free(d->samplers.item);
	free(d->maps.item);
	free(d->apps.item);
	(void)pthread_mutex_destroy(&d->lock);
	(void)pthread_cond_destroy(&d->changed);
	free(d);
}

/* Appends a copy of an item; false when out of memory.  Items beyond DEFINITIONS_MAX are dropped. */
static bool
list_add(struct list *l, const void *item)
{
	if (l->count == DEFINITIONS_MAX)
		return true;
	if (l->count == l->cap) {
		size_t more = l->cap > 0 ? 2 * l->cap : 16;
		void *bigger = realloc(l->item, more * l->size);

		if (bigger == NULL)
			return false;
		l->item = bigger;
		l->cap = more;
	}
	memcpy((uint8_t *)l->item + l->count++ * l->size, item, l->size);
	return true;
}

/* 1.7.8 writes the address as 16 bytes, older versions as two numbers in the machine's byte order and a family. */
static struct addr
exporter_addr(const uint8_t *p, uint16_t family)
{
	uint64_t hi = load_le64(p), lo = load_le64(p + 8);
	struct addr a;

	if (family == 0)
		return addr_from_v6(p);
	if (hi == 0 && lo <= UINT32_MAX)
		return addr_from_v4((uint32_t)lo);
	store_be64(a.b, hi);
	store_be64(a.b + 8, lo);
	return a;
}

static bool
add_exporter(struct nfdump_definitions *d, const struct nfdump_record *r, size_t block)
{
	struct nfdump_exporter e;

	if (r->size < 32)
		return true;
	e = (struct nfdump_exporter){ .number = load_le16(r->p + 26), .block = block,
		.addr = exporter_addr(r->p + 8, load_le16(r->p + 24)), .version = load_le32(r->p + 4),
		.domain = load_le32(r->p + 28) };
	return list_add(&d->exporters, &e);
}

static uint32_t
rounded_rate(uint64_t packets, uint64_t space)
{
	uint64_t rate = packets == 0 ? 1 : (2 * (packets + space) + packets) / (2 * packets);

	return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

static bool
add_sampler(struct nfdump_definitions *d, const struct nfdump_record *r, size_t block)
{
	struct nfdump_sampler s = { .block = block };

	if (r->type == TYPE_SAMPLER && r->size >= 24) {
		s.number = load_le16(r->p + 4);
		s.id = (int64_t)load_le64(r->p + 8);
		s.rate = rounded_rate(load_le32(r->p + 16), load_le32(r->p + 20));
	} else if (r->type == TYPE_SAMPLER_OLD && r->size >= 16) {
		s.number = load_le16(r->p + 14);
		s.id = (int32_t)load_le32(r->p + 4);
		s.rate = load_le32(r->p + 8) > 0 ? load_le32(r->p + 8) : 1;
	} else {
		return true;
	}
	return list_add(&d->samplers, &s);
}

static bool
add_map(struct nfdump_definitions *d, const struct nfdump_record *r, size_t block)
{
	struct nfdump_map m = { .block = block };
	uint16_t *extension;

	if (r->size < 8)
		return true;
	extension = malloc(r->size);
	if (extension == NULL)
		return false;
	m.number = load_le16(r->p + 4);
	for (size_t at = 8; at + 2 <= r->size && load_le16(r->p + at) != 0; at += 2)
		extension[m.count++] = load_le16(r->p + at);
	m.extension = extension;
	if (d->maps.count < DEFINITIONS_MAX && list_add(&d->maps, &m))
		return true;
	free(extension);
	return d->maps.count == DEFINITIONS_MAX;
}

/* An array of elements of one size; each holds id, name and description, whose lengths stand before the array. */
static bool
add_apps(struct nfdump_definitions *d, const struct nfdump_record *r)
{
	size_t count, stride, id_len, name_len, at = 14;

	if (r->size < at)
		return true;
	count = load_le16(r->p + 4);
	stride = load_le16(r->p + 6);
	id_len = load_le16(r->p + 8);
	name_len = load_le16(r->p + 10);
	if (id_len == 0 || name_len == 0 || stride < id_len + name_len)
		return true;
	for (; count > 0 && r->size - at >= id_len + name_len && d->apps.count < DEFINITIONS_MAX; count--) {
		const char *name = (const char *)r->p + at + id_len;
		struct app app = { malloc(id_len + name_len), (uint16_t)id_len,
			(uint16_t)strnlen(name, name_len) };

		if (app.bytes == NULL)
			return false;
		memcpy(app.bytes, r->p + at, id_len + name_len);
		if (!list_add(&d->apps, &app)) {
			free(app.bytes);
			return false;
		}
		if (r->size - at < stride)
			break;
		at += stride;
	}
	return true;
}

static bool
add_record(struct nfdump_definitions *d, const struct nfdump_record *r, size_t block)
{
	switch (r->type) {
	case TYPE_MAP:
		return add_map(d, r, block);
	case TYPE_EXPORTER:
		return add_exporter(d, r, block);
	case TYPE_SAMPLER:
	case TYPE_SAMPLER_OLD:
		return add_sampler(d, r, block);
	case TYPE_APPLICATIONS:
		return add_apps(d, r);
	default:
		return true;
	}
}

static bool
is_definition(uint16_t type)
{
	return type == TYPE_MAP || type == TYPE_EXPORTER || type == TYPE_SAMPLER || type == TYPE_SAMPLER_OLD ||
	    type == TYPE_APPLICATIONS;
}

/* Reads one block, which this thread has taken. */
static bool
read_block(const struct nfdump_file *file, size_t block, struct nfdump_memory *memory)
{
	struct nfdump_definitions *d = file->definitions;
	struct nfdump_record r;
	struct flow_error err;
	size_t len, at = 0;
	bool kept = true;

	if (nfdump_block_read(file, block, memory, &len, &err) != FLOW_OK)
		return err.status != FLOW_ENOMEM;
	while (nfdump_record_next(memory->raw, len, &at, &r) == FLOW_OK && kept) {
		if (!is_definition(r.type))
			continue;
		(void)pthread_mutex_lock(&d->lock);
		kept = add_record(d, &r, block);
		(void)pthread_mutex_unlock(&d->lock);
	}
	return kept;
}

/* Orders definitions of one kind by number, then by block. */
#define COMPARE(name, type) \
static int name(const void *pa, const void *pb) \
{ \
	const struct type *a = pa, *b = pb; \
	if (a->number != b->number) \
		return a->number < b->number ? -1 : 1; \
	return (a->block > b->block) - (a->block < b->block); \
}
COMPARE(compare_exporters, nfdump_exporter)
COMPARE(compare_samplers, nfdump_sampler)
COMPARE(compare_maps, nfdump_map)
#undef COMPARE

static int
compare_apps(const void *pa, const void *pb)
{
	const struct app *a = pa, *b = pb;

	if (a->id_len != b->id_len)
		return a->id_len < b->id_len ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->id_len);
}

static void
sort_list(struct list *l, int (*compare)(const void *, const void *))
{
	if (l->count > 1)
		qsort(l->item, l->count, l->size, compare);
}

static void
sort_all(struct nfdump_definitions *d)
{
	sort_list(&d->exporters, compare_exporters);
	sort_list(&d->samplers, compare_samplers);
	sort_list(&d->maps, compare_maps);
	sort_list(&d->apps, compare_apps);
	d->sorted = true;
}

enum flow_status
nfdump_definitions_read(const struct nfdump_file *file)
{
	struct nfdump_definitions *d = file->definitions;
	struct nfdump_memory memory = { NULL, NULL };
	bool failed;

	(void)pthread_mutex_lock(&d->lock);
	while (d->next < d->blocks) {
		size_t block = d->next++;
		bool kept;

		(void)pthread_mutex_unlock(&d->lock);
		kept = read_block(file, block, &memory);
		(void)pthread_mutex_lock(&d->lock);
		d->failed |= !kept;
		if (++d->done == d->blocks)
			(void)pthread_cond_broadcast(&d->changed);
	}
	while (d->done < d->blocks)
		(void)pthread_cond_wait(&d->changed, &d->lock);
	if (!d->sorted)
		sort_all(d);
	failed = d->failed;
	(void)pthread_mutex_unlock(&d->lock);
	nfdump_memory_release(&memory);
	return failed ? FLOW_ENOMEM : FLOW_OK;
}

/* Index of the first item of a sorted list that has this number and this block or a later one; count if none has. */
#define LOWER_BOUND(name, type, list) \
static size_t name(const struct nfdump_definitions *d, uint16_t number, size_t block) \
{ \
	const struct type *item = d->list.item; \
	size_t low = 0, high = d->list.count; \
	while (low < high) { \
		size_t middle = low + (high - low) / 2; \
		if (item[middle].number < number || \
		    (item[middle].number == number && item[middle].block < block)) \
			low = middle + 1; \
		else \
			high = middle; \
	} \
	return low; \
}
LOWER_BOUND(exporter_at, nfdump_exporter, exporters)
LOWER_BOUND(sampler_at, nfdump_sampler, samplers)
LOWER_BOUND(map_at, nfdump_map, maps)
#undef LOWER_BOUND

const struct nfdump_exporter *
nfdump_exporter_find(const struct nfdump_definitions *d, uint16_t number, size_t block)
{
	const struct nfdump_exporter *e = d->exporters.item;
	size_t at = exporter_at(d, number, block + 1);

	if (at > 0 && e[at - 1].number == number)
		return &e[at - 1];
	return at < d->exporters.count && e[at].number == number ? &e[at] : NULL;
}

const struct nfdump_map *
nfdump_map_find(const struct nfdump_definitions *d, uint16_t number, size_t block)
{
	const struct nfdump_map *m = d->maps.item;
	size_t at = map_at(d, number, block + 1);

	if (at > 0 && m[at - 1].number == number)
		return &m[at - 1];
	return at < d->maps.count && m[at].number == number ? &m[at] : NULL;
}

/* How much nfcapd prefers a sampler; 0: it does not apply to this flow. */
static unsigned
preference(const struct nfdump_sampler *s, uint64_t selector)
{
	switch (s->id) {
	case NFDUMP_SAMPLER_GIVEN:
		return 4;
	case NFDUMP_SAMPLER_GENERIC:
		return 2;
	case NFDUMP_SAMPLER_DEFAULT:
		return 1;
	default:
		return s->id >= 0 && (uint64_t)s->id == selector ? 3 : 0;
	}
}

uint32_t
nfdump_rate_find(const struct nfdump_definitions *d, uint16_t exporter, size_t block, uint64_t selector)
{
	const struct nfdump_sampler *s = d->samplers.item, *best = NULL;
	size_t begin = sampler_at(d, exporter, 0), here = sampler_at(d, exporter, block + 1), i;

	for (i = here - begin > SAMPLERS_NEAR ? here - SAMPLERS_NEAR : begin;
	    i < d->samplers.count && s[i].number == exporter && i < here + SAMPLERS_NEAR; i++) {
		unsigned p = preference(&s[i], selector), q = best == NULL ? 0 : preference(best, selector);

		/* Of two of one kind the last one before the flow wins. */
		if (p > q || (p > 0 && p == q && s[i].block <= block))
			best = &s[i];
	}
	return best == NULL ? 0 : best->rate;
}

const char *
nfdump_app_name(const struct nfdump_definitions *d, const uint8_t *id, size_t len, size_t *name_len)
{
	struct app key = { (uint8_t *)(uintptr_t)id, (uint16_t)len, 0 };
	const struct app *found = d->apps.count == 0 ? NULL :
	    bsearch(&key, d->apps.item, d->apps.count, sizeof(key), compare_apps);

	if (found == NULL)
		return NULL;
	*name_len = found->name_len;
	return (const char *)found->bytes + found->id_len;
}
