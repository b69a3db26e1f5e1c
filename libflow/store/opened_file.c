/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/opened_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

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

static enum flow_status
open_file(struct source *s, const char *path, const struct source_input *input,
    const struct source *model, struct flow_error *err)
{
	if (strcmp(path, "-") == 0)
		return pq_file_open_memory(input->bytes.data, input->bytes.len, &s->file, err);
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return flow_fail(err, errno == ENOENT ? FLOW_ENOTFOUND : FLOW_EIO, FLOW_NO_OFFSET,
		    "%s", strerror(errno));
	return pq_file_open_like(s->fd, model != NULL ? model->file : NULL, &s->file, err);
}

static enum flow_status
find_columns(struct source *s, const struct source *model, struct flow_error *err)
{
	if (model == NULL || !pq_file_has_schema_of(s->file, model->file))
		return profile_map(s->file, &s->map, err);
	s->map = model->map;
	s->map.is_canonical = profile_is_ours(s->file);
	return FLOW_OK;
}

enum flow_status
source_open(struct source *source, const char *path, const struct source_input *input,
    const struct source *model, struct flow_error *err)
{
	struct source s = { .fd = -1 };
	enum flow_status st = open_file(&s, path, input, model, err);

	if (st == FLOW_OK)
		st = find_columns(&s, model, err);
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
	enum flow_status st = pq_file_open_like(fd, model != NULL ? model->file : NULL, &s.file, err);

	if (st == FLOW_OK)
		st = find_columns(&s, model, err);
	if (st != FLOW_OK) {
		flow_error_prefix(err, path);
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
	if (source->fd >= 0)
		(void)close(source->fd);
	*source = (struct source){ .fd = -1 };
}
