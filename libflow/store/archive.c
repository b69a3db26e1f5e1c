/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/archive.h"

#include <errno.h>
#include <fts.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".parquet"
/* YYYYMMDDhhmm, and with ss. */
#define SLOT_DIGITS 12
#define SLOT_DIGITS_MAX 14

void
flow_files_clear(struct flow_files *files)
{
	size_t i;

	for (i = 0; i < files->count; i++)
		free(files->path[i]);
	for (i = 0; i < files->problems; i++)
		free(files->problem[i]);
	free(files->path);
	free(files->problem);
	*files = (struct flow_files)FLOW_FILES_INIT;
}

/* Takes ownership of `text`, also on failure. */
static enum flow_status
push(char ***list, size_t *count, size_t *cap, char *text)
{
	if (text == NULL)
		return FLOW_ENOMEM;
	if (*count == *cap) {
		size_t more = *cap == 0 ? 16 : *cap * 2;
		char **bigger = realloc(*list, more * sizeof(*bigger));

		if (bigger == NULL) {
			free(text);
			return FLOW_ENOMEM;
		}
		*list = bigger;
		*cap = more;
	}
	(*list)[(*count)++] = text;
	return FLOW_OK;
}

static enum flow_status
add_path(struct flow_files *files, const char *path)
{
	return push(&files->path, &files->count, &files->cap, strdup(path));
}

static enum flow_status
add_problem(struct flow_files *files, const char *path, const char *what)
{
	char *text;

	if (asprintf(&text, "%s: %s", path, what) < 0)
		text = NULL;
	return push(&files->problem, &files->problems, &files->problems_cap, text);
}

static bool
is_archive_file(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > strlen(SUFFIX) &&
	    strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

static enum flow_status
add_entry(struct flow_files *files, FTS *tree, FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_D:
		/* Work in progress and hidden things; the root itself may be "." or ".x". */
		if (entry->fts_level > 0 && entry->fts_name[0] == '.')
			(void)fts_set(tree, entry, FTS_SKIP);
		return FLOW_OK;
	case FTS_F:
		return is_archive_file(entry->fts_name) ? add_path(files, entry->fts_path) : FLOW_OK;
	case FTS_SLNONE:
		return is_archive_file(entry->fts_name) ?
		    add_problem(files, entry->fts_path, "a link to nothing") : FLOW_OK;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return add_problem(files, entry->fts_path, strerror(entry->fts_errno));
	default:
		return FLOW_OK;
	}
}

static enum flow_status
add_directory(struct flow_files *files, const char *path)
{
	char *copy = strdup(path);
	char *roots[] = { copy, NULL };
	enum flow_status st = FLOW_OK;
	FTSENT *entry;
	FTS *tree;

	if (copy == NULL)
		return FLOW_ENOMEM;
	tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	if (tree == NULL) {
		free(copy);
		return FLOW_ENOMEM;
	}
	while (st == FLOW_OK && (errno = 0, entry = fts_read(tree)) != NULL)
		st = add_entry(files, tree, entry);
	if (st == FLOW_OK && errno != 0)
		st = add_problem(files, path, strerror(errno));
	(void)fts_close(tree);
	free(copy);
	return st;
}

static enum flow_status
add_existing(struct flow_files *files, const char *path, const struct stat *st)
{
	return S_ISDIR(st->st_mode) ? add_directory(files, path) : add_path(files, path);
}

static enum flow_status
add_pattern(struct flow_files *files, const char *pattern, int stat_errno)
{
	enum flow_status status = FLOW_OK;
	glob_t found;
	struct stat st;
	size_t i;
	int rc = glob(pattern, 0, NULL, &found);

	if (rc == GLOB_NOSPACE)
		return FLOW_ENOMEM;
	if (rc != 0)
		return add_problem(files, pattern, strerror(stat_errno));
	for (i = 0; i < found.gl_pathc && status == FLOW_OK; i++) {
		if (stat(found.gl_pathv[i], &st) == 0)
			status = add_existing(files, found.gl_pathv[i], &st);
		else
			status = add_problem(files, found.gl_pathv[i], strerror(errno));
	}
	globfree(&found);
	return status;
}

enum flow_status
flow_files_add(struct flow_files *files, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return add_path(files, path);
	if (stat(path, &st) != 0)
		return add_pattern(files, path, errno);
	return add_existing(files, path, &st);
}

const char *
flow_file_slot(const char *path, size_t *len)
{
	const char *slash = strrchr(path, '/');
	const char *p = slash != NULL ? slash + 1 : path;

	for (; *p != '\0'; p += *len > 0 ? *len : 1) {
		for (*len = 0; p[*len] >= '0' && p[*len] <= '9'; )
			++*len;
		if (*len >= SLOT_DIGITS && *len <= SLOT_DIGITS_MAX)
			return p;
	}
	return NULL;
}

