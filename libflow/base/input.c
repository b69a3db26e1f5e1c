/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* One read(2), and the least size of the buffer. */
#define READ_BYTES ((size_t)1 << 20)

/* Compressed bytes per read(2). */
#define PACKED_BYTES ((size_t)1 << 17)

struct input {
	int fd;			/* -1: memory */
	bool keep_fd;		/* standard input is not ours to close */
	bool begun;		/* the test for gzip has been made */
	bool ended;
	char *name;
	uint8_t *buf;		/* NULL for memory */
	size_t cap;
	const uint8_t *pos;	/* unread bytes: pos .. end */
	const uint8_t *end;
	uint64_t offset;	/* of pos */
	z_stream *gzip;		/* NULL: plain */
	bool member_open;	/* within a gzip member */
	uint8_t *packed;
};

static struct input *
input_new(const char *name)
{
	struct input *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->fd = -1;
	in->name = strdup(name);
	if (in->name == NULL) {
		free(in);
		return NULL;
	}
	return in;
}

enum flow_status
input_open(const char *path, struct input **out, struct flow_error *err)
{
	bool standard = strcmp(path, "-") == 0;
	struct input *in = input_new(standard ? "standard input" : path);
	enum flow_status status;

	if (in == NULL)
		return flow_fail_memory(err);
	in->cap = READ_BYTES;
	in->buf = malloc(in->cap);
	if (in->buf == NULL) {
		input_close(in);
		return flow_fail_memory(err);
	}
	in->pos = in->end = in->buf;
	in->keep_fd = standard;
	in->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0) {
		status = flow_fail_errno(err, "%s", path);
		input_close(in);
		return status;
	}
	*out = in;
	return FLOW_OK;
}

struct input *
input_memory(const void *bytes, size_t len)
{
	struct input *in = input_new("memory");

	if (in == NULL)
		return NULL;
	in->pos = bytes;
	in->end = in->pos + len;
	in->begun = true;
	in->ended = true;
	return in;
}

void
input_close(struct input *in)
{
	if (in == NULL)
		return;
	if (in->gzip != NULL)
		(void)inflateEnd(in->gzip);
	if (in->fd >= 0 && !in->keep_fd)
		(void)close(in->fd);
	free(in->gzip);
	free(in->packed);
	free(in->buf);
	free(in->name);
	free(in);
}

