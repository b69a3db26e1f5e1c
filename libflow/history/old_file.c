/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/old_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "history/flow_tools_read.h"
#include "history/nfdump_read.h"

/* Blocks of nfdump are joined to parts of about this many rows. */
#define PART_ROWS 65536

struct old_file {
	enum old_kind kind;
	struct old_bytes bytes;
	struct nfdump_file *nfdump;
	struct flow_tools_file *flow_tools;
	size_t *part;		/* of nfdump: the first block of each, and the end */
	size_t parts;
};

struct old_reader {
	struct flow_fieldset early, late;	/* no column is in both, unless it is sought */
	struct flow_fieldset wanted_late;	/* `late` as the caller gave it */
	struct addr sought[FLOW_FIELD_STORED];
	const struct old_file *file;		/* NULL: not open */
	size_t part;
	struct nfdump_reader nfdump;
	struct flow_tools_reader flow_tools;
	struct old_records records;
	struct old_counts counts;
	struct row_table *early_rows, *late_rows;
	struct flow_batch batch;
	uint64_t at;
};

enum old_kind
old_kind(const uint8_t *first, size_t len)
{
	if (len >= 4 && (load_be16(first) == 0x0ca5 || load_be16(first) == 0xa50c))
		return OLD_NFDUMP;
	return len >= 4 && load_be16(first) == 0xcf10 ? OLD_FLOW_TOOLS : OLD_NONE;
}

const char *
old_kind_name(enum old_kind kind)
{
	return kind == OLD_NFDUMP ? "nfdump" : "flow-tools";
}

/* Joins blocks to parts. */
static enum flow_status
make_parts(struct old_file *f)
{
	const struct nfdump_file *n = f->nfdump;
	uint64_t rows = 0;

	f->part = calloc(n->blocks + 2, sizeof(*f->part));
	if (f->part == NULL)
		return FLOW_ENOMEM;
	for (size_t i = 0; i < n->blocks; i++) {
		rows += n->block[i].records;
		if (rows < PART_ROWS && i + 1 < n->blocks)
			continue;
		f->part[++f->parts] = i + 1;
		rows = 0;
	}
	/* A file without blocks has one part that ends at once. */
	if (f->parts == 0)
		f->parts = 1;
	return FLOW_OK;
}

static enum flow_status
open_bytes(const struct old_bytes *bytes, struct old_file **file, struct flow_error *err)
{
	uint8_t first[4] = { 0 };
	struct old_file *f;
	enum flow_status st = FLOW_OK;

	*file = NULL;
	if (bytes->size < sizeof(first))
		return FLOW_OK;
	st = old_bytes_read(bytes, 0, first, sizeof(first), err);
	if (st != FLOW_OK || old_kind(first, sizeof(first)) == OLD_NONE)
		return st;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return flow_fail_memory(err);
	f->kind = old_kind(first, sizeof(first));
	f->bytes = *bytes;
	if (f->kind == OLD_NFDUMP)
		st = nfdump_file_open(bytes, &f->nfdump, err);
	else
		st = flow_tools_file_open(bytes, &f->flow_tools, err);
	if (st == FLOW_OK && f->kind == OLD_NFDUMP && make_parts(f) != FLOW_OK)
		st = flow_fail_memory(err);
	if (st == FLOW_OK && f->kind == OLD_FLOW_TOOLS)
		f->parts = f->flow_tools->parts;
	if (st != FLOW_OK) {
		old_file_close(f);
		return st;
	}
	*file = f;
	return FLOW_OK;
}

enum flow_status
old_file_open_fd(int fd, struct old_file **file, struct flow_error *err)
{
	struct old_bytes bytes;

	*file = NULL;
	/* None of these is a file without a size; the caller reports it. */
	if (old_bytes_of_fd(fd, &bytes, NULL) != FLOW_OK)
		return FLOW_OK;
	return open_bytes(&bytes, file, err);
}

enum flow_status
old_file_open_memory(const uint8_t *bytes, size_t len, struct old_file **file, struct flow_error *err)
{
	const struct old_bytes b = { .fd = -1, .memory = bytes, .size = len };

	return open_bytes(&b, file, err);
}

void
old_file_close(struct old_file *file)
{
	if (file == NULL)
		return;
	nfdump_file_close(file->nfdump);
	flow_tools_file_close(file->flow_tools);
	free(file->part);
	free(file);
}

enum old_kind
old_file_kind(const struct old_file *file)
{
	return file->kind;
}

const struct old_about *
old_file_about(const struct old_file *file)
{
	return file->kind == OLD_NFDUMP ? &file->nfdump->about : &file->flow_tools->about;
}

uint64_t
old_file_bytes(const struct old_file *file)
{
	return file->bytes.size;
}

size_t
old_file_parts(const struct old_file *file)
{
	return file->parts;
}

uint64_t
old_file_part_rows(const struct old_file *file, size_t part)
{
	uint64_t rows = 0;

	if (file->kind == OLD_FLOW_TOOLS) {
		uint64_t before = part * FLOW_TOOLS_PART_ROWS;

		rows = file->flow_tools->rows > before ? file->flow_tools->rows - before : 0;
		return part + 1 < file->parts && rows > FLOW_TOOLS_PART_ROWS ? FLOW_TOOLS_PART_ROWS : rows;
	}
	for (size_t i = file->part[part]; i < file->part[part + 1]; i++)
		rows += file->nfdump->block[i].records;
	return rows;
}

