/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/archive.h"

#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "store/directory_walk.h"

/* YYYYMMDDhhmm, and with ss. */
#define SLOT_DIGITS 12
#define SLOT_DIGITS_MAX 14

/* A directory's modification time may precede the change by this much. */
#define CLOCK_TICK_NS INT64_C(20000000)

void
flow_files_clear(struct flow_files *files)
{
	size_t i;

	for (i = 0; i < files->count; i++)
		free(files->path[i]);
	for (i = 0; i < files->problems; i++)
		free(files->problem[i]);
	for (i = 0; i < files->directories; i++)
		free(files->directory[i]);
	for (i = 0; i < files->sockets; i++)
		free(files->socket[i]);
	for (i = 0; i < files->unfinished_count; i++)
		free(files->unfinished[i]);
	for (i = 0; i < files->others; i++)
		free(files->other[i]);
	for (i = 0; i < files->asked_count; i++)
		free(files->asked[i].text);
	free(files->path);
	free(files->problem);
	free(files->directory);
	free(files->socket);
	free(files->unfinished);
	free(files->other);
	free(files->asked);
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

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Records an argument for flow_files_again. */
static enum flow_status
note_asked(struct flow_files *files, const char *text, bool range)
{
	struct flow_files_asked *more = realloc(files->asked,
	    (files->asked_count + 1) * sizeof(*files->asked));
	char *copy = strdup(text);

	if (more != NULL)
		files->asked = more;
	if (more == NULL || copy == NULL) {
		free(copy);
		return FLOW_ENOMEM;
	}
	if (files->asked_count == 0)
		files->since_ns = now_ns();
	more[files->asked_count++] = (struct flow_files_asked){ copy, range };
	return FLOW_OK;
}

static enum flow_status
found_file(void *files, const char *path)
{
	return add_path(files, path);
}

static enum flow_status
found_directory(void *context, const char *path)
{
	struct flow_files *files = context;

	return push(&files->directory, &files->directories, &files->directories_cap, strdup(path));
}

static enum flow_status
found_socket(void *context, const char *path)
{
	struct flow_files *files = context;

	return push(&files->socket, &files->sockets, &files->sockets_cap, strdup(path));
}

static enum flow_status
found_problem(void *files, const char *path, const char *what)
{
	return add_problem(files, path, what);
}

static enum flow_status
found_other(void *context, const char *path)
{
	struct flow_files *files = context;
	const char *name = strrchr(path, '/');

	if (directory_walk_is_unfinished(name != NULL ? name + 1 : path))
		return push(&files->unfinished, &files->unfinished_count, &files->unfinished_cap, strdup(path));
	return push(&files->other, &files->others, &files->others_cap, strdup(path));
}

static enum flow_status
add_directory(struct flow_files *files, const char *path)
{
	const struct directory_walk walk = { files, found_file, found_directory, found_socket, found_problem,
		found_other };

	return directory_walk(path, &walk);
}

static enum flow_status
add_existing(struct flow_files *files, const char *path, const struct stat *st)
{
	return S_ISDIR(st->st_mode) ? add_directory(files, path) : add_path(files, path);
}

bool
flow_file_is_named(const char *path)
{
	const char *slash = strrchr(path, '/');

	return directory_walk_is_file(slash != NULL ? slash + 1 : path);
}

static enum flow_status
add_pattern(struct flow_files *files, const char *pattern, int stat_errno)
{
	enum flow_status status = FLOW_OK;
	glob_t found;
	struct stat st;
	size_t i;
	int rc;

	/* The file existed when somebody listed it: opening it will report its absence. */
	if (stat_errno == ENOENT && strpbrk(pattern, "*?[") == NULL && flow_file_is_named(pattern))
		return add_path(files, pattern);
	rc = glob(pattern, 0, NULL, &found);
	if (rc == GLOB_NOSPACE)
		return FLOW_ENOMEM;
	if (rc != 0)
		return add_problem(files, pattern, strerror(stat_errno));
	for (i = 0; i < found.gl_pathc && status == FLOW_OK; i++) {
		if (stat(found.gl_pathv[i], &st) == 0)
			status = add_existing(files, found.gl_pathv[i], &st);
		else if (errno != ENOENT || lstat(found.gl_pathv[i], &st) == 0)
			status = add_problem(files, found.gl_pathv[i], strerror(errno));
	}
	globfree(&found);
	return status;
}

static enum flow_status
add(struct flow_files *files, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return add_path(files, path);
	if (stat(path, &st) != 0)
		return add_pattern(files, path, errno);
	return add_existing(files, path, &st);
}

enum flow_status
flow_files_add(struct flow_files *files, const char *path)
{
	enum flow_status st = note_asked(files, path, false);

	return st == FLOW_OK ? add(files, path) : st;
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

/* A path, and the slot in its name. */
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

/* Orders by the slots in the names; paths of the same slot are equal, those without one come last. */
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

/* As compare_paths, but if both names have slots only these count. */
static int
compare_ends(const char *x, const char *y)
{
	const struct place a = place_of(x), b = place_of(y);

	return a.slot != NULL && b.slot != NULL ? compare_slots(&a, &b) : compare_places(&a, &b);
}

/* The base directory of a range: FIRST without as many components as LAST has. */
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
	enum flow_status st = add(&all, base);

	for (size_t i = 0; i < all.count && st == FLOW_OK; i++) {
		const char *path = all.path[i];

		if (compare_ends(path, first) >= 0 && (last == NULL || compare_ends(path, last) <= 0))
			st = add_path(files, path);
	}
	for (size_t i = 0; i < all.problems && st == FLOW_OK; i++)
		st = push(&files->problem, &files->problems, &files->problems_cap,
		    strdup(all.problem[i]));
	for (size_t i = 0; i < all.directories && st == FLOW_OK; i++)
		st = found_directory(files, all.directory[i]);
	for (size_t i = 0; i < all.sockets && st == FLOW_OK; i++)
		st = found_socket(files, all.socket[i]);
	flow_files_clear(&all);
	return st;
}

static enum flow_status
add_range(struct flow_files *files, const char *range)
{
	const char *colon = strrchr(range, ':');
	size_t first_len = colon != NULL ? (size_t)(colon - range) : strlen(range);
	const char *to = colon != NULL ? colon + 1 : "";
	char *base, *first, *last = NULL;
	enum flow_status st = FLOW_ENOMEM;
	struct stat status;

	if (stat(range, &status) == 0 && S_ISDIR(status.st_mode))
		return add(files, range);
	base = range_base(range, first_len, to);
	first = strndup(range, first_len);
	if (base != NULL && first != NULL && (to[0] == '\0' || asprintf(&last, "%s/%s", base, to) >= 0))
		st = add_between(files, base, first, last);
	free(base);
	free(first);
	free(last);
	return st;
}

enum flow_status
flow_files_add_range(struct flow_files *files, const char *range)
{
	enum flow_status st = note_asked(files, range, true);

	return st == FLOW_OK ? add_range(files, range) : st;
}

/* Whether an absolute path lies below a directory, which may be spelled otherwise. */
static bool
is_below(const char *path, const char *directory)
{
	char *real = realpath(directory, NULL);
	size_t len = real != NULL ? strlen(real) : 0;
	bool below = real != NULL && (strcmp(real, "/") == 0 || (strncmp(path, real, len) == 0 && path[len] == '/'));

	free(real);
	return below;
}

static bool
pattern_covers(const char *pattern, const char *path)
{
	bool covers = false;
	struct stat st;
	glob_t found;

	if (stat(pattern, &st) == 0)
		return S_ISDIR(st.st_mode) && is_below(path, pattern);
	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc && !covers; i++)
		covers = stat(found.gl_pathv[i], &st) == 0 && S_ISDIR(st.st_mode) && is_below(path, found.gl_pathv[i]);
	globfree(&found);
	return covers;
}

