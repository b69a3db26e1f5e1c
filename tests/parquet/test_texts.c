/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/encoding/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/encoding/bitpack.h"
#include "parquet/encoding/delta.h"
#include "parquet/dict/text_sort.h"
#include "tap.h"

static bool
is_text(const struct texts *t, uint32_t i, const char *want)
{
	return i < t->count && t->text[i].len == strlen(want) &&
	    memcmp(t->text[i].p, want, strlen(want)) == 0;
}

/* A block of the texts that begins with a list of differences; bytes may follow. */
static struct buf *
block(struct texts *t, const uint64_t *lengths, size_t n)
{
	struct buf *b = texts_block(t);

	delta_encode(lengths, n, 32, b);
	return b;
}

static struct cursor
finish(struct buf *b)
{
	if (!buf_reserve(b, BITPACK_SLACK))
		ok(false);
	return cursor_make(b->data, b->len);
}

static void
plain(void)
{
	static const char bytes[] = "\5\0\0\0Hello\0\0\0\0\6\0\0\0World!";
	struct texts t = { 0 };

	ok(texts_add_plain(&t, cursor_make(bytes, sizeof(bytes) - 1), UINT32_MAX, NULL) == FLOW_OK);
	is_uint(t.count, 3);
	ok(is_text(&t, 0, "Hello") && is_text(&t, 1, "") && is_text(&t, 2, "World!"));
	ok(texts_add_plain(&t, cursor_make(bytes, sizeof(bytes) - 1), 1, NULL) == FLOW_OK);
	is_uint(t.count, 4);
	ok(texts_add_plain(&t, cursor_make(bytes, 9), 2, NULL) == FLOW_EFORMAT);
	for (size_t cut = 1; cut < 9; cut++)
		ok(texts_add_plain(&t, cursor_make(bytes, cut), UINT32_MAX, NULL) == FLOW_EFORMAT);
	ok(texts_add_plain(&t, cursor_make("\xff\xff\xff\xff" "abc", 7), 1, NULL) == FLOW_EFORMAT);
	texts_clear(&t);
	is_uint(t.count, 0);
	texts_release(&t);
}

/* Encodings.md: "Hello", "World", "Foobar", "ABCDEF" are lengths 5 5 6 6 and all the bytes. */
static void
delta_length(void)
{
	static const uint64_t lengths[] = { 5, 5, 6, 6 };
	struct texts t = { 0 };
	struct buf *b = block(&t, lengths, 4);
	struct cursor in;

	buf_append_text(b, "HelloWorldFoobarABCDEF");
	in = finish(b);
	ok(texts_add_delta_length(&t, in, 4, NULL) == FLOW_OK);
	is_uint(t.count, 4);
	ok(is_text(&t, 0, "Hello") && is_text(&t, 1, "World") && is_text(&t, 2, "Foobar") &&
	    is_text(&t, 3, "ABCDEF"));
	ok(texts_add_delta_length(&t, in, 3, NULL) == FLOW_EFORMAT);
	in.end--;
	ok(texts_add_delta_length(&t, in, 4, NULL) == FLOW_EFORMAT);
	/* 2^25 texts in nine bytes: no memory is spent on them. */
	in = cursor_make("\x80\x01\x04\x80\x80\x80\x10\x00\x00", 9);
	ok(texts_add_delta_length(&t, in, UINT32_MAX, NULL) == FLOW_ELIMIT);
	texts_release(&t);
}

static struct buf *
words(struct texts *t, const uint64_t *prefixes, size_t n)
{
	static const uint64_t suffixes[] = { 4, 2, 6, 5 };
	struct buf *b = block(t, prefixes, n);

	delta_encode(suffixes, 4, 32, b);
	buf_append_text(b, "axislebabbleyhood");
	return b;
}

