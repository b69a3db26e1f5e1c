/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcat/compact.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowcat/compact_left.h"
#include "flowcat/write.h"

/* Slots that ended more recently are not compacted, because late flows may still come. */
#define SETTLED_S 600

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int64_t
slot_begin(int64_t s, uint32_t seconds)
{
	int64_t rest = s % (int64_t)seconds;

	return s - (rest < 0 ? rest + (int64_t)seconds : rest);
}

/* Whether two files, adjacent in the order of archive and time, are merged. */
static bool
belong_together(const char *a, const char *b, uint32_t seconds)
{
	size_t root = flow_slot_root(a);
	int64_t at, bt;

	return flow_slot_root(b) == root && strncmp(a, b, root) == 0 &&
	    flow_slot_time(a, &at) && flow_slot_time(b, &bt) &&
	    slot_begin(at, seconds) == slot_begin(bt, seconds);
}

/* Rows of the files by their footers; false, after a message, if one cannot be read. */
static bool
count_rows(char *const *path, size_t count, uint64_t *rows)
{
	struct flow_summary one;
	struct flow_error err;

	*rows = 0;
	for (size_t i = 0; i < count; i++) {
		if (flow_summary_read(path[i], &one, &err) != FLOW_OK) {
			(void)cli_fail_error(&err);
			return false;
		}
		*rows += one.rows;
		flow_summary_clear(&one);
	}
	return true;
}

/* Rows of each row group: as few groups as possible, of about equal size (groups grow in whole batches). */
static size_t
group_rows(uint64_t rows)
{
	uint64_t groups = rows / FLOW_GROUP_ROWS_ARCHIVE + 1;
	uint64_t even = rows / groups + FLOW_BATCH_ROWS;

	return even < FLOW_GROUP_ROWS_ARCHIVE ? (size_t)even : FLOW_GROUP_ROWS_ARCHIVE;
}

/*
 * Merges the files path[0 .. count-1] into one, then removes the merged ones.  In between, readers
 * know from its metadata that it holds them (store/merged.h).
 */
static int
merge_locked(const struct flowcat_options *all, char **path, size_t count)
{
	struct flowcat_options one = *all;
	struct buf merged = BUF_INIT;
	uint64_t rows, written;
	int status = CLI_OK;

	if (!count_rows(path, count, &rows))
		return CLI_FAILURE;
	buf_append_u8(&merged, '[');
	for (size_t i = 1; i < count; i++) {
		struct stat st;

		if (stat(path[i], &st) == 0)
			flow_merged_append(&merged, path[0], path[i], &st);
		else
			status = cli_fail("%s: %s", path[i], strerror(errno));
	}
	buf_append_text(&merged, "]");
	buf_append_u8(&merged, '\0');
	one.request.files = (struct flow_files){ .path = path, .count = count, .cap = count };
	one.write_path = path[0];
	one.merged = (const char *)merged.data;
	one.writer.group_rows = group_rows(rows);
	if (status == CLI_OK && buf_status(&merged) != FLOW_OK)
		status = cli_fail("out of memory");
	if (status == CLI_OK)
		status = flowcat_write(&one);
	if (status == CLI_OK && (!count_rows(path, 1, &written) || written != rows))
		status = cli_fail("%s: %" PRIu64 " rows instead of %" PRIu64 "; the others are kept", path[0],
		    written, rows);
	for (size_t i = 1; i < count && status == CLI_OK; i++)
		if (unlink(path[i]) != 0)
			status = cli_fail("%s: %s", path[i], strerror(errno));
	buf_release(&merged);
	return status;
}

/* Whether all files still exist: another run may have merged them. */
static bool
are_there(char **path, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (access(path[i], F_OK) != 0)
			return false;
	return true;
}

/* The directories that a run has locked, each with the first file in it. */
struct locks {
	struct lock {
		const char *path;
		int fd;
	} *lock;
	size_t count;
};

static void
unlock(struct locks *locks)
{
	while (locks->count > 0)
		(void)close(locks->lock[--locks->count].fd);
	free(locks->lock);
}

static bool
is_locked(const struct locks *locks, const char *path)
{
	size_t folder = (size_t)(base_name(path) - path);

	for (size_t i = locks->count; i-- > 0; ) {
		const char *p = locks->lock[i].path;

		if ((size_t)(base_name(p) - p) == folder && strncmp(p, path, folder) == 0)
			return true;
	}
	return false;
}

