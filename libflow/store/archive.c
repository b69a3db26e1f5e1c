/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/archive.h"

#include <errno.h>
#include <fts.h>
#include <glob.h>
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
	while (st == FLOW_OK && (entry = fts_read(tree)) != NULL)
		st = add_entry(files, tree, entry);
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

/* The slot's digits in a name, or NULL. */
static const char *
slot_digits(const char *path, size_t *len)
{
	const char *slash = strrchr(path, '/');
	const char *p = slash != NULL ? slash + 1 : path;

	for (; *p != '\0'; p += *len > 0 ? *len : 1) {
		*len = strspn(p, "0123456789");
		if (*len >= SLOT_DIGITS && *len <= SLOT_DIGITS_MAX)
			return p;
	}
	return NULL;
}

static int
compare_paths(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	size_t xlen, ylen;
	const char *xs = slot_digits(x, &xlen), *ys = slot_digits(y, &ylen);
	int order = 0;

	if ((xs == NULL) != (ys == NULL))
		return xs == NULL ? 1 : -1;
	if (xs != NULL) {
		order = memcmp(xs, ys, xlen < ylen ? xlen : ylen);
		if (order == 0)
			order = (xlen > ylen) - (xlen < ylen);
	}
	return order != 0 ? order : strcmp(x, y);
}

void
flow_files_sort(struct flow_files *files)
{
	size_t i, kept = 0;

	if (files->count == 0)
		return;
	qsort(files->path, files->count, sizeof(*files->path), compare_paths);
	for (i = 0; i < files->count; i++) {
		if (kept > 0 && strcmp(files->path[kept - 1], files->path[i]) == 0)
			free(files->path[i]);
		else
			files->path[kept++] = files->path[i];
	}
	files->count = kept;
}
