/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/opened_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file_kind.h"
#include "store/live.h"

#define READ_BYTES ((size_t)1 << 20)

enum flow_status
source_read_input(struct source_input *input, struct flow_error *err)
{
	struct buf b = BUF_INIT;

	for (;;) {
		ssize_t n;

		if (!buf_reserve(&b, READ_BYTES)) {
			buf_release(&b);
			return flow_fail_memory(err);
		}
		n = read(STDIN_FILENO, buf_end(&b), READ_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			buf_release(&b);
			return flow_fail_errno(err, "standard input");
		}
		if (n == 0)
			break;
		b.len += (size_t)n;
	}
	input->bytes = b;
	return FLOW_OK;
}

/* Adds what kind of file it seems to be, if its first bytes tell; not if it is Parquet. */
static void
tell_kind(const struct source *s, const struct source_input *input, struct flow_error *err)
{
	uint8_t first[FILE_KIND_BYTES];
	ssize_t n = s->fd >= 0 ? pread(s->fd, first, sizeof(first), 0) : 0;
	const char *tell;

	if (s->fd < 0 && input != NULL) {
		n = (ssize_t)(input->bytes.len < sizeof(first) ? input->bytes.len : sizeof(first));
		if (n > 0)
			memcpy(first, input->bytes.data, (size_t)n);
	}
	tell = n < 0 ? NULL : file_kind_tell(first, (size_t)n);
	if (tell != NULL && (n < 4 || memcmp(first, "PAR1", 4) != 0))
		(void)flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "no file of flows, but %s", tell);
}

/* If it is no Parquet, tries the formats of other collectors. */
static enum flow_status
open_old(struct source *s, const struct source_input *input, struct flow_error *err)
{
	struct flow_error why;
	enum flow_status st = s->fd >= 0 ? old_file_open_fd(s->fd, &s->old, &why) :
	    old_file_open_memory(input->bytes.data, input->bytes.len, &s->old, &why);

	if (st != FLOW_OK) {
		if (err != NULL)
			*err = why;
		return st;
	}
	if (s->old != NULL)
		return FLOW_OK;
	tell_kind(s, input, err);
	return FLOW_EFORMAT;
}

static enum flow_status
open_fd(struct source *s, int fd, const struct source *model, struct flow_error *err)
{
	enum flow_status st = pq_file_open_like(fd, model != NULL ? model->file : NULL, &s->file, err);
	int own = s->fd;

	if (st != FLOW_EFORMAT)
		return st;
	s->fd = fd;
	st = open_old(s, NULL, err);
	s->fd = own;
	return st;
}

static enum flow_status
open_file(struct source *s, const char *path, const struct source_input *input,
    const struct source *model, struct flow_error *err)
{
	if (strcmp(path, "-") == 0) {
		enum flow_status st = pq_file_open_memory(input->bytes.data, input->bytes.len, &s->file, err);

		return st == FLOW_EFORMAT ? open_old(s, input, err) : st;
	}
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return flow_fail(err, errno == ENOENT ? FLOW_ENOTFOUND : FLOW_EIO, FLOW_NO_OFFSET,
		    "%s", strerror(errno));
	return open_fd(s, s->fd, model, err);
}

static enum flow_status
find_columns(struct source *s, const char *path, const struct source *model, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	if (s->old != NULL)
		return FLOW_OK;
	if (model == NULL || model->file == NULL || !pq_file_has_schema_of(s->file, model->file)) {
		st = profile_map(s->file, &s->map, err);
	} else {
		s->map = model->map;
		s->map.is_canonical = profile_is_ours(s->file);
	}
	return st == FLOW_OK ? hive_partition_read(path, &s->map, &s->partition, err) : st;
}

enum flow_status
source_open(struct source *source, const char *path, const struct source_input *input,
    const struct source *model, struct flow_error *err)
{
	struct source s = { .fd = -1 };
	enum flow_status st = open_file(&s, path, input, model, err);

	if (st == FLOW_OK)
		st = find_columns(&s, path, model, err);
	if (st != FLOW_OK) {
		flow_error_prefix(err, strcmp(path, "-") == 0 ? "standard input" : path);
		source_close(&s);
		return st;
	}
	*source = s;
	return FLOW_OK;
}

enum flow_status
source_open_fd(struct source *source, int fd, const char *path, const struct source *model,
    struct flow_error *err)
{
	struct source s = { .fd = -1 };
	enum flow_status st = open_fd(&s, fd, model, err);

	if (st == FLOW_OK)
		st = find_columns(&s, path, model, err);
	if (st != FLOW_OK) {
		flow_error_prefix(err, path);
		source_close(&s);
		return st;
	}
	*source = s;
	return FLOW_OK;
}

enum flow_status
source_open_live(struct source *source, const struct flow_live_slot *slot, const struct source *model,
    struct flow_error *err)
{
	struct source s = { .fd = -1 };
	enum flow_status st = pq_file_open_joined(slot->fd, slot->at, slot->tail, slot->tail_len,
	    model != NULL ? model->file : NULL, &s.file, err);

	if (st == FLOW_OK)
		st = find_columns(&s, slot->path, model, err);
	if (st != FLOW_OK) {
		flow_error_prefix(err, slot->path);
		source_close(&s);
		return st;
	}
	*source = s;
	return FLOW_OK;
}

void
source_close(struct source *source)
{
	pq_file_close(source->file);
	hive_partition_free(source->partition);
	old_file_close(source->old);
	if (source->fd >= 0)
		(void)close(source->fd);
	*source = (struct source){ .fd = -1 };
}

enum flow_status
source_open_parquet(struct source *source, const char *path, const struct source_input *input,
    struct flow_error *err)
{
	enum flow_status st = source_open(source, path, input, NULL, err);
	enum old_kind kind;

	if (st != FLOW_OK || source->old == NULL)
		return st;
	kind = old_file_kind(source->old);
	source_close(source);
	return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "%s: a file of %s has no checksums: flowcat -r "
	    "reads all of it, and tells what is damaged", path, old_kind_name(kind));
}
