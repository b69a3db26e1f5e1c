/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/nfdump_read.h"

#include <inttypes.h>

void
nfdump_reader_release(struct nfdump_reader *r)
{
	nfdump_memory_release(&r->memory);
}

void
nfdump_reader_begin(struct nfdump_reader *r, const struct nfdump_file *file, size_t from, size_t to)
{
	if (r->origin.file != file)
		r->origin = (struct nfdump_origin){ .file = file };
	r->origin.block = from;
	r->end = to;
	r->has_block = false;
}

/* Reports that the rest of a block cannot be read. */
static void
lose_rest(struct nfdump_reader *r, struct old_counts *counts, const char *what)
{
	const struct nfdump_block *b = &r->origin.file->block[r->origin.block];
	struct flow_error err;

	(void)flow_fail(&err, FLOW_ECORRUPT, (int64_t)b->offset, "the block that begins here: %s at byte %zu of the "
	    "%zu that it has", what, r->at, r->len);
	old_damage_add(&counts->damage, b->records > r->met ? b->records - r->met : 0, &err);
	r->at = r->len;
	r->met = b->records;
}

/* Reads the block; one that cannot be read counts as lost, and is skipped (FLOW_ECORRUPT). */
static enum flow_status
load_block(struct nfdump_reader *r, struct old_counts *counts, struct flow_error *err)
{
	const struct nfdump_file *file = r->origin.file;
	enum flow_status st = FLOW_OK;
	struct flow_error why;

	if (file->layout == 1 && nfdump_origin_define(&r->origin) != FLOW_OK)
		return flow_fail_memory(err);
	nfdump_origin_go(&r->origin, r->origin.block);
	st = nfdump_block_read(file, r->origin.block, &r->memory, &r->len, &why);
	r->at = 0;
	r->met = 0;
	r->map = NULL;
	r->told = false;
	r->has_block = st == FLOW_OK;
	if (st == FLOW_OK)
		return FLOW_OK;
	if (st == FLOW_ENOMEM)
		return flow_fail_memory(err);
	old_damage_add(&counts->damage, file->block[r->origin.block].records, &why);
	return FLOW_ECORRUPT;
}

/* Reports unknown elements, once for each block. */
static void
tell_left_out(struct nfdump_reader *r, unsigned type, struct old_counts *counts)
{
	struct flow_error err;

	(void)flow_fail(&err, FLOW_EUNSUPPORTED, (int64_t)r->origin.file->block[r->origin.block].offset,
	    "the block that begins here: flows have elements that no known nfdump writes (type %u), which are left out",
	    type);
	old_damage_add(&counts->damage, 0, &err);
	r->told = true;
}

/* Whether a record is a flow that can be read; counts it if it is not. */
static bool
take_record(struct nfdump_reader *r, const struct nfdump_record *record, struct old_counts *counts)
{
	const struct nfdump_block *b = &r->origin.file->block[r->origin.block];
	struct flow_error err;
	unsigned left_out;

	switch (nfdump_record_kind(&r->origin, record, &r->map, &left_out)) {
	case NFDUMP_FLOW_1:
	case NFDUMP_FLOW_2:
		if (left_out != 0 && !r->told)
			tell_left_out(r, left_out, counts);
		counts->flows++;
		return true;
	case NFDUMP_OTHER:
		counts->others++;
		return false;
	case NFDUMP_UNKNOWN:
		(void)flow_fail(&err, FLOW_EUNSUPPORTED, (int64_t)b->offset, "the block that begins here: the flow at "
		    "byte %zu has a form (%u) that no known nfdump writes", r->at - record->size, record->type);
		break;
	case NFDUMP_DAMAGED:
		(void)flow_fail(&err, FLOW_ECORRUPT, (int64_t)b->offset, "the block that begins here: the flow at byte "
		    "%zu does not hold what it says", r->at - record->size);
		break;
	}
	old_damage_add(&counts->damage, 1, &err);
	return false;
}

/* Ends a block: records that its header counts, but that were not found, are lost. */
static void
end_block(struct nfdump_reader *r, struct old_counts *counts)
{
	uint32_t said = r->origin.file->block[r->origin.block].records;

	if (r->has_block && r->met < said)
		lose_rest(r, counts, "its records end");
	r->has_block = false;
	r->origin.block++;
}

enum flow_status
nfdump_reader_next(struct nfdump_reader *r, struct old_records *records, struct old_counts *counts,
    struct flow_error *err)
{
	records->count = 0;
	while (records->count == 0) {
		enum flow_status st = FLOW_OK;
		struct nfdump_record record;

		if (r->origin.block >= r->end)
			return FLOW_END;
		if (!r->has_block)
			st = load_block(r, counts, err);
		if (st == FLOW_ENOMEM)
			return st;
		while (st == FLOW_OK && records->count < FLOW_BATCH_ROWS) {
			st = nfdump_record_next(r->memory.raw, r->len, &r->at, &record);
			r->met += st == FLOW_OK;
			if (st == FLOW_OK && take_record(r, &record, counts)) {
				records->p[records->count] = record.p;
				records->form[records->count++] = r->map;
			}
		}
		if (st == FLOW_ECORRUPT && r->has_block)
			lose_rest(r, counts, "there is no record");
		else if (st != FLOW_OK && records->count == 0)
			end_block(r, counts);
	}
	return FLOW_OK;
}

void
nfdump_reader_fill(struct nfdump_reader *r, struct row_table *t, size_t row, const uint8_t *record,
    const void *form)
{
	if (form != NULL)
		nfdump_fill_1(&r->origin, t, row, record, form);
	else
		nfdump_fill_2(&r->origin, t, row, record);
}
