/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/compact_left.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"

static bool
is_same(const char *path, const struct stat *st)
{
	struct stat other;

	return stat(path, &other) == 0 && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

/* Whether a file that `holder` holds may be removed: it is beside it, or it or its directory was named. */
static bool
may_remove(const struct flow_files *files, const char *holder, const char *path, const struct stat *file)
{
	char *directory = file_directory(path), *beside = file_directory(holder);
	struct stat st;
	bool may = directory != NULL && beside != NULL && stat(directory, &st) == 0 && is_same(beside, &st);
	size_t i;

	for (i = 0; directory != NULL && i < files->directories && !may; i++)
		may = is_same(files->directory[i], &st);
	for (i = 0; i < files->count && !may; i++)
		may = is_same(files->path[i], file);
	free(directory);
	free(beside);
	return may;
}

/* Removes leftovers of an interrupted run: unchanged files that `holder` says it holds. */
static int
remove_merged(const struct flow_files *files, const char *holder, const struct flow_merged *held)
{
	int status = CLI_OK;
	struct stat st;
	bool told = false;

	for (size_t i = 0; i < held->slots; i++) {
		const struct flow_merged_entry *e = flow_merged_at(held, i);

		if (e == NULL || lstat(e->path, &st) != 0 || !S_ISREG(st.st_mode) ||
		    !flow_merged_has(held, e->path, &st))
			continue;
		if (!may_remove(files, holder, e->path, &st)) {
			if (!told)
				status = cli_fail("%s: holds %s, which an interrupted run left; name a directory "
				    "that has both, and it is removed", holder, e->path);
			told = true;
		} else if (unlink(e->path) != 0 && errno != ENOENT)
			status = cli_fail("%s: %s", e->path, strerror(errno));
	}
	return status;
}

/* Completes an earlier run for one file; adds the files that it holds to `held`. */
static int
recover_file(const struct flow_files *files, char *path, const struct flow_summary *summary,
    struct flow_merged *held)
{
	struct flow_merged own = FLOW_MERGED_INIT;
	const char *merged = summary->merged;
	int status = CLI_OK;

	if (merged == NULL)
		return CLI_OK;
	if (flow_merged_add(&own, path, merged, strlen(merged)) != FLOW_OK ||
	    flow_merged_add(held, path, merged, strlen(merged)) != FLOW_OK)
		status = cli_fail("out of memory");
	else
		status = remove_merged(files, path, &own);
	/* If it were merged, its list of held files would be lost. */
	if (status != CLI_OK)
		path[0] = '\0';
	flow_merged_clear(&own);
	return status;
}

/* Completes earlier runs.  Unreadable files are reported and left alone. */
static int
recover(struct flow_files *files, struct flow_merged *held)
{
	int status = CLI_OK;

	for (size_t i = 0; i < files->count; i++) {
		struct flow_summary one;
		struct flow_error err;

		if (flow_summary_read(files->path[i], &one, &err) != FLOW_OK) {
			/* It was removed a moment ago, by this or another run. */
			if (err.status != FLOW_ENOTFOUND)
				status = cli_fail_error(&err);
			files->path[i][0] = '\0';
			continue;
		}
		if (recover_file(files, files->path[i], &one, held) != CLI_OK)
			status = CLI_FAILURE;
		flow_summary_clear(&one);
	}
	return status;
}

/* Forgets files that are no more, have lost their names, or are held by one that could not remove them. */
static void
forget_removed(struct flow_files *files, const struct flow_merged *held)
{
	size_t kept = 0;
	struct stat st;

	for (size_t i = 0; i < files->count; i++) {
		if (stat(files->path[i], &st) == 0 && !flow_merged_has(held, files->path[i], &st))
			files->path[kept++] = files->path[i];
		else
			free(files->path[i]);
	}
	files->count = kept;
}

int
compact_end_left(struct flow_files *files)
{
	struct flow_merged held = FLOW_MERGED_INIT;
	int status = recover(files, &held);

	forget_removed(files, &held);
	flow_merged_clear(&held);
	return status;
}