/* A path, and where the slot in its name is. */
struct place {
	char *path;
	const char *slot;		/* NULL: it has none */
	size_t len;
};

static struct place
place_of(const char *path)
{
	struct place p = { .path = (char *)(uintptr_t)path };

	p.slot = flow_file_slot(path, &p.len);
	return p;
}

/* By the slots in the names; paths of the same slot are equal, those without one come last. */
static int
compare_slots(const struct place *x, const struct place *y)
{
	int order;

	if (x->slot == NULL || y->slot == NULL)
		return (x->slot == NULL) - (y->slot == NULL);
	order = memcmp(x->slot, y->slot, x->len < y->len ? x->len : y->len);
	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = compare_slots(x, y);

	return order != 0 ? order : strcmp(x->path, y->path);
}

static int
compare_paths(const void *a, const void *b)
{
	const struct place x = place_of(*(char *const *)a), y = place_of(*(char *const *)b);

	return compare_places(&x, &y);
}

/* As compare_paths, but where names have slots these alone count. */
static int
compare_ends(const char *x, const char *y)
{
	const struct place a = place_of(x), b = place_of(y);

	return a.slot != NULL && b.slot != NULL ? compare_slots(&a, &b) : compare_places(&a, &b);
}

/* The directory that a range's names are relative to: FIRST without as many parts as LAST has. */
static char *
range_base(const char *first, size_t first_len, const char *last)
{
	size_t parts = 1;

	for (const char *p = last; *p != '\0'; p++)
		parts += *p == '/' && p > last;
	while (first_len > 0 && parts > 0) {
		while (first_len > 0 && first[first_len - 1] != '/')
			first_len--;
		parts--;
		if (first_len > 1)
			first_len--;	/* the slash, unless it is the root */
		else
			break;
	}
	return first_len > 0 ? strndup(first, first_len) : strdup(".");
}

/* Adds the files below a directory that lie between two paths; last NULL: no end. */
static enum flow_status
add_between(struct flow_files *files, const char *base, const char *first, const char *last)
{
	struct flow_files all = FLOW_FILES_INIT;
	enum flow_status st = flow_files_add(&all, base);

	for (size_t i = 0; i < all.count && st == FLOW_OK; i++) {
		const char *path = all.path[i];

		if (compare_ends(path, first) >= 0 && (last == NULL || compare_ends(path, last) <= 0))
			st = add_path(files, path);
	}
	for (size_t i = 0; i < all.problems && st == FLOW_OK; i++)
		st = push(&files->problem, &files->problems, &files->problems_cap,
		    strdup(all.problem[i]));
	flow_files_clear(&all);
	return st;
}

enum flow_status
flow_files_add_range(struct flow_files *files, const char *range)
{
	const char *colon = strrchr(range, ':');
	size_t first_len = colon != NULL ? (size_t)(colon - range) : strlen(range);
	const char *to = colon != NULL ? colon + 1 : "";
	char *base, *first, *last = NULL;
	enum flow_status st = FLOW_ENOMEM;
	struct stat status;

	if (stat(range, &status) == 0 && S_ISDIR(status.st_mode))
		return flow_files_add(files, range);
	base = range_base(range, first_len, to);
	first = strndup(range, first_len);
	if (base != NULL && first != NULL && (to[0] == '\0' || asprintf(&last, "%s/%s", base, to) >= 0))
		st = add_between(files, base, first, last);
	free(base);
	free(first);
	free(last);
	return st;
}

/* Slots are looked for once a path; without memory, some twenty times. */
static void
sort_paths(char **path, size_t count)
{
	struct place *place = malloc(count * sizeof(*place));
	size_t i;

	if (place == NULL) {
		qsort(path, count, sizeof(*path), compare_paths);
		return;
	}
	for (i = 0; i < count; i++)
		place[i] = place_of(path[i]);
	qsort(place, count, sizeof(*place), compare_places);
	for (i = 0; i < count; i++)
		path[i] = place[i].path;
	free(place);
}

void
flow_files_sort(struct flow_files *files)
{
	size_t i, kept = 0;

	if (files->count == 0)
		return;
	sort_paths(files->path, files->count);
	for (i = 0; i < files->count; i++) {
		if (kept > 0 && strcmp(files->path[kept - 1], files->path[i]) == 0)
			free(files->path[i]);
		else
			files->path[kept++] = files->path[i];
	}
	files->count = kept;
}