/* read(2) across EINTR; *got 0 at the end. */
static enum flow_status
read_some(struct input *in, uint8_t *to, size_t room, size_t *got, struct flow_error *err)
{
	ssize_t n;

	do
		n = read(in->fd, to, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return flow_fail_errno(err, "%s", in->name);
	*got = (size_t)n;
	return FLOW_OK;
}

/* Reads compressed bytes if none are left; at the end of the file avail_in stays 0. */
static enum flow_status
fetch_packed(struct input *in, struct flow_error *err)
{
	enum flow_status status;
	size_t got = 0;

	if (in->gzip->avail_in > 0)
		return FLOW_OK;
	status = read_some(in, in->packed, PACKED_BYTES, &got, err);
	if (status != FLOW_OK)
		return status;
	in->gzip->next_in = in->packed;
	in->gzip->avail_in = (uInt)got;
	return FLOW_OK;
}

/* Decompresses something into `room`; several members are one stream (RFC 1952 2.2). */
static enum flow_status
inflate_some(struct input *in, uint8_t *to, size_t room, size_t *got, struct flow_error *err)
{
	z_stream *z = in->gzip;
	enum flow_status status;
	int zs;

	*got = 0;
	while (*got == 0) {
		status = fetch_packed(in, err);
		if (status != FLOW_OK)
			return status;
		if (z->avail_in == 0)
			return in->member_open ? flow_fail(err, FLOW_ETRUNCATED, FLOW_NO_OFFSET,
			    "%s: the compressed data ends too early", in->name) : FLOW_OK;
		if (!in->member_open && inflateReset(z) != Z_OK)
			return flow_fail_memory(err);
		in->member_open = true;
		z->next_out = to;
		z->avail_out = (uInt)room;
		zs = inflate(z, Z_NO_FLUSH);
		*got = room - z->avail_out;
		if (zs == Z_STREAM_END)
			in->member_open = false;
		else if (zs != Z_OK && zs != Z_BUF_ERROR)
			return flow_fail(err, FLOW_ECORRUPT, (int64_t)in->offset,
			    "%s: gzip: %s", in->name, z->msg != NULL ? z->msg : "damaged data");
	}
	return FLOW_OK;
}

/* Looks at the first bytes in the buffer: those of gzip become the input of zlib. */
static enum flow_status
begin_gzip(struct input *in, struct flow_error *err)
{
	size_t len = (size_t)(in->end - in->pos);

	in->begun = true;
	if (len < 2 || in->pos[0] != 0x1f || in->pos[1] != 0x8b)
		return FLOW_OK;
	in->packed = malloc(READ_BYTES);
	in->gzip = calloc(1, sizeof(*in->gzip));
	if (in->packed == NULL || in->gzip == NULL || inflateInit2(in->gzip, 15 + 16) != Z_OK) {
		free(in->gzip);
		in->gzip = NULL;
		return flow_fail_memory(err);
	}
	memcpy(in->packed, in->pos, len);
	in->gzip->next_in = in->packed;
	in->gzip->avail_in = (uInt)len;
	in->end = in->pos;
	return FLOW_OK;
}

/* Moves the unread bytes to the front and makes room for `n` bytes in all. */
static enum flow_status
make_room(struct input *in, size_t n, struct flow_error *err)
{
	size_t left = (size_t)(in->end - in->pos), cap = in->cap;
	uint8_t *buf;

	memmove(in->buf, in->pos, left);
	while (cap < n)
		cap *= 2;
	if (cap > in->cap) {
		buf = realloc(in->buf, cap);
		if (buf != NULL) {
			in->buf = buf;
			in->cap = cap;
		}
	}
	in->pos = in->buf;
	in->end = in->buf + left;
	return in->cap >= n ? FLOW_OK : flow_fail_memory(err);
}

static enum flow_status
fill(struct input *in, size_t n, struct flow_error *err)
{
	enum flow_status status = make_room(in, n, err);
	size_t got = 0;

	while (status == FLOW_OK && !in->ended && (size_t)(in->end - in->pos) < n) {
		uint8_t *to = in->buf + (in->end - in->buf);
		size_t room = in->cap - (size_t)(in->end - in->buf);

		status = in->gzip != NULL ? inflate_some(in, to, room, &got, err)
		    : read_some(in, to, room, &got, err);
		if (status != FLOW_OK)
			return status;
		in->end += got;
		in->ended = got == 0;
		if (!in->begun && ((size_t)(in->end - in->pos) >= 2 || in->ended))
			status = begin_gzip(in, err);
	}
	return status;
}

enum flow_status
input_peek(struct input *in, size_t n, const uint8_t **p, struct flow_error *err)
{
	size_t left = (size_t)(in->end - in->pos);
	enum flow_status status;

	if (UNLIKELY(left < n && !in->ended)) {
		if (n > INPUT_PEEK_MAX)
			return flow_fail(err, FLOW_ELIMIT, (int64_t)in->offset,
			    "%s: %zu bytes at once are too many", in->name, n);
		status = fill(in, n, err);
		if (status != FLOW_OK)
			return status;
		left = (size_t)(in->end - in->pos);
	}
	if (UNLIKELY(left < n))
		return left == 0 ? FLOW_END : FLOW_ETRUNCATED;
	*p = in->pos;
	return FLOW_OK;
}

void
input_skip(struct input *in, size_t n)
{
	in->pos += n;
	in->offset += n;
}

enum flow_status
input_discard(struct input *in, uint64_t n, struct flow_error *err)
{
	while (n > 0) {
		const uint8_t *p;
		enum flow_status status = input_peek(in, 1, &p, err);
		size_t step;

		if (status != FLOW_OK)
			return status == FLOW_END ? FLOW_ETRUNCATED : status;
		step = input_ready(in);
		if (step > n)
			step = (size_t)n;
		input_skip(in, step);
		n -= step;
	}
	return FLOW_OK;
}

size_t
input_ready(const struct input *in)
{
	return (size_t)(in->end - in->pos);
}

uint64_t
input_offset(const struct input *in)
{
	return in->offset;
}

const char *
input_name(const struct input *in)
{
	return in->name;
}
