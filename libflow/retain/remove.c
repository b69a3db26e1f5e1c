/* SPDX-License-Identifier: BSD-2-Clause */
#include "retain/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/summary.h"

/* Emptied directories whose slots ended less than this ago stay until the next run: a collector may still use them. */
#define RECENT_MS (25 * INT64_C(3600000))

/* The unit of st_blocks. */
#define BLOCK_BYTES 512

void
retain_remover_init(struct retain_remover *r, struct retain_listing *list)
{
	*r = (struct retain_remover){ .list = list, .directory = -1, .fd = -1 };
}

/* Removes a directory and its parents, as long as they are parts of a date and empty. */
static void
remove_upwards(struct retain_listing *list, const struct retain_directory *directory)
{
	struct retain_directory d = { .root = directory->root, .path = strdup(directory->path) };
	char *slash, *name, *told;
	int above;

	while (d.path != NULL && strlen(d.path) > slot_directory_root(d.path)) {
		told = retain_directory_path(list, &d);
		slash = strrchr(d.path, '/');
		name = slash != NULL ? slash + 1 : d.path;
		name = strdup(name);
		*(slash != NULL ? slash : d.path) = '\0';
		above = name != NULL && told != NULL ? retain_directory_open(list, &d) : -1;
		if (above >= 0 && unlinkat(above, name, AT_REMOVEDIR) == 0) {
			list->sum->directories++;
			if (list->options->gone != NULL)
				list->options->gone(list->options->context, told, 0);
		} else {
			d.path[0] = '\0';
		}
		if (above >= 0)
			(void)close(above);
		free(name);
		free(told);
	}
	free(d.path);
}

void
retain_remover_end(struct retain_remover *r)
{
	bool emptied = r->locked && r->end_ms < r->list->options->now_ms - RECENT_MS;

	if (r->fd >= 0)
		(void)close(r->fd);
	if (emptied)
		remove_upwards(r->list, &r->list->directory[r->directory]);
	retain_remover_init(r, r->list);
}

static void
refuse(struct retain_remover *r, const char *what)
{
	struct retain_directory *d = &r->list->directory[r->directory];
	char *path = d->refused ? NULL : retain_directory_path(r->list, d);

	if (path != NULL)
		retain_tell(r->list->options, r->list->sum, "%s: %s", path, what);
	d->refused = true;
	free(path);
}

/* Opens a directory in place of the last one; false if it cannot be opened. */
static bool
go_to(struct retain_remover *r, uint32_t directory)
{
	if (r->directory == (int64_t)directory)
		return r->fd >= 0;
	retain_remover_end(r);
	r->directory = (int64_t)directory;
	r->fd = retain_directory_open(r->list, &r->list->directory[directory]);
	if (r->fd < 0 && errno != ENOENT)
		refuse(r, strerror(errno));
	return r->fd >= 0;
}

static int64_t
mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* The last receive time in a file's footer, else the last write; never before begin_ms. */
static int64_t
end_of(int fd, const char *path, const struct stat *st, int64_t begin_ms)
{
	int64_t end_ms = mtime_ns(st) / 1000000;
	struct flow_summary summary;

	if (flow_summary_read_fd(fd, path, &summary, NULL) == FLOW_OK) {
		if (summary.rows > 0 && summary.totals.received_max_ms > INT64_MIN)
			end_ms = summary.totals.received_max_ms;
		flow_summary_clear(&summary);
	}
	return end_ms > begin_ms ? end_ms : begin_ms;
}

bool
retain_look(struct retain_remover *r, const struct retain_file *file, struct retain_seen *seen)
{
	char name[SLOT_NAME_MAX];
	struct stat st;
	int fd;

	if (!go_to(r, file->directory))
		return false;
	slot_name_format(&file->name, name);
	fd = openat(r->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno != EACCES) {
		if (errno != ENOENT && errno != ELOOP)
			refuse(r, strerror(errno));
		return false;
	}
	/* A file that may not be read may still be removed. */
	if ((fd >= 0 ? fstat(fd, &st) : fstatat(r->fd, name, &st, AT_SYMLINK_NOFOLLOW)) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	*seen = (struct retain_seen){ .ino = st.st_ino, .mtime_ns = mtime_ns(&st), .bytes = (uint64_t)st.st_size,
		.disk_bytes = (uint64_t)st.st_blocks * BLOCK_BYTES, .end_ms = mtime_ns(&st) / 1000000 };
	if (fd >= 0) {
		seen->end_ms = end_of(fd, name, &st, file->begin_ms);
		(void)close(fd);
	}
	return true;
}

/* Locks the open directory; false if another program has locked it. */
static bool
lock(struct retain_remover *r)
{
	if (!r->locked && flock(r->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return false;
	r->locked = true;
	return true;
}

static void
tell_gone(struct retain_remover *r, const struct retain_file *file, const struct retain_seen *seen)
{
	const struct retain_options *o = r->list->options;
	char *path = o->gone != NULL ? retain_file_path(r->list, file) : NULL;

	r->list->sum->files++;
	r->list->sum->bytes += seen->bytes;
	r->end_ms = seen->end_ms > r->end_ms ? seen->end_ms : r->end_ms;
	if (path != NULL)
		o->gone(o->context, path, seen->bytes);
	free(path);
}

enum retain_fate
retain_remove(struct retain_remover *r, const struct retain_file *file, const struct retain_seen *seen)
{
	bool dry_run = r->list->options->dry_run;
	char name[SLOT_NAME_MAX];
	struct stat st, hold;

	if (!go_to(r, file->directory))
		return r->list->directory[file->directory].refused ? RETAIN_REFUSED : RETAIN_GONE;
	if (!dry_run && !lock(r))
		return RETAIN_IN_USE;
	slot_name_format(&file->name, name);
	if (fstatat(r->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? RETAIN_GONE : (refuse(r, strerror(errno)), RETAIN_REFUSED);
	/* It was merged with other files meanwhile, or its directory got a hold. */
	if (st.st_ino != seen->ino || mtime_ns(&st) != seen->mtime_ns || (uint64_t)st.st_size != seen->bytes ||
	    fstatat(r->fd, RETAIN_HOLD, &hold, AT_SYMLINK_NOFOLLOW) == 0)
		return RETAIN_IN_USE;
	if (!dry_run && unlinkat(r->fd, name, 0) != 0) {
		refuse(r, strerror(errno));
		return RETAIN_REFUSED;
	}
	tell_gone(r, file, seen);
	return RETAIN_GONE;
}

void
retain_remove_empty(struct retain_listing *list)
{
	size_t i;

	for (i = 0; i < list->empties && !list->options->dry_run; i++)
		remove_upwards(list, &list->directory[list->empty[i]]);
}
