/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/group_read.h"
#include "store/totals.h"

/* What a column's rows are compared with. */
struct seen {
	uint64_t nulls;
	bool outside;		/* a value beyond the statistics' bounds */
};

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
look(const struct flow_column *c, enum flow_type type, size_t rows, const struct pq_bounds *b,
    struct seen *seen)
{
	size_t i;

	for (i = 0; i < rows; i++) {
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

static enum flow_status
verify_group(const struct source *s, struct group_reader *reader, size_t group,
    struct flow_totals *totals, struct flow_error *err)
{
	struct pq_bounds bounds[FLOW_FIELD_COUNT];
	struct seen seen[FLOW_FIELD_COUNT];
	const struct flow_batch *batch;
	enum flow_status st;
	unsigned f;

	memset(seen, 0, sizeof(seen));
	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		if (s->map.column[f] >= 0)
			pq_file_bounds(s->file, group, (size_t)s->map.column[f], &bounds[f]);
	group_reader_begin(reader, s, group, NULL);
	while ((st = group_reader_next(reader, &batch, err)) == FLOW_OK) {
		store_totals_add_batch(totals, batch);
		for (f = 0; f < FLOW_FIELD_COUNT; f++)
			if (s->map.column[f] >= 0)
				look(&batch->column[f], flow_field_info((enum flow_field)f)->type,
				    batch->rows, &bounds[f], &seen[f]);
	}
	for (f = 0; f < FLOW_FIELD_COUNT && st == FLOW_END; f++) {
		const char *name = flow_field_info((enum flow_field)f)->name;

		if (s->map.column[f] < 0)
			continue;
		if (bounds[f].has_null_count && bounds[f].null_count != seen[f].nulls)
			return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "row group %zu: %s: %" PRIu64
			    " nulls, statistics say %" PRIu64, group, name, seen[f].nulls,
			    bounds[f].null_count);
		if (seen[f].outside)
			return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
			    "row group %zu: %s: a value outside the statistics' bounds", group, name);
	}
	return st == FLOW_END ? FLOW_OK : st;
}

/* flow.stats, where it is there, against the sums. */
static enum flow_status
verify_totals(const struct source *s, const struct flow_totals *sums, struct flow_error *err)
{
	struct flow_totals told;
	struct store_loss loss;
	size_t len;
	const char *text = pq_file_key_value(s->file, PROFILE_KEY_STATS, &len);

	if (text == NULL)
		return FLOW_OK;
	if (!store_totals_from_json(text, len, &told, &loss))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "flow.stats cannot be read");
	if (told.rows != sums->rows || told.flows != sums->flows || told.packets != sums->packets ||
	    told.bytes != sums->bytes || told.tcp.bytes != sums->tcp.bytes ||
	    told.udp.bytes != sums->udp.bytes || told.icmp.bytes != sums->icmp.bytes)
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "flow.stats says %" PRIu64
		    " flows, %" PRIu64 " packets, %" PRIu64 " bytes; the rows %" PRIu64 ", %" PRIu64
		    ", %" PRIu64, told.flows, told.packets, told.bytes, sums->flows, sums->packets,
		    sums->bytes);
	/* Years beyond 9999 can be written, but not read. */
	if (sums->rows > 0 && ((told.first_ms != INT64_MAX && told.first_ms != sums->first_ms) ||
	    (told.last_ms != INT64_MIN && told.last_ms != sums->last_ms)))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET,
		    "flow.stats and the rows differ in first or last");
	return FLOW_OK;
}

static enum flow_status
verify_source(const struct source *s, uint64_t *rows, struct flow_error *err)
{
	struct flow_fieldset all = { { 0 } }, none = { { 0 } };
	struct group_reader *reader;
	struct flow_totals totals;
	enum flow_status st = FLOW_OK;
	unsigned f;
	size_t g;

	for (f = 0; f < FLOW_FIELD_COUNT; f++)
		flow_fieldset_add(&all, (enum flow_field)f);
	reader = group_reader_new(&all, &none);
	if (reader == NULL)
		return flow_fail_memory(err);
	store_totals_init(&totals);
	for (g = 0; g < pq_file_groups(s->file) && st == FLOW_OK; g++)
		st = verify_group(s, reader, g, &totals, err);
	if (st == FLOW_OK)
		st = verify_totals(s, &totals, err);
	group_reader_free(reader);
	*rows = totals.rows;
	return st;
}

enum flow_status
flow_verify(const char *path, uint64_t *rows, struct flow_error *err)
{
	struct source_input input = { BUF_INIT };
	struct source source;
	enum flow_status st = FLOW_OK;

	*rows = 0;
	if (strcmp(path, "-") == 0)
		st = source_read_input(&input, err);
	if (st == FLOW_OK)
		st = source_open(&source, path, &input, err);
	if (st == FLOW_OK) {
		st = verify_source(&source, rows, err);
		if (st != FLOW_OK)
			flow_error_prefix(err, path);
		source_close(&source);
	}
	buf_release(&input.bytes);
	return st;
}