/* Encodings.md: "axis", "axle", "babble", "babyhood" share 0 2 0 3 bytes with the one before. */
static void
delta(void)
{
	static const uint64_t prefixes[] = { 0, 2, 0, 3 }, beyond[] = { 0, 5, 0, 3 },
	    huge[] = { 0, 0x7fffffff, 0, 3 }, first[] = { 1, 2, 0, 3 };
	struct texts t = { 0 };
	struct cursor in = finish(words(&t, prefixes, 4));

	ok(texts_add_delta(&t, in, 4, NULL) == FLOW_OK);
	is_uint(t.count, 4);
	ok(is_text(&t, 0, "axis") && is_text(&t, 1, "axle") && is_text(&t, 2, "babble") &&
	    is_text(&t, 3, "babyhood"));
	in.end--;
	ok(texts_add_delta(&t, in, 4, NULL) == FLOW_EFORMAT);
	ok(texts_add_delta(&t, finish(words(&t, beyond, 4)), 4, NULL) == FLOW_EFORMAT);
	ok(texts_add_delta(&t, finish(words(&t, huge, 4)), 4, NULL) == FLOW_ELIMIT);
	ok(texts_add_delta(&t, finish(words(&t, first, 4)), 4, NULL) == FLOW_EFORMAT);
	ok(texts_add_delta(&t, finish(words(&t, prefixes, 3)), 4, NULL) == FLOW_EFORMAT);
	texts_release(&t);
}

/* Bytewise, the shorter first; equal ones are one. */
static void
order(void)
{
	static const char *const word[] = { "b", "", "10.0.0.10", "2001:db8:0:0:1::2", "10.0.0.1",
		"2001:db8:0:0:1::1", "\xc3\xa9", "b", "2001:db8:0:0:1::", "ab", "10.0.0.1" };
	static const uint32_t want[] = { 7, 0, 2, 5, 1, 4, 8, 7, 3, 6, 1 };
	struct flow_text text[11];
	uint32_t rank[11], distinct;

	for (size_t i = 0; i < 11; i++)
		text[i] = (struct flow_text){ word[i], (uint32_t)strlen(word[i]) };
	ok(text_rank(text, 11, rank, &distinct));
	is_uint(distinct, 9);
	is_mem(rank, sizeof(rank), want, sizeof(want));
	ok(text_rank(text, 1, rank, &distinct) && rank[0] == 0 && distinct == 1);
	ok(text_rank(text, 0, rank, &distinct) && distinct == 0);
	ok(text_compare(&text[1], &text[0]) < 0 && text_compare(&text[0], &text[7]) == 0);
}

#define MANY 6000

/* Addresses of both families, and what looks like them, each some times; `kind` 0: IPv4 alone. */
static int
random_text(unsigned kind, char *out, size_t room)
{
	static const char *const odd[] = { "", "0.0.0.0", "255.255.255.255", "1.2.3", "1.2.3.4.", "01.2.3.4",
	    "256.1.1.1",
		"1.2.3.4.5", "1..2.3", ".1.2.3", "1.2.3.4x", "10.0.0", "100.", "9", "99.9.9.99 ", "1.2.3.0004",
		"00.0.0.0", "::ffff:1.2.3.4", "10.0.0.1:80" };
	unsigned r = (unsigned)rand();

	if (kind > 0 && r % 7 == 0)
		return snprintf(out, room, "2001:db8::%x", r >> 8 & 0xfff);
	if (kind > 0 && r % 50 == 1)
		return snprintf(out, room, "%s", odd[(r >> 8) % (sizeof(odd) / sizeof(odd[0]))]);
	if (r % 3 == 0)
		return snprintf(out, room, "10.0.%u.%u", r >> 8 & 7, r >> 16 & 255);
	return snprintf(out, room, "%u.%u.%u.%u", r >> 4 & 255, r >> 8 & 255, r >> 16 & 255, r >> 20 & 255);
}

static int
by_text(const void *a, const void *b)
{
	return text_compare(*(const struct flow_text *const *)a, *(const struct flow_text *const *)b);
}

/* Many texts are ranked as qsort orders them. */
static void
many(unsigned kind)
{
	static char bytes[MANY][40];
	static struct flow_text text[MANY];
	static const struct flow_text *sorted[MANY];
	static uint32_t rank[MANY];
	uint32_t distinct, next = 0, wrong = 0;
	size_t i;

	for (i = 0; i < MANY; i++) {
		text[i] = (struct flow_text){ bytes[i], (uint32_t)random_text(kind, bytes[i], sizeof(bytes[i])) };
		sorted[i] = &text[i];
	}
	qsort(sorted, MANY, sizeof(sorted[0]), by_text);
	ok(text_rank(text, MANY, rank, &distinct));
	for (i = 0; i < MANY; i++) {
		next += i > 0 && text_compare(sorted[i - 1], sorted[i]) != 0;
		wrong += rank[sorted[i] - text] != next;
	}
	is_uint(wrong, 0);
	is_uint(distinct, next + 1);
}

int
main(void)
{
	srand(1);
	plain();
	delta_length();
	delta();
	order();
	many(0);
	many(1);
	return tap_done();
}
