/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "retain/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

/* No archive is deeper, and each level keeps a descriptor open. */
#define DEPTH_MAX 24

/* A younger empty directory may have been made for a file that is about to be written. */
#define EMPTY_S 3600

void
retain_tell(const struct retain_options *options, struct retain_sum *sum, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	sum->problems++;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (options->problem != NULL)
		options->problem(options->context, text);
}

bool
retain_stopped(const struct retain_options *options)
{
	return options->stop != NULL && options->stop(options->context);
}

static char *
join(const char *root, const char *path, const char *name)
{
	size_t len = strlen(root);
	const char *between = len > 0 && root[len - 1] == '/' ? "" : "/";
	char *text;

	return asprintf(&text, "%s%s%s%s%s", root, between, path, path[0] != '\0' ? "/" : "", name) < 0 ?
	    NULL : text;
}

char *
retain_file_path(const struct retain_listing *list, const struct retain_file *file)
{
	const struct retain_directory *d = &list->directory[file->directory];
	char name[SLOT_NAME_MAX];

	slot_name_format(&file->name, name);
	return join(list->root[d->root].path, d->path, name);
}

char *
retain_directory_path(const struct retain_listing *list, const struct retain_directory *directory)
{
	return join(list->root[directory->root].path, directory->path, "");
}

int
retain_directory_open(const struct retain_listing *list, const struct retain_directory *directory)
{
	int fd = fcntl(list->root[directory->root].fd, F_DUPFD_CLOEXEC, 0), next, error;
	char *copy = strdup(directory->path), *rest = copy, *name;

	while (fd >= 0 && copy != NULL && (name = strsep(&rest, "/")) != NULL) {
		if (name[0] == '\0')
			continue;
		next = openat(fd, name, OPEN_DIRECTORY);
		error = errno;
		(void)close(fd);
		errno = error;
		fd = next;
	}
	if (copy == NULL && fd >= 0) {
		(void)close(fd);
		fd = -1;
		errno = ENOMEM;
	}
	free(copy);
	return fd;
}

/* The number of a directory's archive; searched from the last, as neighbours mostly share one. */
static enum flow_status
find_archive(struct retain_listing *list, uint32_t root, const char *path, uint32_t *archive)
{
	size_t i;
	char *name;

	if (asprintf(&name, "%u %.*s", (unsigned)root, (int)slot_directory_root(path), path) < 0)
		return FLOW_ENOMEM;
	for (i = list->archives; i-- > 0 && strcmp(list->archive[i], name) != 0; )
		;
	if (i != SIZE_MAX) {
		free(name);
		*archive = (uint32_t)i;
		return FLOW_OK;
	}
	if (!VEC_RESERVE(list->archive, list->archives_cap, list->archives + 1)) {
		free(name);
		return FLOW_ENOMEM;
	}
	*archive = (uint32_t)list->archives;
	list->archive[list->archives++] = name;
	return FLOW_OK;
}

static enum flow_status
add_directory(struct retain_listing *list, uint32_t root, const char *path)
{
	struct retain_directory d = { .root = root };

	if (find_archive(list, root, path, &d.archive) != FLOW_OK ||
	    !VEC_RESERVE(list->directory, list->directories_cap, list->directories + 1) ||
	    (d.path = strdup(path)) == NULL)
		return FLOW_ENOMEM;
	list->directory[list->directories++] = d;
	return FLOW_OK;
}

/* A directory that the walk is in. */
struct here {
	int fd;
	uint32_t root;
	unsigned depth;
	const char *path;
	size_t entries;			/* of any kind */
	int64_t directory;		/* its index in the list; -1: not listed yet */
};

static enum flow_status
ensure_listed(struct retain_listing *list, struct here *h)
{
	if (h->directory >= 0)
		return FLOW_OK;
	if (add_directory(list, h->root, h->path) != FLOW_OK)
		return FLOW_ENOMEM;
	h->directory = (int64_t)list->directories - 1;
	return FLOW_OK;
}

static enum flow_status
add_file(struct retain_listing *list, struct here *h, const struct slot_name *name, uint64_t bytes)
{
	if (ensure_listed(list, h) != FLOW_OK || !VEC_RESERVE(list->file, list->files_cap, list->files + 1))
		return FLOW_ENOMEM;
	list->file[list->files++] = (struct retain_file){ .name = *name, .bytes = bytes,
		.begin_ms = slot_name_begin(name, list->options->zone), .directory = (uint32_t)h->directory };
	return FLOW_OK;
}

static enum flow_status walk(struct retain_listing *list, struct here *h);

/* Whether the walk skips a directory: it is on another file system, or is a root itself. */
static bool
is_elsewhere(const struct retain_listing *list, const struct here *h, const struct stat *st)
{
	size_t i;

	if (st->st_dev != list->root[h->root].dev)
		return true;
	for (i = 0; i < list->roots; i++)
		if (list->root[i].dev == st->st_dev && list->root[i].ino == st->st_ino)
			return true;
	return false;
}

