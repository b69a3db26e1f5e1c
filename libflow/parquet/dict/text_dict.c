/* SPDX-License-Identifier: BSD-2-Clause */
#include "parquet/dict/text_dict.h"

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

/* Bytes that are decompressed at a time while a text is looked for. */
#define STEP 16384

/* How far an entry is looked for, and the longest text that is believed to be one. */
#define GUESS_BYTES 256
#define GUESS_LENGTH_MAX 64

/* What is compared of an entry first: its length and four bytes of text, masked where it has fewer. */
struct head {
	uint64_t bytes, mask;
	const struct flow_text *text;
};

/* Entries that follow each other: those that begin in [at, stop). */
struct lane {
	size_t at, stop;
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
note_hit(struct text_dict *d, const struct head *head, size_t at)
{
	const struct flow_text *text = head->text;

	if (text->len > 0 && memcmp(d->bytes + at + 4, text->p, text->len) != 0)
		return;
	if (d->hits < TEXT_DICT_HITS_MAX)
		d->hit[d->hits] = (uint32_t)at;
	d->hits++;
}

/* No entry ends here. */
#define CUT SIZE_MAX

/* Where the entry at `at` ends, and the next one begins; CUT: not within what is there. */
static inline size_t
next_entry(struct text_dict *d, const struct head *head, size_t at)
{
	uint64_t bytes = load_le64(d->bytes + at);
	uint64_t end = (uint64_t)at + 4 + (uint32_t)bytes;

	if (UNLIKELY(end > d->len))
		return CUT;
	if (UNLIKELY((bytes & head->mask) == head->bytes))
		note_hit(d, head, at);
	return (size_t)end;
}

static void
leave_mark(struct lane *l)
{
	l->mark[l->marks++] = (struct text_mark){ l->count, (uint32_t)l->at };
}

/*
 * Passes up to MARK_EVERY entries of each lane, behind a mark for each; false where one does not end
 * within its lane, except the last of all, which may be cut.  *more: some lane has more.
 */
VECTORIZED static bool
pass_some(struct text_dict *d, const struct head *head, struct lane *lane, bool *more)
{
	size_t at[LANES], next;
	unsigned i, n;

	for (i = 0; i < LANES; i++) {
		at[i] = lane[i].at;
		if (at[i] < lane[i].stop)
			leave_mark(&lane[i]);
	}
	for (n = 0; n < MARK_EVERY; n++) {
		for (i = 0; i < LANES; i++) {
			if (at[i] >= lane[i].stop)
				continue;
			next = next_entry(d, head, at[i]);
			if (UNLIKELY(next == CUT)) {
				if (i + 1 < LANES)
					return false;
				lane[i].stop = at[i];
				continue;
			}
			at[i] = next;
			lane[i].count++;
		}
	}
	*more = false;
	for (i = 0; i < LANES; i++) {
		lane[i].at = at[i];
		*more |= at[i] < lane[i].stop;
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

/* Cuts what is there into lanes; false where that cannot be. */
static bool
cut_lanes(const struct text_dict *d, struct lane *lane)
{
	struct text_mark *mark = d->mark + d->marks;
	size_t each = (d->len - d->at) / LANES;
	unsigned i;

	for (i = 0; i < LANES; i++) {
		size_t at = i == 0 ? d->at : guess(d, d->at + each * i);

		if (i > 0 && at == 0)
			return false;
		lane[i] = (struct lane){ .at = at, .stop = d->len };
		if (i > 0)
			lane[i - 1].stop = at;
	}
	for (i = 0; i < LANES; i++) {
		lane[i].mark = mark;
		mark += marks_in(lane[i].stop - lane[i].at);
	}
	return true;
}

/* Whether each lane ends where the next one begins, and there are not too many entries. */
static bool
lanes_fit(const struct text_dict *d, const struct lane *lane)
{
	uint64_t count = d->passed;
	unsigned i;

	for (i = 0; i < LANES; i++) {
		if (lane[i].at != lane[i].stop)
			return false;
		count += lane[i].count;
	}
	return count <= d->count;
}

/*
 * Passes all entries that are there, in lanes; false if that cannot be, which does not say that they
 * are malformed.
 */
static bool
pass_in_lanes(struct text_dict *d, const struct head *head)
{
	struct lane lane[LANES];
	bool more = true;
	unsigned i;
	size_t m;

	if (d->len - d->at < LANES_BYTES_MIN || !cut_lanes(d, lane))
		return false;
	while (more)
		if (!pass_some(d, head, lane, &more))
			return false;
	if (!lanes_fit(d, lane))
		return false;
	for (i = 0; i < LANES; i++) {
		for (m = 0; m < lane[i].marks; m++) {
			d->mark[d->marks] = lane[i].mark[m];
			d->mark[d->marks++].code += d->passed;
		}
		d->passed += lane[i].count;
	}
	d->at = (uint32_t)lane[LANES - 1].at;
	return true;
}

/* The same one after the other, up to the last entry that the header tells of. */
static void
pass_in_order(struct text_dict *d, const struct head *head)
{
	struct lane all = { .at = d->at, .mark = d->mark + d->marks, .count = d->passed };
	size_t next;

	while (all.count < d->count) {
		next = next_entry(d, head, all.at);
		if (next == CUT)
			break;
		if (all.count == d->passed || all.count % MARK_EVERY == 0)
			leave_mark(&all);
		all.at = next;
		all.count++;
	}
	d->marks += all.marks;
	d->passed = all.count;
	d->at = (uint32_t)all.at;
}

static void
pass(struct text_dict *d, const struct head *head)
{
	size_t hits = d->hits;

	if (pass_in_lanes(d, head))
		return;
	d->hits = hits;
	pass_in_order(d, head);
}

static enum flow_status
malformed(struct flow_error *err)
{
	return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "malformed PLAIN data");
}

/* Decompresses at least `want` bytes, or all. */
static enum flow_status
decompress(struct text_dict *d, size_t want, struct flow_error *err)
{
	if (!lz4_block_decompress(&d->packed, want))
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET,
		    "LZ4_RAW data does not decompress to the %zu bytes announced",
		    (size_t)(d->packed.out_end - d->packed.begin));
	d->len = (uint32_t)lz4_block_have(&d->packed);
	return FLOW_OK;
}

/* Passes some more entries, those of `want` bytes; FLOW_EFORMAT where there are none. */
static enum flow_status
pass_more(struct text_dict *d, const struct head *head, size_t want, struct flow_error *err)
{
	enum flow_status st;

	if (lz4_block_is_whole(&d->packed))
		return malformed(err);
	st = decompress(d, want, err);
	if (st == FLOW_OK)
		pass(d, head);
	return st;
}

/* Begins with no bytes of `most`. */
static enum flow_status
begin(struct text_dict *d, const uint8_t *bytes, size_t most, uint32_t count,
    struct flow_error *err)
{
	/* Each time that entries are passed leaves some marks more. */
	size_t marks = marks_in(most) + (LANES + 1) * (most / STEP + 2);
	struct text_mark *bigger;

