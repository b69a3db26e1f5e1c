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
#include "flowcat/write.h"

/* A slot is left alone until it has been over for so long: late flows may still come. */
#define SETTLED_S 600

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The instant that YYYYMMDDhhmm in a file's name stands for, in UTC; false if there is none. */
static bool
slot_time(const char *path, int64_t *s)
{
	struct tm tm = { .tm_isdst = 0 };
	size_t len;
	const char *p = flow_file_slot(path, &len);

	if (p == NULL || sscanf(p, "%4d%2d%2d%2d%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
	    &tm.tm_hour, &tm.tm_min) != 5)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*s = (int64_t)timegm(&tm);
	return true;
}

static int64_t
slot_begin(int64_t s, uint32_t seconds)
{
	int64_t rest = s % (int64_t)seconds;

	return s - (rest < 0 ? rest + (int64_t)seconds : rest);
}

/* Whether two files, neighbours in the order of time, become one. */
static bool
belong_together(const char *a, const char *b, uint32_t seconds)
{
	size_t folder = (size_t)(base_name(a) - a);
	int64_t at, bt;

	return (size_t)(base_name(b) - b) == folder && strncmp(a, b, folder) == 0 &&
	    slot_time(a, &at) && slot_time(b, &bt) &&
	    slot_begin(at, seconds) == slot_begin(bt, seconds);
}

/* What stays of an interrupted run: a file that another one says it holds, unchanged. */
static int
remove_merged(const char *holder, const char *merged)
{
	struct flow_merged held = FLOW_MERGED_INIT;
	int status = CLI_OK;
	struct stat st;

	if (merged == NULL)
		return CLI_OK;
	if (flow_merged_add(&held, holder, merged, strlen(merged)) != FLOW_OK)
		status = cli_fail("out of memory");
	for (size_t i = 0; i < held.slots; i++) {
		const struct flow_merged_entry *e = flow_merged_at(&held, i);

		if (e != NULL && lstat(e->path, &st) == 0 && S_ISREG(st.st_mode) &&
		    flow_merged_has(&held, e->path, &st) && unlink(e->path) != 0 && errno != ENOENT)
			status = cli_fail("%s: %s", e->path, strerror(errno));
	}
	flow_merged_clear(&held);
	return status;
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

/*
 * Makes one of the files path[0 .. count-1], then removes what is in it.  Readers know from its
 * metadata, in between, that it holds the others (store/merged.h).
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
			flow_merged_append(&merged, path[i], &st);
		else
			status = cli_fail("%s: %s", path[i], strerror(errno));
	}
	buf_append_text(&merged, "]");
	buf_append_u8(&merged, '\0');
	one.request.files = (struct flow_files){ .path = path, .count = count, .cap = count };
	one.write_path = path[0];
	one.merged = (const char *)merged.data;
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

/* Whether all of them are still there: another run may have merged them before. */
static bool
are_there(char **path, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (access(path[i], F_OK) != 0)
			return false;
	return true;
}

/* One run merges in a directory at a time. */
static int
merge(const struct flowcat_options *all, char **path, size_t count)
{
	char *directory = strndup(path[0], (size_t)(base_name(path[0]) - path[0]));
	int fd = -1, status = CLI_OK;

	if (directory != NULL)
		fd = open(directory[0] != '\0' ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		status = cli_fail("%s: %s", path[0], strerror(errno));
	else if (flock(fd, LOCK_EX) != 0 && errno != ENOLCK && errno != EOPNOTSUPP)
		status = cli_fail("%s: %s", directory, strerror(errno));
	else if (are_there(path, count))
		status = merge_locked(all, path, count);
	if (fd >= 0)
		(void)close(fd);
	free(directory);
	return status;
}

/* Ends what an earlier run began.  Files that cannot be read are told of, and left alone. */
static int
recover(struct flow_files *files)
{
	int status = CLI_OK;

	for (size_t i = 0; i < files->count; i++) {
		struct flow_summary one;
		struct flow_error err;

		if (flow_summary_read(files->path[i], &one, &err) != FLOW_OK) {
			/* Removed a moment ago, by this or another one. */
			if (err.status != FLOW_ENOTFOUND)
				status = cli_fail_error(&err);
			files->path[i][0] = '\0';
			continue;
		}
		if (remove_merged(files->path[i], one.merged) != CLI_OK)
			status = CLI_FAILURE;
		flow_summary_clear(&one);
	}
	return status;
}

/* Forgets files that are no more, or have lost their names. */
static void
forget_removed(struct flow_files *files)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		if (access(files->path[i], F_OK) == 0)
			files->path[kept++] = files->path[i];
		else
			free(files->path[i]);
	}
	files->count = kept;
}

/* What runs and collectors that were killed left beside the files goes. */
static void
clean_directories(const struct flow_files *files)
{
	for (size_t i = 0; i < files->directories; i++)
		file_sinks_clean(files->directory[i], "", ".parquet");
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
	flow_files_sort(files);
	clean_directories(files);
	if (recover(files) != CLI_OK)
		status = CLI_FAILURE;
	forget_removed(files);
	/* Slots that cannot be merged stay as they are, and do not keep others from it. */
	for (i = 0; i < files->count; i = end) {
		for (end = i + 1; end < files->count &&
		    belong_together(files->path[i], files->path[end], options->compact_s); end++)
			;
		if (end - i < 2 || !slot_time(files->path[i], &begin) ||
		    slot_begin(begin, options->compact_s) + options->compact_s + SETTLED_S > now)
			continue;
		if (merge(options, files->path + i, end - i) != CLI_OK)
			status = CLI_FAILURE;
	}
	return status;
}
