/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/flow_tools_inflate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/attr.h"
#include "history/flow_tools_file.h"

#define INPUT_BYTES ((size_t)64 << 10)

/* Pieces kept for threads that took an earlier part, but read it later. */
#define KEPT_MAX 8

struct piece {
	uint64_t offset;
	uint8_t *bytes;		/* NULL: free */
	size_t len;
	enum flow_status ended;	/* of the stream behind it */
};

struct flow_tools_inflate {
	pthread_mutex_t lock;
	z_stream stream;
	bool open;			/* `stream` is */
	uint64_t in, out;		/* bytes read from the file; bytes decompressed */
	enum flow_status ended;		/* FLOW_OK: not yet; FLOW_END, or the error behind `out` */
	struct flow_error why;
	struct piece kept[KEPT_MAX];
	size_t next;			/* kept piece to be replaced */
	uint8_t input[INPUT_BYTES];
};

struct flow_tools_inflate *
flow_tools_inflate_new(void)
{
	struct flow_tools_inflate *z = calloc(1, sizeof(*z));

	if (z != NULL)
		(void)pthread_mutex_init(&z->lock, NULL);
	return z;
}

static void
close_stream(struct flow_tools_inflate *z)
{
	if (z->open)
		(void)inflateEnd(&z->stream);
	z->open = false;
}

void
flow_tools_inflate_free(struct flow_tools_inflate *z)
{
	if (z == NULL)
		return;
	close_stream(z);
	for (size_t i = 0; i < KEPT_MAX; i++)
		free(z->kept[i].bytes);
	(void)pthread_mutex_destroy(&z->lock);
	free(z);
}

/* Starts the stream again from its beginning. */
static enum flow_status
restart(struct flow_tools_inflate *z, struct flow_error *err)
{
	close_stream(z);
	z->stream = (z_stream){ .next_in = NULL };
	if (inflateInit(&z->stream) != Z_OK)
		return flow_fail_memory(err);
	z->open = true;
	z->in = z->out = 0;
	z->ended = FLOW_OK;
	return FLOW_OK;
}

static void
end_stream(struct flow_tools_inflate *z, const struct flow_tools_file *file, enum flow_status st, const char *what)
{
	uint64_t at = file->data + z->in - z->stream.avail_in;

	z->ended = st;
	if (st != FLOW_END)
		(void)flow_fail(&z->why, st, (int64_t)at, "%s", what);
	close_stream(z);
}

/* Reads more of the file; the end of the file ends the stream. */
static enum flow_status
refill(struct flow_tools_inflate *z, const struct flow_tools_file *file, struct flow_error *err)
{
	uint64_t left = file->bytes.size - file->data - z->in;
	size_t n = left < INPUT_BYTES ? (size_t)left : INPUT_BYTES;
	enum flow_status st;

	if (n == 0) {
		end_stream(z, file, FLOW_ECORRUPT, "the compressed data ends too early");
		return FLOW_OK;
	}
	st = old_bytes_read(&file->bytes, file->data + z->in, z->input, n, err);
	if (st != FLOW_OK)
		return st;
	z->in += n;
	z->stream.next_in = z->input;
	z->stream.avail_in = (uInt)n;
	return FLOW_OK;
}

/* Decompresses the next bytes; *got < want where the stream has ended. */
static enum flow_status
inflate_some(struct flow_tools_inflate *z, const struct flow_tools_file *file, uint8_t *out, size_t want,
    size_t *got, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	int rc;

	*got = 0;
	while (*got < want && z->ended == FLOW_OK && st == FLOW_OK) {
		if (z->stream.avail_in == 0) {
			st = refill(z, file, err);
			continue;
		}
		z->stream.next_out = out + *got;
		z->stream.avail_out = (uInt)(want - *got);
		rc = inflate(&z->stream, Z_NO_FLUSH);
		*got = want - z->stream.avail_out;
		if (rc == Z_STREAM_END)
			end_stream(z, file, FLOW_END, NULL);
		else if (rc == Z_MEM_ERROR)
			st = flow_fail_memory(err);
		else if (rc != Z_OK && rc != Z_BUF_ERROR)
			end_stream(z, file, FLOW_ECORRUPT, "the compressed data is damaged here");
	}
	z->out += *got;
	return st;
}

/* Decompresses the next piece and keeps it for the thread that will ask for it. */
static enum flow_status
pass_over(struct flow_tools_inflate *z, const struct flow_tools_file *file, size_t want, struct flow_error *err)
{
	struct piece *p = &z->kept[z->next++ % KEPT_MAX];
	enum flow_status st;

	free(p->bytes);
	*p = (struct piece){ .offset = z->out, .bytes = malloc(want) };
	if (p->bytes == NULL)
		return flow_fail_memory(err);
	st = inflate_some(z, file, p->bytes, want, &p->len, err);
	p->ended = z->ended;
	return st;
}

static bool
take_kept(struct flow_tools_inflate *z, uint64_t offset, uint8_t *out, size_t *got, enum flow_status *ended)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct piece *p = &z->kept[i];

		if (p->bytes == NULL || p->offset != offset)
			continue;
		memcpy(out, p->bytes, p->len);
		*got = p->len;
		*ended = p->ended;
		free(p->bytes);
		*p = (struct piece){ .bytes = NULL };
		return true;
	}
	return false;
}

enum flow_status
flow_tools_inflate_read(const struct flow_tools_file *file, uint64_t offset, uint8_t *out, size_t want, size_t *got,
    struct flow_error *err)
{
	struct flow_tools_inflate *z = file->inflate;
	enum flow_status st = FLOW_OK, ended = FLOW_OK;

	*got = 0;
	(void)pthread_mutex_lock(&z->lock);
	if (!take_kept(z, offset, out, got, &ended)) {
		if (z->out > offset || (!z->open && z->ended == FLOW_OK))
			st = restart(z, err);
		while (st == FLOW_OK && z->out < offset && z->ended == FLOW_OK)
			st = pass_over(z, file, want, err);
		if (st == FLOW_OK && z->out == offset) {
			st = inflate_some(z, file, out, want, got, err);
			ended = z->ended;
		}
	}
	if (st == FLOW_OK && *got < want && ended != FLOW_OK && ended != FLOW_END) {
		st = ended;
		if (err != NULL)
			*err = z->why;
	}
	(void)pthread_mutex_unlock(&z->lock);
	return st;
}