/* Covers the same files as add_range finds. */
static bool
range_covers(const char *range, const char *path)
{
	const char *colon = strrchr(range, ':');
	size_t first_len = colon != NULL ? (size_t)(colon - range) : strlen(range);
	const char *to = colon != NULL ? colon + 1 : "";
	char *base, *first;
	struct stat st;
	bool covers;

	if (stat(range, &st) == 0 && S_ISDIR(st.st_mode))
		return is_below(path, range);
	base = range_base(range, first_len, to);
	first = strndup(range, first_len);
	covers = base != NULL && first != NULL && is_below(path, base) && compare_ends(path, first) >= 0 &&
	    (to[0] == '\0' || compare_ends(path, to) <= 0);
	free(base);
	free(first);
	return covers;
}

bool
flow_files_covers(const struct flow_files *files, const char *path)
{
	for (size_t i = 0; i < files->asked_count; i++)
		if (files->asked[i].range ? range_covers(files->asked[i].text, path) :
		    pattern_covers(files->asked[i].text, path))
			return true;
	return false;
}

/* Finds each path's slot once; if memory is out, the comparisons do (some twenty times per path). */
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

/* Whether a directory that was listed may have changed since. */
static bool
has_changed(const struct flow_files *files)
{
	struct stat st;
	size_t i;

	for (i = 0; i < files->directories; i++)
		if (stat(files->directory[i], &st) != 0 || (int64_t)st.st_mtim.tv_sec * 1000000000 +
		    st.st_mtim.tv_nsec > files->since_ns - CLOCK_TICK_NS)
			return true;
	return false;
}

static enum flow_status
list_again(const struct flow_files *files, struct flow_files *more)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	for (i = 0; i < files->asked_count && st == FLOW_OK; i++)
		st = files->asked[i].range ? flow_files_add_range(more, files->asked[i].text) :
		    flow_files_add(more, files->asked[i].text);
	flow_files_sort(more);
	return st;
}

/* Whether the second list has a path that the first has not; both are sorted. */
static bool
has_more(const struct flow_files *files, const struct flow_files *now)
{
	size_t i, k = 0;

	for (i = 0; i < now->count; i++, k++) {
		while (k < files->count && strcmp(files->path[k], now->path[i]) != 0)
			k++;
		if (k == files->count)
			return true;
	}
	return false;
}

bool
flow_files_settled(const struct flow_files *files)
{
	struct flow_files now = FLOW_FILES_INIT;
	bool settled;

	if (!has_changed(files))
		return true;
	settled = list_again(files, &now) == FLOW_OK && !has_more(files, &now);
	flow_files_clear(&now);
	return settled;
}

enum flow_status
flow_files_again(struct flow_files *files)
{
	struct flow_files more = FLOW_FILES_INIT;
	enum flow_status st;

	if (files->asked_count == 0)
		return FLOW_OK;
	st = list_again(files, &more);
	if (st != FLOW_OK) {
		flow_files_clear(&more);
		return st;
	}
	flow_files_clear(files);
	*files = more;
	return FLOW_OK;
}
