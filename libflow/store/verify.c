/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/group_read.h"
#include "store/totals.h"
#include "store/verify_column.h"

/* Prefixes a message with row group and column. */
static enum flow_status
name_place(size_t group, unsigned field, enum flow_status st, struct flow_error *err)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "row group %zu: %s", group,
	    flow_field_info((enum flow_field)field)->name);
	flow_error_prefix(err, text);
	return st;
}

static enum flow_status
begin_columns(const struct source *s, size_t group, struct verify_column *v, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (unsigned f = 0; f < FLOW_FIELD_STORED && st == FLOW_OK; f++) {
		if (s->map.column[f] < 0)
			continue;
		st = verify_column_begin(&v[f], s->file, group, (size_t)s->map.column[f],
		    flow_field_info((enum flow_field)f)->type, err);
		if (st != FLOW_OK)
			st = name_place(group, f, st, err);
	}
	return st;
}

static enum flow_status
verify_batch(const struct source *s, size_t group, const struct flow_batch *batch,
    struct verify_column *v, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (unsigned f = 0; f < FLOW_FIELD_STORED && st == FLOW_OK; f++) {
		if (s->map.column[f] < 0)
			continue;
		st = verify_column_rows(&v[f], &batch->column[f], batch->rows, err);
		if (st != FLOW_OK)
			st = name_place(group, f, st, err);
	}
	return st;
}

static enum flow_status
verify_group(const struct source *s, struct group_reader *reader, size_t group,
    struct verify_column *v, struct flow_totals *totals, struct flow_error *err)
{
	const struct flow_batch *batch;
	enum flow_status st = begin_columns(s, group, v, err);

	if (st != FLOW_OK)
		return st;
	group_reader_begin(reader, s, group, NULL);
	while ((st = group_reader_next(reader, &batch, err)) == FLOW_OK) {
		store_totals_add_batch(totals, batch);
		st = verify_batch(s, group, batch, v, err);
		if (st != FLOW_OK)
			return st;
	}
	if (st == FLOW_END)
		st = FLOW_OK;
	for (unsigned f = 0; f < FLOW_FIELD_STORED && st == FLOW_OK; f++) {
		if (s->map.column[f] < 0)
			continue;
		st = verify_column_end(&v[f], err);
		if (st != FLOW_OK)
			st = name_place(group, f, st, err);
	}
	return st;
}

/* Compares flow.stats, if there is one, with the sums. */
static enum flow_status
verify_totals(const struct source *s, const struct flow_totals *sums, struct flow_error *err)
{
	struct flow_totals told;
	struct store_loss loss;
	size_t len;
	const char *text = profile_key_of_rows(s->file, PROFILE_KEY_STATS, &len);

	if (text == NULL)
		return FLOW_OK;
	if (!store_totals_from_json(text, len, &told, &loss))
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "flow.stats cannot be read");
	if (told.rows != sums->rows || told.flows != sums->flows || told.packets != sums->packets ||
	    told.bytes != sums->bytes || (told.rev_bytes != 0 && told.rev_bytes != sums->rev_bytes) ||
	    (told.rev_packets != 0 && told.rev_packets != sums->rev_packets) ||
	    told.tcp.bytes != sums->tcp.bytes ||
	    told.udp.bytes != sums->udp.bytes || told.icmp.bytes != sums->icmp.bytes)
		return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "flow.stats says %" PRIu64
		    " flows, %" PRIu64 " packets, %" PRIu64 " bytes; the rows %" PRIu64 ", %" PRIu64
		    ", %" PRIu64, told.flows, told.packets, told.bytes, sums->flows, sums->packets,
		    sums->bytes);
	/* Years beyond 9999 can be written, but not parsed: such times are not compared. */
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
	struct verify_column *columns = calloc(FLOW_FIELD_STORED, sizeof(*columns));
	struct group_reader *reader;
	struct flow_totals totals;
	enum flow_status st = FLOW_OK;
	unsigned f;
	size_t g;

	for (f = 0; f < FLOW_FIELD_STORED; f++)
		flow_fieldset_add(&all, (enum flow_field)f);
	reader = group_reader_new(&all, &none);
	store_totals_init(&totals);
	if (reader == NULL || columns == NULL)
		st = flow_fail_memory(err);
	for (g = 0; st == FLOW_OK && g < pq_file_groups(s->file); g++) {
		st = verify_group(s, reader, g, columns, &totals, err);
		for (f = 0; f < FLOW_FIELD_STORED; f++)
			verify_column_clear(&columns[f]);
	}
	if (st == FLOW_OK)
		st = verify_totals(s, &totals, err);
	group_reader_free(reader);
	free(columns);
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
		st = source_open_parquet(&source, path, &input, err);
	if (st == FLOW_OK) {
		/* Texts must be compared with statistics as they are stored, not in canonical form. */
		source.map.is_canonical = true;
		st = verify_source(&source, rows, err);
		if (st != FLOW_OK)
			flow_error_prefix(err, path);
		source_close(&source);
	}
	buf_release(&input.bytes);
	return st;
}
