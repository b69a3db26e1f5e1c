/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "parquet/encoding/delta.h"

/* The most bytes that texts of a DELTA_BYTE_ARRAY page may expand to. */
#define UNFOLDED_MAX ((size_t)256 << 20)

/* The most texts of a chunk, and lengths of a page: a few bytes can announce any number. */
#define TEXTS_MAX ((uint32_t)1 << 27)
#define LENGTHS_MAX ((uint32_t)1 << 24)

void
texts_release(struct texts *t)
{
	size_t i;

	for (i = 0; i < t->blocks; i++) {
		buf_release(t->block[i]);
		free(t->block[i]);
	}
	free(t->block);
	free(t->text);
	*t = (struct texts){ NULL, 0, 0, NULL, 0, 0, 0 };
}

void
texts_clear(struct texts *t)
{
	t->count = 0;
	t->used = 0;
}

struct buf *
texts_block(struct texts *t)
{
	struct buf *b;

	if (t->used < t->blocks) {
		b = t->block[t->used++];
		buf_clear(b);
		return b;
	}
	if (!VEC_RESERVE(t->block, t->blocks_cap, t->blocks + 1))
		return NULL;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return NULL;
	t->block[t->blocks++] = b;
	t->used = t->blocks;
	return b;
}

/* Makes room for n more texts. */
static enum flow_status
reserve(struct texts *t, size_t n, struct flow_error *err)
{
	size_t cap = t->cap == 0 ? 256 : t->cap;
	struct flow_text *bigger;

	if (n > TEXTS_MAX - t->count)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many texts");
	while (cap < t->count + n)
		cap *= 2;
	if (cap == t->cap)
		return FLOW_OK;
	bigger = realloc(t->text, cap * sizeof(*bigger));
	if (bigger == NULL)
		return flow_fail_memory(err);
	t->text = bigger;
	t->cap = (uint32_t)cap;
	return FLOW_OK;
}

static enum flow_status
add(struct texts *t, const void *p, uint32_t len, struct flow_error *err)
{
	enum flow_status st = t->count < t->cap ? FLOW_OK : reserve(t, 1, err);

	if (st == FLOW_OK)
		t->text[t->count++] = (struct flow_text){ p, len };
	return st;
}

static enum flow_status
malformed(const char *encoding, struct flow_error *err)
{
	return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "malformed %s data", encoding);
}

enum flow_status
texts_add_plain(struct texts *t, struct cursor in, uint32_t n, struct flow_error *err)
{
	/* A text takes at least four bytes, whatever count the page's header claims. */
	size_t most = cursor_left(&in) / sizeof(uint32_t);
	bool all = n == UINT32_MAX;
	struct flow_text *text;
	enum flow_status st;
	uint32_t i = 0;

	if (n < most)
		most = n;
	st = reserve(t, most, err);
	if (st != FLOW_OK)
		return st;
	text = t->text + t->count;
	while (i < most && cursor_left(&in) > 0) {
		text[i].len = cursor_le32(&in);
		text[i].p = (const char *)cursor_bytes(&in, text[i].len);
		if (cursor_failed(&in))
			break;
		i++;
	}
	t->count += i;
	return i == n || (all && !cursor_failed(&in) && cursor_left(&in) == 0) ? FLOW_OK :
	    malformed("PLAIN", err);
}

/* Reads the lengths of a page, allocated; NULL if it fails, with *st set. */
static uint64_t *
read_lengths(struct cursor *in, uint32_t n, size_t *count, enum flow_status *st,
    struct flow_error *err)
{
	uint64_t announced = delta_count(*in);
	uint64_t *lengths;

	if (announced > n) {
		*st = malformed("DELTA_LENGTH_BYTE_ARRAY", err);
		return NULL;
	}
	if (announced > LENGTHS_MAX) {
		*st = flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET,
		    "a page of more than %u texts", LENGTHS_MAX);
		return NULL;
	}
	lengths = malloc(((size_t)announced + 1) * sizeof(*lengths));
	if (lengths == NULL) {
		*st = flow_fail_memory(err);
	} else if (!delta_decode(in, (size_t)announced, lengths)) {
		*st = malformed("DELTA_LENGTH_BYTE_ARRAY", err);
		free(lengths);
		lengths = NULL;
	}
	*count = (size_t)announced;
	return lengths;
}

enum flow_status
texts_add_delta_length(struct texts *t, struct cursor in, uint32_t n, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	size_t count, i;
	uint64_t *lengths;

	if (cursor_left(&in) == 0)
		return FLOW_OK;
	lengths = read_lengths(&in, n, &count, &st, err);
	for (i = 0; lengths != NULL && i < count && st == FLOW_OK; i++) {
		uint32_t len = (uint32_t)lengths[i];
		const uint8_t *p = cursor_bytes(&in, len);

		st = p != NULL ? add(t, p, len, err) : malformed("DELTA_LENGTH_BYTE_ARRAY", err);
	}
	free(lengths);
	return st;
}

/* Makes one text of a prefix of the previous one and a suffix; its bytes do not move. */
static enum flow_status
unfold(struct texts *t, struct buf *out, uint32_t prefix, const struct flow_text *suffix,
    struct flow_text *before, struct flow_error *err)
{
	uint8_t *p = buf_end(out);

	if (prefix > before->len || out->cap - out->len < (size_t)prefix + suffix->len)
		return malformed("DELTA_BYTE_ARRAY", err);
	if (prefix > 0)
		memcpy(p, before->p, prefix);
	if (suffix->len > 0)
		memcpy(p + prefix, suffix->p, suffix->len);
	out->len += (size_t)prefix + suffix->len;
	*before = (struct flow_text){ (const char *)p, prefix + suffix->len };
	return add(t, p, before->len, err);
}

enum flow_status
texts_add_delta(struct texts *t, struct cursor in, uint32_t n, struct flow_error *err)
{
	struct texts suffixes = { NULL, 0, 0, NULL, 0, 0, 0 };
	struct flow_text before = { "", 0 };
	enum flow_status st = FLOW_OK;
	struct buf *out = texts_block(t);
	size_t count = 0, bytes = 0, i;
	uint64_t *prefixes;

	if (out == NULL)
		return flow_fail_memory(err);
	if (cursor_left(&in) == 0)
		return FLOW_OK;
	prefixes = read_lengths(&in, n, &count, &st, err);
	if (prefixes != NULL)
		st = texts_add_delta_length(&suffixes, in, n, err);
	if (st == FLOW_OK && suffixes.count != count)
		st = malformed("DELTA_BYTE_ARRAY", err);
	for (i = 0; i < count && st == FLOW_OK; i++) {
		bytes += (size_t)(uint32_t)prefixes[i] + suffixes.text[i].len;
		if (bytes > UNFOLDED_MAX)
			st = flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET,
			    "a page of more than 256 MiB of text");
	}
	if (st == FLOW_OK && !buf_reserve(out, bytes + 1))
		st = flow_fail_memory(err);
	for (i = 0; i < count && st == FLOW_OK; i++)
		st = unfold(t, out, (uint32_t)prefixes[i], &suffixes.text[i], &before, err);
	free(prefixes);
	texts_release(&suffixes);
	return st;
}