static enum flow_status
enter(struct retain_listing *list, const struct here *above, const char *name)
{
	struct here h = { .root = above->root, .depth = above->depth + 1, .directory = -1 };
	enum flow_status st = FLOW_OK;
	struct stat status;
	char *path;

	if (h.depth > DEPTH_MAX)
		return FLOW_OK;
	if (asprintf(&path, "%s%s%s", above->path, above->path[0] != '\0' ? "/" : "", name) < 0)
		return FLOW_ENOMEM;
	h.path = path;
	h.fd = openat(above->fd, name, OPEN_DIRECTORY);
	if (h.fd < 0) {
		/* ENOENT, ELOOP, ENOTDIR: it was removed meanwhile, or replaced by a link. */
		if (errno != ENOENT && errno != ELOOP && errno != ENOTDIR)
			retain_tell(list->options, list->sum, "%s/%s: %s", list->root[h.root].path, path,
			    strerror(errno));
	} else if (fstat(h.fd, &status) == 0 && !is_elsewhere(list, &h, &status)) {
		st = walk(list, &h);
	} else {
		(void)close(h.fd);
	}
	free(path);
	return st;
}

static enum flow_status
take_entry(struct retain_listing *list, struct here *h, const struct dirent *e)
{
	bool sizes = list->options->limits.size_bytes != 0;
	struct slot_name name;
	struct stat st = { .st_mode = e->d_type == DT_DIR ? S_IFDIR : S_IFREG };

	if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
		return FLOW_OK;
	h->entries++;
	if (e->d_name[0] == '.' || (e->d_type != DT_DIR && e->d_type != DT_REG && e->d_type != DT_UNKNOWN) ||
	    (e->d_type == DT_REG && !slot_name_parse(e->d_name, &name)))
		return FLOW_OK;
	if ((e->d_type == DT_UNKNOWN || (e->d_type == DT_REG && sizes)) &&
	    fstatat(h->fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return FLOW_OK;
	if (S_ISDIR(st.st_mode))
		return enter(list, h, e->d_name);
	if (!S_ISREG(st.st_mode) || !slot_name_parse(e->d_name, &name))
		return FLOW_OK;
	return add_file(list, h, &name, (uint64_t)st.st_size);
}

/* Lists an empty directory that an interrupted run, or another program, left. */
static enum flow_status
note_empty(struct retain_listing *list, struct here *h)
{
	const char *slash = strrchr(h->path, '/'), *name = slash != NULL ? slash + 1 : h->path;
	struct stat st;

	if (h->entries > 0 || !slot_directory_is_date(name, strlen(name)) || fstat(h->fd, &st) != 0 ||
	    (int64_t)st.st_mtim.tv_sec > list->options->now_ms / 1000 - EMPTY_S)
		return FLOW_OK;
	if (ensure_listed(list, h) != FLOW_OK || !VEC_RESERVE(list->empty, list->empties_cap, list->empties + 1))
		return FLOW_ENOMEM;
	list->empty[list->empties++] = (uint32_t)h->directory;
	return FLOW_OK;
}

/* Takes over h->fd. */
static enum flow_status
walk(struct retain_listing *list, struct here *h)
{
	enum flow_status st = FLOW_OK;
	const struct dirent *e;
	struct stat hold;
	DIR *dir;

	if (fstatat(h->fd, RETAIN_HOLD, &hold, AT_SYMLINK_NOFOLLOW) == 0) {
		list->sum->held++;
		(void)close(h->fd);
		return FLOW_OK;
	}
	dir = fdopendir(h->fd);
	if (dir == NULL) {
		(void)close(h->fd);
		return FLOW_ENOMEM;
	}
	while (errno = 0, st == FLOW_OK && !retain_stopped(list->options) && (e = readdir(dir)) != NULL)
		st = take_entry(list, h, e);
	if (st == FLOW_OK && errno != 0)
		retain_tell(list->options, list->sum, "%s/%s: %s", list->root[h->root].path, h->path, strerror(errno));
	else if (st == FLOW_OK)
		st = note_empty(list, h);
	(void)closedir(dir);
	return st;
}

/* Adds a root; false if it is a root already, or cannot be opened, which is reported. */
static bool
open_root(struct retain_listing *list, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	size_t i;

	if (fd < 0 || fstat(fd, &st) != 0) {
		retain_tell(list->options, list->sum, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	for (i = 0; i < list->roots; i++)
		if (list->root[i].dev == st.st_dev && list->root[i].ino == st.st_ino) {
			(void)close(fd);
			return false;
		}
	list->root[list->roots++] = (struct retain_root){ path, fd, st.st_dev, st.st_ino, 0 };
	return true;
}

enum flow_status
retain_list(struct retain_listing *list, const char *const *directories, size_t count,
    const struct retain_options *options, struct retain_sum *sum)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	*list = (struct retain_listing){ .options = options, .sum = sum, .root = calloc(count, sizeof(*list->root)) };
	if (list->root == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < count; i++)
		(void)open_root(list, directories[i]);
	for (i = 0; i < list->roots && st == FLOW_OK; i++) {
		struct here h = { .fd = openat(list->root[i].fd, ".", OPEN_DIRECTORY), .root = (uint32_t)i,
			.path = "", .directory = -1 };

		if (h.fd < 0)
			retain_tell(options, sum, "%s: %s", list->root[i].path, strerror(errno));
		else
			st = walk(list, &h);
	}
	return st;
}

void
retain_listing_clear(struct retain_listing *list)
{
	size_t i;

	for (i = 0; i < list->roots; i++)
		(void)close(list->root[i].fd);
	for (i = 0; i < list->directories; i++)
		free(list->directory[i].path);
	for (i = 0; i < list->archives; i++)
		free(list->archive[i]);
	free(list->root);
	free(list->directory);
	free(list->file);
	free(list->empty);
	free(list->archive);
	*list = (struct retain_listing){ .root = NULL };
}
