/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries of a folded dictionary are those of the array that texts_add_plain makes. */
#include "parquet/dict/text_dict.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "parquet/encoding/bitpack.h"
#include "parquet/encoding/texts.h"
#include "tap.h"

static uint32_t
next_random(uint32_t below)
{
	static uint64_t n;

	return (uint32_t)(hash_mix64(++n) >> 32) % below;
}

static void
add(struct buf *page, const void *text, uint32_t len)
{
	buf_append_le32(page, len);
	buf_append(page, text, len);
}

/* Slack that nobody may believe. */
static struct cursor
finish(struct buf *page)
{
	if (!buf_reserve(page, BITPACK_SLACK))
		ok(false);
	memset(buf_end(page), 0, BITPACK_SLACK);
	return cursor_make(page->data, page->len);
}

static bool
is_hit(const struct text_dict *d, uint32_t code)
{
	bool is = false;

	for (size_t i = 0; i < d->hits; i++)
		is = is || text_dict_hit(d, i) == code;
	return is;
}

/* Codes of a text by the array, and whether the dictionary has the same ones and entries. */
static bool
agrees(struct text_dict *d, const struct buf *page, uint32_t count, const struct flow_text *sought)
{
	struct cursor in = cursor_make(page->data, page->len);
	struct texts all = { 0 };
	size_t hits = 0;
	bool good = texts_add_plain(&all, in, count, NULL) == FLOW_OK &&
	    text_dict_open(d, in, count, sought, NULL) == FLOW_OK && d->count == count;

	for (uint32_t i = 0; i < count && good; i++) {
		struct flow_text entry = text_dict_entry(d, i);

		good = entry.p == all.text[i].p && entry.len == all.text[i].len;
		if (!good || sought == NULL || text_compare(&entry, sought) != 0)
			continue;
		good = d->hits > TEXT_DICT_HITS_MAX || is_hit(d, i);
		hits++;
	}
	good = good && (d->hits == hits || (d->hits > TEXT_DICT_HITS_MAX && hits > TEXT_DICT_HITS_MAX));
	texts_release(&all);
	return good;
}

static bool
entry_is(struct text_dict *d, uint32_t code, const char *want)
{
	struct flow_text entry = text_dict_entry(d, code);

	return entry.len == strlen(want) && memcmp(entry.p, want, entry.len) == 0;
}

static void
by_hand(void)
{
	static const struct flow_text world = { "World!", 6 }, hell = { "Hell", 4 }, none = { "", 0 };
	struct text_dict d = { 0 };
	struct buf page = BUF_INIT;
	struct cursor in;

	add(&page, "Hello", 5);
	add(&page, "", 0);
	add(&page, "World!", 6);
	in = finish(&page);
	ok(text_dict_open(&d, in, 3, &world, NULL) == FLOW_OK);
	is_uint(d.hits, 1);
	is_uint(text_dict_hit(&d, 0), 2);
	ok(entry_is(&d, 0, "Hello") && entry_is(&d, 1, "") && entry_is(&d, 2, "World!"));
	ok(text_dict_open(&d, in, 3, &hell, NULL) == FLOW_OK);
	is_uint(d.hits, 0);
	ok(text_dict_open(&d, in, 3, &none, NULL) == FLOW_OK);
	is_uint(d.hits, 1);
	is_uint(text_dict_hit(&d, 0), 1);
	/* What is behind the last entry is none. */
	ok(text_dict_open(&d, in, 2, &world, NULL) == FLOW_OK);
	is_uint(d.hits, 0);
	ok(text_dict_open(&d, in, 0, &world, NULL) == FLOW_OK);
	is_uint(d.count, 0);
	ok(text_dict_open(&d, in, 4, NULL, NULL) == FLOW_EFORMAT);
	ok(text_dict_open(&d, in, UINT32_MAX, NULL, NULL) == FLOW_EFORMAT);
	for (size_t cut = 0; cut < page.len; cut++)
		ok(text_dict_open(&d, cursor_make(page.data, cut), 3, &world, NULL) == FLOW_EFORMAT);
	memset(page.data + 9, 0xff, 4);
	ok(text_dict_open(&d, in, 3, &world, NULL) == FLOW_EFORMAT);
	text_dict_release(&d);
	buf_release(&page);
}

enum kind {
	HOSTS,		/* sorted or not, what a dictionary of addresses is like */
	UNEVEN,		/* short ones, then long ones */
	LONG,		/* longer than addresses are */
	DECEIVING,	/* bytes that look like entries, also like the one that is sought */
};

