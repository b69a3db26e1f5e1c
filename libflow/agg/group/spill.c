/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agg/group/spool.h"
#include "base/file.h"
#include "base/vec.h"

void
spill_init(struct spill *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

void
spill_release(struct spill *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->chunk);
	spill_init(s);
}

static enum flow_status
spill_open(struct spill *s, const char *folder, struct flow_error *err)
{
	if (s->fd < 0)
		s->fd = file_open_scratch(folder, err);
	return s->fd >= 0 ? FLOW_OK : FLOW_EIO;
}

static enum flow_status
write_all(struct spill *s, const void *bytes, size_t len, struct flow_error *err)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = pwrite(s->fd, p, len, s->end);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return flow_fail_errno(err, "temporary file");
		p += n;
		len -= (size_t)n;
		s->end += n;
	}
	return FLOW_OK;
}

static enum flow_status
chunk_add(struct spill *s, struct spill_chunk c)
{
	if (!VEC_RESERVE(s->chunk, s->cap, s->chunks + 1))
		return FLOW_ENOMEM;
	s->chunk[s->chunks++] = c;
	return FLOW_OK;
}

enum flow_status
spill_part(struct spill *s, const char *folder, size_t grouping, unsigned part,
    const struct groups *g, struct flow_error *err)
{
	const struct group_part *p = &g->part[part];
	size_t words = spill_words(g);
	uint64_t *record;
	enum flow_status st = spill_open(s, folder, err);

	if (st != FLOW_OK || p->count == 0)
		return st;
	record = malloc(GROUP_BLOCK * words * sizeof(*record));
	if (record == NULL ||
	    chunk_add(s, (struct spill_chunk){ grouping, part, p->count, s->end }) != FLOW_OK) {
		free(record);
		return flow_fail_memory(err);
	}
	for (uint32_t at = 0; at < p->count && st == FLOW_OK; at += GROUP_BLOCK) {
		uint32_t n = p->count - at < GROUP_BLOCK ? p->count - at : GROUP_BLOCK;

		for (uint32_t i = 0; i < n; i++) {
			record[i * words] = groups_tag(g, p, at + i);
			memcpy(record + i * words + 1, groups_at(g, p, at + i),
			    g->stride * sizeof(*record));
		}
		st = write_all(s, record, n * words * sizeof(*record), err);
	}
	free(record);
	return st;
}

enum flow_status
spill_read(const struct spill *s, const struct spill_chunk *c, const struct groups *g,
    uint32_t from, uint32_t n, uint64_t *out, struct flow_error *err)
{
	size_t bytes = spill_words(g) * sizeof(*out), len = n * bytes;
	int64_t at = c->offset + (int64_t)(from * bytes);
	char *p = (char *)out;

	while (len > 0) {
		ssize_t got = pread(s->fd, p, len, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return flow_fail(err, FLOW_EIO, at, "temporary file: it is too short");
		if (got < 0)
			return flow_fail_errno(err, "temporary file");
		p += got;
		at += got;
		len -= (size_t)got;
	}
	return FLOW_OK;
}

bool
spill_has(const struct spill *s, size_t grouping)
{
	for (size_t c = 0; c < s->chunks; c++)
		if (s->chunk[c].grouping == grouping)
			return true;
	return false;
}
