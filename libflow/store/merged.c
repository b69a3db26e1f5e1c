/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/merged.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/json.h"

#define MIN_SLOTS 64

/* The most directories that the layouts of archives have (time/partition.h). */
#define DEPTH_MAX 4

void
flow_merged_clear(struct flow_merged *m)
{
	size_t i;

	for (i = 0; i < m->slots; i++)
		free(m->slot[i].path);
	free(m->slot);
	*m = (struct flow_merged)FLOW_MERGED_INIT;
}

/*
 * The slot of a path in the hash table, or the empty one for it; a path may be there more than once, with other
 * sizes.
 */
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

/* Length of the "../" at the beginning, at most DEPTH_MAX times; *ups: how many. */
static size_t
skip_ups(const char *name, unsigned *ups)
{
	size_t at = 0;

	for (*ups = 0; *ups < DEPTH_MAX && strncmp(name + at, "../", 3) == 0; ++*ups)
		at += 3;
	return at;
}

/* Whether the rest behind "../" consists of names between slashes, none of which leads up. */
static bool
leads_down(const char *name)
{
	size_t len;

	for (; (len = strcspn(name, "/")) > 0 && !(name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')));
	    name += len + 1)
		if (name[len] == '\0')
			return true;
	return false;
}

/* Removes the last directory; false, and unchanged, if it has no name ("", "./", "../", "/"). */
static bool
strip_directory(const char *path, size_t *len)
{
	size_t end = *len, begin;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path[begin - 1] != '/'; )
		begin--;
	if (begin == end || (path[begin] == '.' && (end - begin == 1 || (end - begin == 2 &&
	    path[begin + 1] == '.'))))
		return false;
	*len = begin;
	return true;
}

/* Normalizes the spelling: no "//", no "/./", no "./" at the beginning. */
static void
tidy(char *path)
{
	const char *p = path;
	char *to = path;

	if (*p == '/')
		*to++ = *p++;
	while (*p != '\0') {
		if (p[0] == '/' || (p[0] == '.' && p[1] == '/')) {
			p += p[0] == '/' ? 1 : 2;
			continue;
		}
		while (*p != '\0' && *p != '/')
			*to++ = *p++;
		if (*p == '/')
			*to++ = *p++;
	}
	*to = '\0';
}

/* The path of a file that the holder names; NULL with *st FLOW_OK if the name is not valid. */
static char *
path_from(const char *holder, struct json_slice name, enum flow_status *st)
{
	const char *slash = strrchr(holder, '/');
	size_t folder = slash != NULL ? (size_t)(slash - holder) + 1 : 0, len, at;
	char *path = malloc(folder + name.len + 1), *rest;
	unsigned ups;

	*st = FLOW_OK;
	if (path == NULL) {
		*st = FLOW_ENOMEM;
		return NULL;
	}
	memcpy(path, holder, folder);
	rest = path + folder;
	len = json_unescape(name, rest);
	rest[len] = '\0';
	at = skip_ups(rest, &ups);
	if (strlen(rest) == len && leads_down(rest + at)) {
		for (at = 0; ups > 0 && strip_directory(path, &folder); ups--)
			at += 3;
		memmove(path + folder, rest + at, len - at + 1);
		if (strcmp(path, holder) != 0) {
			tidy(path);
			return path;
		}
	}
	free(path);
	return NULL;
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
	e.path = path_from(holder, name, &st);
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

static bool
has_tidy(const struct flow_merged *m, const char *path, const struct stat *st)
{
	size_t at;

	for (at = first_place(m->slots, path); m->slot[at].path != NULL; at = (at + 1) & (m->slots - 1))
		if (strcmp(m->slot[at].path, path) == 0 && (st == NULL ||
		    ((uint64_t)st->st_size == m->slot[at].bytes && mtime_ns(st) == m->slot[at].mtime_ns)))
			return true;
	return false;
}

bool
flow_merged_has(const struct flow_merged *m, const char *path, const struct stat *st)
{
	char copy[PATH_MAX];
	size_t len = strlen(path);

	if (m->used == 0)
		return false;
	if (len >= sizeof(copy) || (strstr(path, "//") == NULL && strstr(path, "./") == NULL))
		return has_tidy(m, path, st);
	memcpy(copy, path, len + 1);
	tidy(copy);
	return has_tidy(m, copy, st);
}

const struct flow_merged_entry *
flow_merged_at(const struct flow_merged *m, size_t i)
{
	return m->slot[i].path != NULL ? &m->slot[i] : NULL;
}

/* The name of `path` relative to the holder's directory; both have a common prefix up to some slash. */
static void
append_name(struct buf *out, const char *holder, const char *path)
{
	struct buf name = BUF_INIT;
	size_t common = 0, i;

	for (i = 0; holder[i] != '\0' && holder[i] == path[i]; i++)
		if (holder[i] == '/')
			common = i + 1;
	for (i = common; holder[i] != '\0'; i++)
		if (holder[i] == '/' && holder[i + 1] != '/')
			buf_append_text(&name, "../");
	buf_append_text(&name, path + common);
	if (name.failed)
		out->failed = true;
	else
		json_append_string(out, (const char *)name.data, name.len);
	buf_release(&name);
}

void
flow_merged_append(struct buf *out, const char *holder, const char *path, const struct stat *st)
{
	buf_append_text(out, out->len > 1 ? ",{\"name\":" : "{\"name\":");
	append_name(out, holder, path);
	buf_printf(out, ",\"bytes\":%" PRIu64 ",\"mtime_ns\":%" PRIu64 "}", (uint64_t)st->st_size,
	    mtime_ns(st));
}
