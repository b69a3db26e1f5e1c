/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/text_dict.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/* The offset of every MARK_EVERYth entry is recorded. */
#define MARK_EVERY 64

/* The part of an entry that is compared first: its length and four bytes of text, masked if it has fewer. */
struct head {
	uint64_t bytes, mask;
	const struct flow_text *text;
};

void
text_dict_release(struct text_dict *d)
{
	free(d->mark);
	*d = (struct text_dict){ .count = 0 };
}

static struct head
make_head(const struct flow_text *text)
{
	uint8_t bytes[8] = { 0 }, mask[8] = { 0xff, 0xff, 0xff, 0xff };
	uint32_t some;

	/* Matches no entry, as the mask is 0. */
	if (text == NULL)
		return (struct head){ .bytes = UINT64_MAX, .mask = 0 };
	some = text->len < 4 ? text->len : 4;
	store_le32(bytes, text->len);
	if (some > 0)
		memcpy(bytes + 4, text->p, some);
	memset(mask + 4, 0xff, some);
	return (struct head){ load_le64(bytes), load_le64(mask), text };
}

static void
note_hit(struct text_dict *d, const struct head *head, size_t at)
{
	const struct flow_text *text = head->text;

	if (text->len > 0 && memcmp(d->bytes + at + 4, text->p, text->len) != 0)
		return;
	if (d->hits < TEXT_DICT_HITS_MAX)
		d->hit[d->hits] = (uint32_t)at;
	d->hits++;
}

static enum flow_status
malformed(struct flow_error *err)
{
	return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "malformed PLAIN data");
}

/* Walks over all entries; FLOW_EFORMAT if one does not end within the page. */
static enum flow_status
walk(struct text_dict *d, const struct head *head, struct flow_error *err)
{
	size_t at = 0;
	uint32_t code;

	for (code = 0; code < d->count; code++) {
		uint64_t bytes = load_le64(d->bytes + at);
		uint64_t end = (uint64_t)at + 4 + (uint32_t)bytes;

		if (UNLIKELY(end > d->len))
			return malformed(err);
		if (UNLIKELY((bytes & head->mask) == head->bytes))
			note_hit(d, head, at);
		if (code % MARK_EVERY == 0)
			d->mark[code / MARK_EVERY] = (uint32_t)at;
		at = (size_t)end;
	}
	d->end = (uint32_t)at;
	return FLOW_OK;
}

static enum flow_status
reserve_marks(struct text_dict *d, size_t marks, struct flow_error *err)
{
	uint32_t *bigger;

	if (marks <= d->marks_cap)
		return FLOW_OK;
	bigger = realloc(d->mark, marks * sizeof(*bigger));
	if (bigger == NULL)
		return flow_fail_memory(err);
	d->mark = bigger;
	d->marks_cap = marks;
	return FLOW_OK;
}

enum flow_status
text_dict_open(struct text_dict *d, struct cursor in, uint32_t count,
    const struct flow_text *sought, struct flow_error *err)
{
	struct head head = make_head(sought);
	enum flow_status st;

	if (cursor_left(&in) > UINT32_MAX)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "a dictionary of more than 4 GiB");
	/* Each entry has a length: refuse a count that the page cannot hold before memory is asked for. */
	if (count > cursor_left(&in) / 4)
		return malformed(err);
	st = reserve_marks(d, count / MARK_EVERY + 1, err);
	if (st != FLOW_OK)
		return st;
	d->bytes = in.pos;
	d->len = (uint32_t)cursor_left(&in);
	d->count = count;
	d->hits = 0;
	return walk(d, &head, err);
}

struct cursor
text_dict_bytes(const struct text_dict *d)
{
	return cursor_make(d->bytes, d->len);
}

struct flow_text
text_dict_entry(const struct text_dict *d, uint32_t code)
{
	const uint8_t *p = d->bytes + d->mark[code / MARK_EVERY];
	uint32_t n;

	for (n = code % MARK_EVERY; n > 0; n--)
		p += 4 + load_le32(p);
	return (struct flow_text){ (const char *)p + 4, load_le32(p) };
}

uint32_t
text_dict_hit(const struct text_dict *d, size_t hit)
{
	uint32_t offset = d->hit[hit], code;
	size_t low = 0, high = d->count / MARK_EVERY + (d->count % MARK_EVERY != 0);
	const uint8_t *p;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (d->mark[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	code = (uint32_t)low * MARK_EVERY;
	for (p = d->bytes + d->mark[low]; p < d->bytes + offset; code++)
		p += 4 + load_le32(p);
	return code;
}
