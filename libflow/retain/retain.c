/* SPDX-License-Identifier: BSD-2-Clause */
#include "retain/retain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "retain/oldest.h"

/* How much to remove from a group of files. */
struct quota {
	int64_t until_ms;		/* only files that ended before; INT64_MAX: any */
	uint64_t bytes;			/* how many bytes of them; UINT64_MAX: all */
	bool on_disk;			/* bytes are those allocated on the disk, else sizes */
	const char *what;		/* the limit, for messages */
};

static int
compare_files(const void *a, const void *b)
{
	const struct retain_file *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->begin_ms != y->begin_ms)
		return x->begin_ms < y->begin_ms ? -1 : 1;
	if (x->directory != y->directory)
		return x->directory < y->directory ? -1 : 1;
	return (x->name.number > y->name.number) - (x->name.number < y->name.number);
}

static void
tell_short(const struct retain_listing *list, const struct quota *q, uint64_t went)
{
	retain_tell(list->options, list->sum, "%s: %" PRIu64 " bytes more would have to go, but no more may",
	    q->what, q->bytes - went);
}

/* Removes the oldest of sorted files until the quota is met; *went: the bytes removed. */
static enum flow_status
remove_oldest(struct retain_listing *list, struct retain_file *files, size_t count, const struct quota *q,
    uint64_t *went)
{
	struct retain_remover remover;
	struct retain_oldest oldest;
	struct retain_candidate c;
	enum flow_status st = FLOW_OK;
	enum retain_fate fate = RETAIN_GONE;
	bool all = q->bytes == UINT64_MAX;

	*went = 0;
	retain_remover_init(&remover, list);
	retain_oldest_init(&oldest, &remover, files, count);
	while (*went < q->bytes && !retain_stopped(list->options) &&
	    (st = retain_oldest_next(&oldest, &c)) == FLOW_OK) {
		if (c.seen.end_ms >= q->until_ms || c.seen.end_ms >= list->options->now_ms)
			break;
		fate = retain_remove(&remover, c.file, &c.seen);
		list->sum->in_use += fate == RETAIN_IN_USE;
		c.file->gone = fate == RETAIN_GONE;
		/* If one cannot be removed yet, no younger one is removed in its place. */
		if (fate != RETAIN_GONE && !all)
			break;
		if (fate != RETAIN_GONE)
			continue;
		*went += q->on_disk ? c.seen.disk_bytes : c.seen.bytes;
		c.file->bytes = c.seen.disk_bytes;
	}
	retain_remover_end(&remover);
	retain_oldest_clear(&oldest);
	if (!all && *went < q->bytes && fate == RETAIN_GONE && st != FLOW_ENOMEM && !retain_stopped(list->options))
		tell_short(list, q, *went);
	return st == FLOW_END ? FLOW_OK : st;
}

static uint64_t
sum_of(const struct retain_file *files, size_t count)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < count; i++)
		bytes += files[i].gone ? 0 : files[i].bytes;
	return bytes;
}

static enum flow_status
keep_size(struct retain_listing *list, struct retain_file *files, size_t count)
{
	uint64_t limit = list->options->limits.size_bytes, bytes = sum_of(files, count), went;
	const struct quota q = { INT64_MAX, bytes > limit ? bytes - limit : 0, false, "the size" };

	return limit == 0 ? FLOW_OK : remove_oldest(list, files, count, &q, &went);
}

/* Applies both limits to one group: the files of an archive, or all. */
static enum flow_status
keep_age_and_size(struct retain_listing *list, struct retain_file *files, size_t count)
{
	const struct retain_options *o = list->options;
	const struct quota old = { o->now_ms - o->limits.age_ms, UINT64_MAX, false, "the age" };
	enum flow_status st = FLOW_OK;
	uint64_t went;

	if (o->limits.age_ms > 0)
		st = remove_oldest(list, files, count, &old, &went);
	return st == FLOW_OK ? keep_size(list, files, count) : st;
}

/*
 * Bytes to be freed on a root's file system, measured before any file is removed: some file systems free blocks only
 * after a while, and those of an open file only when it is closed.
 */
static uint64_t
missing_bytes(const struct retain_limits *l, const struct retain_root *root)
{
	uint64_t want = l->free_bytes, have;
	struct statvfs fs;

	if (fstatvfs(root->fd, &fs) != 0)
		return 0;
	have = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (l->free_percent > 0)
		want = (uint64_t)((unsigned __int128)fs.f_blocks * fs.f_frsize * l->free_percent / 100);
	return want > have ? want - have : 0;
}

/* Removes files of one file system until enough is free. */
static enum flow_status
keep_free(struct retain_listing *list, struct retain_file *files, size_t count)
{
	struct quota q = { INT64_MAX, 0, true, "the free space" };
	uint64_t before = 0, missing, went;
	size_t i;

	for (i = 0; i < count; i++)
		before += files[i].gone ? files[i].bytes : 0;
	missing = list->root[list->directory[files[0].directory].root].missing;
	q.bytes = missing > before ? missing - before : 0;
	return remove_oldest(list, files, count, &q, &went);
}

static uint32_t
first_root_of_device(const struct retain_listing *list, uint32_t root)
{
	uint32_t i = 0;

	while (list->root[i].dev != list->root[root].dev)
		i++;
	return i;
}

enum grouping { ALL_TOGETHER, BY_ARCHIVE, BY_DEVICE };

/* Sorts files into groups and calls `keep` for each. */
static enum flow_status
for_groups(struct retain_listing *list, enum grouping by,
    enum flow_status (*keep)(struct retain_listing *list, struct retain_file *files, size_t count))
{
	enum flow_status st = FLOW_OK;
	size_t i, end;

	for (i = 0; i < list->files; i++) {
		const struct retain_directory *d = &list->directory[list->file[i].directory];

		list->file[i].group = by == BY_ARCHIVE ? d->archive :
		    by == BY_DEVICE ? first_root_of_device(list, d->root) : 0;
	}
	if (list->files > 0)
		qsort(list->file, list->files, sizeof(*list->file), compare_files);
	for (i = 0; i < list->files && st == FLOW_OK; i = end) {
		for (end = i + 1; end < list->files && list->file[end].group == list->file[i].group; end++)
			;
		st = keep(list, list->file + i, end - i);
	}
	return st;
}

enum flow_status
retain_run(const char *const *directories, size_t count, const struct retain_options *options,
    struct retain_sum *sum)
{
	struct retain_listing list;
	enum flow_status st;
	size_t i;

	*sum = (struct retain_sum){ .files = 0 };
	st = retain_list(&list, directories, count, options, sum);
	for (i = 0; i < list.roots; i++)
		list.root[i].missing = missing_bytes(&options->limits, &list.root[i]);
	if (st == FLOW_OK)
		st = for_groups(&list, options->each ? BY_ARCHIVE : ALL_TOGETHER, keep_age_and_size);
	if (st == FLOW_OK)
		st = for_groups(&list, BY_DEVICE, keep_free);
	if (st == FLOW_OK)
		retain_remove_empty(&list);
	for (i = 0; i < list.files; i++)
		sum->kept_files += !list.file[i].gone;
	sum->kept_bytes = sum_of(list.file, list.files);
	sum->archives = list.archives;
	retain_listing_clear(&list);
	return st;
}