/* Locks a file's directory, which must not be locked yet: locks of one process block each other. */
static int
lock_directory_of(struct locks *locks, const char *path)
{
	char *directory = strndup(path, (size_t)(base_name(path) - path));
	int fd = -1, status = CLI_OK;

	if (directory != NULL)
		fd = open(directory[0] != '\0' ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		status = cli_fail("%s: %s", path, strerror(errno));
	else if (flock(fd, LOCK_EX) != 0 && errno != ENOLCK && errno != EOPNOTSUPP)
		status = cli_fail("%s: %s", directory, strerror(errno));
	if (fd >= 0)
		locks->lock[locks->count++] = (struct lock){ path, fd };
	free(directory);
	return status;
}

/*
 * Only one run merges in a directory at a time.  All runs lock directories in the order of time, which
 * prevents deadlock.
 */
static int
merge(const struct flowcat_options *all, char **path, size_t count)
{
	struct locks locks = { calloc(count, sizeof(*locks.lock)), 0 };
	int status = locks.lock != NULL ? CLI_OK : cli_fail("out of memory");

	for (size_t i = 0; i < count && status == CLI_OK; i++)
		if (!is_locked(&locks, path[i]))
			status = lock_directory_of(&locks, path[i]);
	if (status == CLI_OK && are_there(path, count))
		status = merge_locked(all, path, count);
	unlock(&locks);
	return status;
}

/* Removes what killed runs and collectors left beside the files. */
static void
clean_directories(const struct flow_files *files)
{
	for (size_t i = 0; i < files->directories; i++)
		file_sinks_clean(files->directory[i], "", ".parquet");
}

/* A file, and its place in the order. */
struct place {
	char *path;
	size_t root, at;
};

static int
compare_roots(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strncmp(x->path, y->path, x->root < y->root ? x->root : y->root);

	if (order == 0)
		order = (x->root > y->root) - (x->root < y->root);
	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

/* Groups files by archive, and keeps the order of time in each. */
static int
sort_by_root(struct flow_files *files)
{
	struct place *place = calloc(files->count + 1, sizeof(*place));
	size_t i;

	if (place == NULL)
		return cli_fail("out of memory");
	for (i = 0; i < files->count; i++)
		place[i] = (struct place){ files->path[i], flow_slot_root(files->path[i]), i };
	qsort(place, files->count, sizeof(*place), compare_roots);
	for (i = 0; i < files->count; i++)
		files->path[i] = place[i].path;
	free(place);
	return CLI_OK;
}

/*
 * Leaves out files of other collectors, which are not part of an archive: they would be merged into one of
 * their names, and removed.
 */
static void
leave_old(struct flow_files *files)
{
	size_t kept = 0, left = 0;

	for (size_t i = 0; i < files->count; i++) {
		if (flow_file_is_named(files->path[i])) {
			files->path[kept++] = files->path[i];
			continue;
		}
		free(files->path[i]);
		left++;
	}
	files->count = kept;
	if (left > 0)
		cli_warn("--compact: %zu file%s not named *.parquet stay as they are; --split SECONDS -w DIRECTORY "
		    "moves files of nfdump and flow-tools into an archive", left, left == 1 ? "" : "s");
}

int
flowcat_compact(struct flowcat_options *options)
{
	struct flow_files *files = &options->request.files;
	int64_t now = (int64_t)time(NULL), begin = 0;
	int status = CLI_OK;
	size_t i, end;

	for (i = 0; i < files->problems; i++)
		status = cli_fail("%s", files->problem[i]);
	leave_old(files);
	flow_files_sort(files);
	clean_directories(files);
	if (compact_end_left(files) != CLI_OK)
		status = CLI_FAILURE;
	if (sort_by_root(files) != CLI_OK)
		return CLI_FAILURE;
	/* A slot that cannot be merged stays as it is; others are still merged. */
	for (i = 0; i < files->count; i = end) {
		for (end = i + 1; end < files->count &&
		    belong_together(files->path[i], files->path[end], options->compact_s); end++)
			;
		if (end - i < 2 || !flow_slot_time(files->path[i], &begin) ||
		    slot_begin(begin, options->compact_s) + options->compact_s + SETTLED_S > now)
			continue;
		if (merge(options, files->path + i, end - i) != CLI_OK)
			status = CLI_FAILURE;
	}
	return status;
}