struct old_reader *
old_reader_new(const struct flow_fieldset *early, const struct flow_fieldset *late)
{
	struct old_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->early = *early;
	r->wanted_late = *late;
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		if (flow_fieldset_has(late, (enum flow_field)f) && !flow_fieldset_has(early, (enum flow_field)f))
			flow_fieldset_add(&r->late, (enum flow_field)f);
	r->early_rows = row_table_new();
	r->late_rows = row_table_new();
	if (r->early_rows != NULL && r->late_rows != NULL)
		return r;
	old_reader_free(r);
	return NULL;
}

void
old_reader_free(struct old_reader *r)
{
	if (r == NULL)
		return;
	nfdump_reader_release(&r->nfdump);
	flow_tools_reader_release(&r->flow_tools);
	row_table_free(r->early_rows);
	row_table_free(r->late_rows);
	free(r);
}

static void
seek_bound(struct old_reader *r, const struct flow_bound *bound)
{
	enum flow_field f = bound->field;

	if (!bound->sole || bound->text_count != 1 || flow_field_info(f)->type != FLOW_TYPE_ADDR ||
	    !addr_parse(bound->text[0].p, bound->text[0].len, &r->sought[f]))
		return;
	r->early_rows->sought[f] = &r->sought[f];
	if (flow_fieldset_has(&r->wanted_late, f))
		flow_fieldset_add(&r->late, f);
}

void
old_reader_seek(struct old_reader *r, const struct flow_bounds *bounds)
{
	for (size_t i = 0; bounds != NULL && i < bounds->count; i++)
		for (size_t k = 0; k < bounds->clause[i].count; k++)
			seek_bound(r, &bounds->clause[i].bound[k]);
}

void
old_reader_begin(struct old_reader *r, const struct old_file *file, size_t part)
{
	r->file = file;
	r->part = part;
	r->at = 0;
	r->batch.rows = 0;
	r->counts = (struct old_counts){ .flows = 0 };
	if (file->kind == OLD_NFDUMP)
		nfdump_reader_begin(&r->nfdump, file->nfdump, file->part[part], file->part[part + 1]);
	else
		flow_tools_reader_begin(&r->flow_tools, file->flow_tools, part);
}

void
old_reader_end(struct old_reader *r)
{
	r->file = NULL;
}

bool
old_reader_is_open(const struct old_reader *r)
{
	return r->file != NULL;
}

static void
fill_row(struct old_reader *r, struct row_table *t, size_t row)
{
	if (r->file->kind == OLD_NFDUMP)
		nfdump_reader_fill(&r->nfdump, t, row, r->records.p[row], r->records.form[row]);
	else
		flow_tools_reader_fill(&r->flow_tools, t, row, r->records.p[row]);
}

/* Ends a part; with the last one it reports what ended the blocks before the file's end. */
static enum flow_status
end_part(struct old_reader *r, struct flow_error *err)
{
	enum flow_status st;

	if (r->file->kind == OLD_NFDUMP && r->part + 1 == r->file->parts)
		old_damage_join(&r->counts.damage, &r->file->nfdump->damage);
	st = old_damage_status(&r->counts.damage, err);
	old_reader_end(r);
	return st == FLOW_OK ? FLOW_END : st;
}

enum flow_status
old_reader_next(struct old_reader *r, const struct flow_batch **batch, struct flow_error *err)
{
	enum flow_status st;

	r->at += r->batch.rows;
	st = r->file->kind == OLD_NFDUMP ? nfdump_reader_next(&r->nfdump, &r->records, &r->counts, err) :
	    flow_tools_reader_next(&r->flow_tools, &r->records, &r->counts, err);
	if (st == FLOW_END)
		return end_part(r, err);
	if (st != FLOW_OK)
		return st;
	memset(&r->batch, 0, sizeof(r->batch));
	r->batch.rows = r->records.count;
	st = row_table_begin(r->early_rows, &r->early, r->records.count);
	for (size_t i = 0; i < r->records.count && st == FLOW_OK; i++)
		fill_row(r, r->early_rows, i);
	if (st == FLOW_OK)
		st = row_table_finish(r->early_rows, &r->batch);
	if (st != FLOW_OK)
		return flow_fail_memory(err);
	*batch = &r->batch;
	return FLOW_OK;
}

enum flow_status
old_reader_late(struct old_reader *r, const struct flow_selection *sel, struct flow_error *err)
{
	enum flow_status st = row_table_begin(r->late_rows, &r->late, r->records.count);
	size_t count = sel != NULL ? sel->count : r->records.count;

	for (size_t i = 0; i < count && st == FLOW_OK; i++)
		fill_row(r, r->late_rows, sel != NULL ? flow_selection_row(sel, (uint32_t)i) : i);
	if (st == FLOW_OK)
		st = row_table_finish(r->late_rows, &r->batch);
	return st == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

uint64_t
old_reader_at(const struct old_reader *r)
{
	return r->at;
}

struct old_ledger
old_reader_ledger(const struct old_reader *r)
{
	return (struct old_ledger){ .flows = r->counts.flows, .others = r->counts.others,
		.lost = r->counts.damage.records, .damaged = r->counts.damage.places };
}
