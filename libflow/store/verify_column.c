/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/verify_column.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "store/profile.h"

static bool
text_outside(const struct flow_text *t, const struct pq_bounds *b)
{
	uint32_t low = t->len < b->min_text.len ? t->len : b->min_text.len;
	uint32_t high = t->len < b->max_text.len ? t->len : b->max_text.len;
	int below = low > 0 ? memcmp(t->p, b->min_text.p, low) : 0;
	int above = high > 0 ? memcmp(t->p, b->max_text.p, high) : 0;

	return below < 0 || (below == 0 && t->len < b->min_text.len) ||
	    above > 0 || (above == 0 && t->len > b->max_text.len);
}

static bool
number_outside(uint64_t v, enum flow_type type, const struct pq_bounds *b)
{
	if (type == FLOW_TYPE_U64)
		return v < (uint64_t)b->min || v > (uint64_t)b->max;
	return (int64_t)v < b->min || (int64_t)v > b->max;
}

static void
look(const struct flow_column *c, enum flow_type type, size_t from, size_t end,
    struct verify_range *seen)
{
	const struct pq_bounds *b = &seen->bounds;
	size_t i;

	for (i = from; i < end; i++) {
		if (!flow_column_has(c, i)) {
			seen->nulls++;
		} else if (b->has_bounds && c->form == FLOW_FORM_DICT) {
			struct flow_text t = flow_column_text(c, i);

			seen->outside |= text_outside(&t, b);
		} else if (b->has_bounds) {
			seen->outside |= number_outside(flow_column_number(c, type, i), type, b);
		}
	}
}

/* Compares a page, or the chunk (`where` < 0), with the claims about it. */
static enum flow_status
judge(const struct verify_range *seen, int64_t where, struct flow_error *err)
{
	char page[32] = "";

	if (where >= 0)
		(void)snprintf(page, sizeof(page), "page %" PRId64 ": ", where);
	if (seen->bounds.has_null_count && seen->bounds.null_count != seen->nulls)
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "%s%" PRIu64 " nulls, %s %" PRIu64,
		    page, seen->nulls, where >= 0 ? "its column index says" : "statistics say",
		    seen->bounds.null_count);
	if (seen->outside)
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "%sa value outside the bounds of its %s",
		    page, where >= 0 ? "column index" : "statistics");
	return FLOW_OK;
}

enum flow_status
verify_column_begin(struct verify_column *v, const struct pq_file *file, size_t group, size_t column,
    enum flow_type type, struct flow_error *err)
{
	enum flow_status st = pq_pages_verify(file, group, column, err);

	*v = (struct verify_column){ .type = type };
	pq_file_bounds(file, group, column, &v->chunk.bounds);
	if (st == FLOW_OK)
		st = pq_pages_read(file, group, column, &v->pages, err);
	v->plain_bytes = type != FLOW_TYPE_TIME ? profile_plain_bytes(pq_file_column(file, column)) : 0;
	if (st == FLOW_OK && (flow_type_is_text(type) || v->plain_bytes > 0))
		st = pq_bloom_read(file, group, column, &v->bloom, err);
	return st;
}

/* Looks up each distinct text in the filter. */
static enum flow_status
ask_bloom(struct verify_column *v, const struct flow_column *c, size_t rows, struct flow_error *err)
{
	size_t i;

	if (c->dict->count > v->asked_cap) {
		size_t words = BITMAP_WORDS((size_t)c->dict->count), had = BITMAP_WORDS((size_t)v->asked_cap);
		uint64_t *more = realloc(v->asked, words * sizeof(*more));

		if (more == NULL)
			return flow_fail_memory(err);
		memset(more + had, 0, (words - had) * sizeof(*more));
		v->asked = more;
		v->asked_cap = c->dict->count;
	}
	for (i = 0; i < rows; i++) {
		struct flow_text t;

		if (!flow_column_has(c, i) || bitmap_get(v->asked, c->codes[i]))
			continue;
		bitmap_set(v->asked, c->codes[i]);
		t = flow_column_text(c, i);
		if (!pq_bloom_check(v->bloom, &t))
			return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
			    "the Bloom filter does not know '%.*s'", t.len < 64 ? (int)t.len : 64, t.p);
	}
	return FLOW_OK;
}

/* Looks up each number in the filter. */
static enum flow_status
ask_bloom_for_numbers(const struct verify_column *v, const struct flow_column *c, size_t rows, struct flow_error *err)
{
	uint64_t last = 0;
	bool asked = false;

	for (size_t i = 0; i < rows; i++) {
		uint64_t number = flow_column_has(c, i) ? flow_column_number(c, v->type, i) : last;
		uint8_t bytes[8];
		const struct flow_text plain = { (const char *)bytes, (uint32_t)v->plain_bytes };

		if (!flow_column_has(c, i) || (asked && number == last))
			continue;
		asked = true;
		last = number;
		store_le64(bytes, number);
		if (!pq_bloom_check(v->bloom, &plain))
			return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "the Bloom filter does not know "
			    "%" PRIu64, number);
	}
	return FLOW_OK;
}

/* Collects bounds and nulls of the rows, page by page. */
static enum flow_status
look_at_pages(struct verify_column *v, const struct flow_column *c, size_t rows,
    struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	size_t from = 0;

	while (from < rows && st == FLOW_OK) {
		uint64_t first, n;

		if (v->row == v->page_end && v->next_page < pq_pages_count(v->pages)) {
			v->page = (struct verify_range){ .nulls = 0 };
			pq_pages_bounds(v->pages, v->next_page, &v->page.bounds);
			pq_pages_rows(v->pages, v->next_page, &first, &v->page_end);
			v->next_page++;
		}
		n = v->page_end - v->row;
		if (n > rows - from)
			n = rows - from;
		look(c, v->type, from, from + (size_t)n, &v->page);
		from += (size_t)n;
		v->row += n;
		if (v->row == v->page_end)
			st = judge(&v->page, (int64_t)v->next_page - 1, err);
	}
	return st;
}

enum flow_status
verify_column_rows(struct verify_column *v, const struct flow_column *c, size_t rows,
    struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	look(c, v->type, 0, rows, &v->chunk);
	if (v->pages != NULL)
		st = look_at_pages(v, c, rows, err);
	if (st == FLOW_OK && v->bloom != NULL && c->form == FLOW_FORM_DICT)
		st = ask_bloom(v, c, rows, err);
	if (st == FLOW_OK && v->bloom != NULL && c->form != FLOW_FORM_DICT && v->plain_bytes > 0)
		st = ask_bloom_for_numbers(v, c, rows, err);
	return st;
}

enum flow_status
verify_column_end(const struct verify_column *v, struct flow_error *err)
{
	return judge(&v->chunk, -1, err);
}

void
verify_column_clear(struct verify_column *v)
{
	pq_pages_free(v->pages);
	pq_bloom_free(v->bloom);
	free(v->asked);
	*v = (struct verify_column){ .pages = NULL };
}
