/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/text_dict.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/* Entries between marks. */
#define MARK_EVERY 64

/*
 * Where the next entry begins is known when the length of this one has come from memory: some
 * seven cycles for each.  So a large dictionary is passed in four places at once, from where
 * entries seem to begin on; that they do is known when those before have ended just there.
 */
#define LANES 4
#define LANES_BYTES_MIN 8192

/* How far an entry is looked for, and the longest text that is believed to be one. */
#define GUESS_BYTES 256
#define GUESS_LENGTH_MAX 64

/* What is compared of an entry first: its length and four bytes of text, masked where it has fewer. */
struct head {
	uint64_t bytes, mask;
	const struct flow_text *text;
};

/* Entries that follow each other: those that begin in [p, stop). */
struct lane {
	const uint8_t *p, *stop;
	struct text_mark *mark;
	size_t marks;
	uint32_t count;
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

	/* No masked bytes are like these. */
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
note_hit(struct text_dict *d, const struct head *head, const uint8_t *p)
{
	if (head->text->len > 0 && memcmp(p + 4, head->text->p, head->text->len) != 0)
		return;
	if (d->hits < TEXT_DICT_HITS_MAX)
		d->hit[d->hits] = (uint32_t)(p - d->bytes);
	d->hits++;
}

/* The entry behind the one at p; NULL where that does not end within the page. */
static inline const uint8_t *
next_entry(struct text_dict *d, const struct head *head, const uint8_t *p)
{
	size_t left = (size_t)(d->bytes + d->len - p);
	uint64_t bytes = load_le64(p);
	uint32_t len = (uint32_t)bytes;

	if (UNLIKELY(left < 4 || left - 4 < len))
		return NULL;
	if (UNLIKELY((bytes & head->mask) == head->bytes))
		note_hit(d, head, p);
	return p + 4 + len;
}

static void
leave_mark(const struct text_dict *d, struct lane *l)
{
	l->mark[l->marks++] = (struct text_mark){ l->count, (uint32_t)(l->p - d->bytes) };
}

/*
 * Passes up to MARK_EVERY entries of each lane, behind a mark for each; false where one does not end
 * within the page.  *more: some lane has more.
 */
VECTORIZED static bool
pass_some(struct text_dict *d, const struct head *head, struct lane *lane, bool *more)
{
	const uint8_t *p[LANES];
	unsigned i, n;

	for (i = 0; i < LANES; i++) {
		p[i] = lane[i].p;
		if (p[i] < lane[i].stop)
			leave_mark(d, &lane[i]);
	}
	for (n = 0; n < MARK_EVERY; n++) {
		for (i = 0; i < LANES; i++) {
			if (p[i] >= lane[i].stop)
				continue;
			p[i] = next_entry(d, head, p[i]);
			if (UNLIKELY(p[i] == NULL))
				return false;
			lane[i].count++;
		}
	}
	*more = false;
	for (i = 0; i < LANES; i++) {
		lane[i].p = p[i];
		*more |= p[i] < lane[i].stop;
	}
	return true;
}

/* The entry that seems to begin at or behind `at`, as others do behind it; 0 if none is near. */
static size_t
guess(const struct text_dict *d, size_t at)
{
	size_t last = at + GUESS_BYTES, q;
	unsigned in_a_row;

	for (; at < last; at++) {
		q = at;
		for (in_a_row = 0; in_a_row < 3 && q + 4 <= d->len; in_a_row++) {
			if (load_le32(d->bytes + q) > GUESS_LENGTH_MAX)
				break;
			q += 4 + load_le32(d->bytes + q);
		}
		if (in_a_row == 3)
			return at;
	}
	return 0;
}

/* The most marks that lanes may leave in so many bytes. */
static size_t
marks_in(size_t bytes)
{
	return bytes / (4 * MARK_EVERY) + 1;
}

/* Cuts the page into lanes; false where that cannot be. */
static bool
cut_lanes(const struct text_dict *d, struct lane *lane)
{
	const uint8_t *end = d->bytes + d->len;
	struct text_mark *mark = d->mark;
	unsigned i;

	for (i = 0; i < LANES; i++) {
		size_t at = i == 0 ? 0 : guess(d, (size_t)d->len / LANES * i);

		if (i > 0 && at == 0)
			return false;
		lane[i] = (struct lane){ .p = d->bytes + at, .stop = end };
		if (i > 0)
			lane[i - 1].stop = lane[i].p;
	}
	for (i = 0; i < LANES; i++) {
		lane[i].mark = mark;
		mark += marks_in((size_t)(lane[i].stop - lane[i].p));
	}
	return true;
}

/* All entries in lanes; false if that cannot be, which does not say that they are malformed. */
static bool
pass_in_lanes(struct text_dict *d, const struct head *head)
{
	struct lane lane[LANES];
	uint32_t count = 0;
	bool more = true;
	unsigned i;
	size_t m;

	if (d->len < LANES_BYTES_MIN || !cut_lanes(d, lane))
		return false;
	while (more)
		if (!pass_some(d, head, lane, &more))
			return false;
	for (i = 0; i < LANES; i++) {
		if (lane[i].p != lane[i].stop)
			return false;
		for (m = 0; m < lane[i].marks; m++) {
			d->mark[d->marks] = lane[i].mark[m];
			d->mark[d->marks++].code += count;
		}
		count += lane[i].count;
	}
	return count == d->count;
}

/* One after the other, up to the last one that the header tells of. */
static bool
pass_in_order(struct text_dict *d, const struct head *head)
{
	struct lane all = { .p = d->bytes, .mark = d->mark };

	for (; all.count < d->count; all.count++) {
		if (all.count % MARK_EVERY == 0)
			leave_mark(d, &all);
		all.p = next_entry(d, head, all.p);
		if (all.p == NULL)
			return false;
	}
	d->marks = all.marks;
	return true;
}

static bool
reserve_marks(struct text_dict *d)
{
	size_t most = marks_in(d->len) + LANES;
	struct text_mark *bigger;

	if (most <= d->marks_cap)
		return true;
	bigger = realloc(d->mark, most * sizeof(*bigger));
	if (bigger == NULL)
		return false;
	d->mark = bigger;
	d->marks_cap = most;
	return true;
}

enum flow_status
text_dict_open(struct text_dict *d, struct cursor in, uint32_t count,
    const struct flow_text *sought, struct flow_error *err)
{
	struct head head = make_head(sought);

	if (cursor_left(&in) > UINT32_MAX)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "a dictionary of more than 4 GiB");
	d->bytes = in.pos;
	d->len = (uint32_t)cursor_left(&in);
	d->count = count;
	d->hits = d->marks = 0;
	if (!reserve_marks(d))
		return flow_fail_memory(err);
	if (pass_in_lanes(d, &head))
		return FLOW_OK;
	d->hits = d->marks = 0;
	if (pass_in_order(d, &head))
		return FLOW_OK;
	d->count = 0;
	return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "malformed PLAIN data");
}

struct flow_text
text_dict_entry(const struct text_dict *d, uint32_t code)
{
	size_t low = 0, high = d->marks;	/* the mark is in [low, high) */
	const uint8_t *p;
	uint32_t n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (d->mark[middle].code <= code)
			low = middle;
		else
			high = middle;
	}
	p = d->bytes + d->mark[low].offset;
	for (n = code - d->mark[low].code; n > 0; n--)
		p += 4 + load_le32(p);
	return (struct flow_text){ (const char *)p + 4, load_le32(p) };
}

uint32_t
text_dict_hit(const struct text_dict *d, size_t hit)
{
	uint32_t offset = d->hit[hit], code;
	size_t low = 0, high = d->marks;
	const uint8_t *p;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (d->mark[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	code = d->mark[low].code;
	for (p = d->bytes + d->mark[low].offset; p < d->bytes + offset; code++)
		p += 4 + load_le32(p);
	return code;
}
