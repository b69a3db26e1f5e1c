/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/merged.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/json.h"

#define MIN_SLOTS 64

void
flow_merged_clear(struct flow_merged *m)
{
	size_t i;

	for (i = 0; i < m->slots; i++)
		free(m->slot[i].path);
	free(m->slot);
	*m = (struct flow_merged)FLOW_MERGED_INIT;
}

/* Where the path is, or would be; paths may be there more than once, with other sizes. */
static size_t
first_place(size_t slots, const char *path)
{
	return hash_xxh64(path, strlen(path), 0) & (slots - 1);
}

static void
put(struct flow_merged_entry *slot, size_t slots, struct flow_merged_entry e)
{
	size_t at = first_place(slots, e.path);

	while (slot[at].path != NULL)
		at = (at + 1) & (slots - 1);
	slot[at] = e;
}

static bool
make_room(struct flow_merged *m)
{
	size_t slots = m->slots == 0 ? MIN_SLOTS : m->slots * 2, i;
	struct flow_merged_entry *slot;

	if (m->used * 2 < m->slots)
		return true;
	slot = calloc(slots, sizeof(*slot));
	if (slot == NULL)
		return false;
	for (i = 0; i < m->slots; i++)
		if (m->slot[i].path != NULL)
			put(slot, slots, m->slot[i]);
	free(m->slot);
	m->slot = slot;
	m->slots = slots;
	return true;
}

/* The path of a name beside the holder; NULL, with *st FLOW_OK, where it is none. */
static char *
path_beside(const char *holder, struct json_slice name, enum flow_status *st)
{
	const char *slash = strrchr(holder, '/');
	size_t folder = slash != NULL ? (size_t)(slash - holder) + 1 : 0, len;
	char *path = malloc(folder + name.len + 1);

	*st = FLOW_OK;
	if (path == NULL) {
		*st = FLOW_ENOMEM;
		return NULL;
	}
	memcpy(path, holder, folder);
	len = json_unescape(name, path + folder);
	path[folder + len] = '\0';
	if (len == 0 || strlen(path + folder) != len || strchr(path + folder, '/') != NULL ||
	    strcmp(path, holder) == 0) {
		free(path);
		return NULL;
	}
	return path;
}

static enum flow_status
add_source(struct flow_merged *m, const char *holder, struct json_slice source)
{
	struct flow_merged_entry e = { NULL, 0, 0 };
	struct json_slice name;
	enum flow_status st;

	if (!json_find(source.p, source.len, "name", &name) ||
	    !json_find_uint(source.p, source.len, "bytes", &e.bytes) ||
	    !json_find_uint(source.p, source.len, "mtime_ns", &e.mtime_ns))
		return FLOW_OK;
	e.path = path_beside(holder, name, &st);
	if (e.path == NULL)
		return st;
	if (!make_room(m)) {
		free(e.path);
		return FLOW_ENOMEM;
	}
	put(m->slot, m->slots, e);
	m->used++;
	return FLOW_OK;
}

enum flow_status
flow_merged_add(struct flow_merged *m, const char *holder, const char *json, size_t len)
{
	struct json_slice key, source;
	enum flow_status st = FLOW_OK;
	struct json_walk walk;

	if (!json_walk_begin(&walk, (struct json_slice){ json, len }))
		return FLOW_OK;
	while (st == FLOW_OK && json_walk_next(&walk, &key, &source))
		st = add_source(m, holder, source);
	return st;
}

static uint64_t
mtime_ns(const struct stat *st)
{
	return (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
}

bool
flow_merged_has(const struct flow_merged *m, const char *path, const struct stat *st)
{
	size_t at;

	if (m->used == 0)
		return false;
	for (at = first_place(m->slots, path); m->slot[at].path != NULL; at = (at + 1) & (m->slots - 1))
		if (strcmp(m->slot[at].path, path) == 0 && (st == NULL ||
		    ((uint64_t)st->st_size == m->slot[at].bytes && mtime_ns(st) == m->slot[at].mtime_ns)))
			return true;
	return false;
}

const struct flow_merged_entry *
flow_merged_at(const struct flow_merged *m, size_t i)
{
	return m->slot[i].path != NULL ? &m->slot[i] : NULL;
}

void
flow_merged_append(struct buf *out, const char *path, const struct stat *st)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	buf_append_text(out, out->len > 1 ? ",{\"name\":" : "{\"name\":");
	json_append_string(out, name, strlen(name));
	buf_printf(out, ",\"bytes\":%" PRIu64 ",\"mtime_ns\":%" PRIu64 "}", (uint64_t)st->st_size,
	    mtime_ns(st));
}