	if (most > UINT32_MAX)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "a dictionary of more than 4 GiB");
	d->bytes = bytes;
	d->len = d->at = d->passed = 0;
	d->count = count;
	d->packed = (struct lz4_block){ .in = NULL };
	d->hits = d->marks = 0;
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
	enum flow_status st = begin(d, in.pos, cursor_left(&in), count, err);

	if (st != FLOW_OK)
		return st;
	d->len = (uint32_t)cursor_left(&in);
	pass(d, &head);
	return d->passed == d->count ? FLOW_OK : malformed(err);
}

/* Whether the last entry passed stands behind the text. */
static bool
is_behind(struct text_dict *d, const struct flow_text *text)
{
	struct flow_text last;

	return d->passed > 0 && text_dict_entry(d, d->passed - 1, &last, NULL) == FLOW_OK &&
	    text_compare(&last, text) > 0;
}

enum flow_status
text_dict_open_packed(struct text_dict *d, const struct lz4_block *packed, uint32_t count,
    const struct flow_text *sought, bool is_sorted, struct flow_error *err)
{
	struct head head = make_head(sought);
	size_t most = (size_t)(packed->out_end - packed->begin);
	enum flow_status st = begin(d, packed->begin, most, count, err);

	d->packed = *packed;
	while (st == FLOW_OK && sought != NULL && d->passed < d->count &&
	    !(is_sorted && is_behind(d, sought)))
		st = pass_more(d, &head, is_sorted ? (size_t)d->len + STEP : most, err);
	return st;
}

/* The bytes that are likely to hold so many entries. */
static size_t
bytes_of(const struct text_dict *d, uint32_t entries)
{
	uint64_t all = (uint64_t)(d->packed.out_end - d->packed.begin);
	size_t some = (size_t)(all * entries / d->count);

	return some > (size_t)d->len + STEP ? some : (size_t)d->len + STEP;
}

enum flow_status
text_dict_bytes(struct text_dict *d, struct cursor *in, struct flow_error *err)
{
	enum flow_status st = lz4_block_is_whole(&d->packed) ? FLOW_OK : decompress(d, SIZE_MAX, err);

	*in = cursor_make(d->bytes, d->len);
	return st;
}

enum flow_status
text_dict_entry(struct text_dict *d, uint32_t code, struct flow_text *text, struct flow_error *err)
{
	struct head none = make_head(NULL);
	size_t low = 0, high;	/* the mark is in [low, high) */
	const uint8_t *p;
	uint32_t n;

	while (d->passed <= code) {
		enum flow_status st = pass_more(d, &none, bytes_of(d, code + 1), err);

		if (st != FLOW_OK)
			return st;
	}
	high = d->marks;

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
	*text = (struct flow_text){ (const char *)p + 4, load_le32(p) };
	return FLOW_OK;
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