static void
make_page(enum kind kind, uint32_t count, struct buf *page)
{
	char text[300];
	uint32_t i, len;

	for (i = 0; i < count; i++) {
		memset(text, 0, sizeof(text));
		if (kind == HOSTS || (kind == UNEVEN && i > count / 3)) {
			len = (uint32_t)snprintf(text, sizeof(text), "10.%u.%u.%u", next_random(256),
			    next_random(256), next_random(256));
		} else if (kind == UNEVEN) {
			len = i % 3;
			memset(text, 'x', len);
		} else if (kind == LONG) {
			len = 65 + next_random(200);
			memset(text, 'y', len);
		} else {
			len = 8 + 4 * next_random(16);
			for (uint32_t k = 0; k < len; k += 4)
				memcpy(text + k, next_random(2) == 0 ? "\4\0\0\0" : "host", 4);
		}
		add(page, text, len);
	}
}

/* An entry in its page, cut out of it by hand: the middle one. */
static struct flow_text
some_entry(const struct buf *page, uint32_t count)
{
	const uint8_t *p = page->data;

	for (uint32_t i = 0; i < count / 2; i++)
		p += 4 + load_le32(p);
	return (struct flow_text){ (const char *)p + 4, load_le32(p) };
}

static void
made(void)
{
	static const uint32_t counts[] = { 1, 63, 64, 65, 500, 5000, 20011 };
	static const struct flow_text host = { "host", 4 }, odd = { "10.1.2.300", 10 };
	struct text_dict d = { 0 };

	for (int kind = HOSTS; kind <= DECEIVING; kind++) {
		for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
			struct buf page = BUF_INIT;
			struct flow_text entry;

			make_page((enum kind)kind, counts[i], &page);
			(void)finish(&page);
			entry = some_entry(&page, counts[i]);
			ok(agrees(&d, &page, counts[i], NULL));
			ok(agrees(&d, &page, counts[i], &entry));
			ok(agrees(&d, &page, counts[i], &host));
			ok(agrees(&d, &page, counts[i], &odd));
			/* More bytes than entries, and fewer. */
			ok(agrees(&d, &page, counts[i] - 1, &entry));
			ok(text_dict_open(&d, cursor_make(page.data, page.len), counts[i] + 1, NULL,
			    NULL) == FLOW_EFORMAT);
			ok(text_dict_open(&d, cursor_make(page.data, page.len - 1), counts[i], NULL,
			    NULL) == FLOW_EFORMAT);
			buf_release(&page);
		}
	}
	text_dict_release(&d);
}

/* A length somewhere in a large page is made another. */
static void
damaged(void)
{
	struct buf page = BUF_INIT;
	struct text_dict d = { 0 };
	uint32_t count = 5000, refused = 0;

	make_page(HOSTS, count, &page);
	(void)finish(&page);
	for (uint32_t i = 0; i < 200; i++) {
		struct cursor in = cursor_make(page.data, page.len);
		size_t at = next_random((uint32_t)page.len);
		uint8_t was = page.data[at];
		struct texts all = { 0 };
		bool good;

		page.data[at] ^= (uint8_t)(1 << next_random(8));
		good = texts_add_plain(&all, in, count, NULL) == FLOW_OK;
		ok(good ? agrees(&d, &page, count, NULL) :
		    text_dict_open(&d, in, count, NULL, NULL) == FLOW_EFORMAT);
		refused += !good;
		page.data[at] = was;
		texts_release(&all);
	}
	ok(refused > 20);
	text_dict_release(&d);
	buf_release(&page);
}

/* A dictionary should have a text once; up to TEXT_DICT_HITS_MAX times is told. */
static void
repeated(void)
{
	static const struct flow_text twin = { "192.0.2.1", 9 };
	struct text_dict d = { 0 };

	for (uint32_t times = 0; times < 7; times++) {
		struct buf page = BUF_INIT;

		for (uint32_t i = 0; i < 3000; i++) {
			bool is_twin = i % 400 == 399 && i / 400 < times;

			add(&page, is_twin ? "192.0.2.1" : "192.0.2.2", 9);
		}
		(void)finish(&page);
		ok(agrees(&d, &page, 3000, &twin));
		ok(times <= TEXT_DICT_HITS_MAX ? d.hits == times : d.hits > TEXT_DICT_HITS_MAX);
		buf_release(&page);
	}
	text_dict_release(&d);
}

int
main(void)
{
	by_hand();
	made();
	damaged();
	repeated();
	return tap_done();
}
