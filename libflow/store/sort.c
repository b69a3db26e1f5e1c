/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sort.h"

#include <stdlib.h>
#include <string.h>

#include "store/row_pick.h"
#include "store/sort_key.h"
#include "store/sort_run.h"

/* A row and its key. */
struct entry {
	uint64_t key;
	uint32_t row;
};

struct flow_sort {
	struct flow_sort_order order;
	size_t memory_bytes;
	char *directory;
	struct gather *rows;		/* of the current run; NULL once runs are merged */
	uint32_t *row;			/* the numbers of those rows in order, once finished */
	uint64_t *key;			/* of a run to be written: order.keys keys for each row, in order */
	size_t given;
	struct gather *some;		/* rows that are to be given next, */
	uint32_t *order_of_some;	/* in this order, */
	struct row_pick *pick;		/* and so they are */
	struct sort_file file;
	struct sort_run **run;
	size_t runs;
	size_t written, gathered_bytes;	/* rows of all runs, and the memory that they took, without their keys */
	uint32_t *run_of;		/* of rows that are merged: the run that they come from */
	size_t merge_cap;
};

/* So much memory, or more, has room for the largest pieces of runs; with less they are smaller in proportion. */
#define AMPLE ((size_t)300 << 20)
#define PIECE_MIN 128

/* What a writer keeps of each row group until the file ends, about. */
#define GROUP_BYTES ((size_t)64 << 10)

/* What a run takes whatever its pieces are, about. */
#define RUN_BYTES ((size_t)8 << 10)

/* A process may take so much more than the memory that is given, for all that is not counted. */
#define BESIDE ((size_t)32 << 20)

/* What sorting takes for a row, beside its columns. */
#define ROW_BYTES(keys) (2 * sizeof(struct entry) + sizeof(uint32_t) + (keys) * sizeof(uint64_t))

/* Histograms: for each byte of the keys, how many entries have each value. */
static void
count_bytes(const struct entry *entry, size_t n, size_t count[8][256])
{
	memset(count, 0, 8 * sizeof(count[0]));
	for (size_t i = 0; i < n; i++)
		for (unsigned b = 0; b < 8; b++)
			count[b][entry[i].key >> 8 * b & 0xff]++;
}

/* Stable radix sort by key, lowest byte first.  Returns the array, of the two, that has the result. */
static struct entry *
sort_entries(struct entry *entry, struct entry *other, size_t n)
{
	size_t count[8][256];

	count_bytes(entry, n, count);
	for (unsigned b = 0; b < 8 && n > 0; b++) {
		size_t at[256], sum = 0;
		struct entry *was = entry;

		if (count[b][entry[0].key >> 8 * b & 0xff] == n)
			continue;	/* all entries have the same byte */
		for (unsigned v = 0; v < 256; v++) {
			at[v] = sum;
			sum += count[b][v];
		}
		for (size_t i = 0; i < n; i++)
			other[at[was[i].key >> 8 * b & 0xff]++] = was[i];
		entry = other;
		other = was;
	}
	return entry;
}

enum flow_status
flow_sort_new(const struct flow_sort_order *order, size_t memory_bytes, const char *directory,
    struct flow_sort **sort, struct flow_error *err)
{
	struct flow_sort *s = calloc(1, sizeof(*s));

	if (directory == NULL)
		directory = getenv("TMPDIR");
	if (directory == NULL || directory[0] == '\0')
		directory = "/tmp";
	if (s != NULL) {
		s->order = *order;
		s->memory_bytes = memory_bytes;
		s->file.fd = -1;
		s->directory = strdup(directory);
		s->rows = gather_new();
		s->some = gather_new();
		s->order_of_some = malloc(FLOW_BATCH_ROWS * sizeof(*s->order_of_some));
		s->pick = row_pick_new();
	}
	if (s == NULL || s->directory == NULL || s->rows == NULL || s->some == NULL || s->order_of_some == NULL ||
	    s->pick == NULL) {
		flow_sort_free(s);
		return flow_fail_memory(err);
	}
	*sort = s;
	return FLOW_OK;
}

void
flow_sort_free(struct flow_sort *sort)
{
	if (sort == NULL)
		return;
	for (size_t i = 0; i < sort->runs; i++)
		sort_run_free(sort->run[i]);
	free(sort->run);
	sort_file_close(&sort->file);
	free(sort->run_of);
	free(sort->row);
	free(sort->key);
	free(sort->directory);
	free(sort->order_of_some);
	gather_free(sort->rows);
	gather_free(sort->some);
	row_pick_free(sort->pick);
	free(sort);
}

/* Lists the keys of the rows in order. */
static bool
list_keys(struct flow_sort *s, const struct flow_batch *b)
{
	for (unsigned k = 0; k < s->order.keys; k++) {
		const struct flow_sort_by *by = &s->order.by[k];
		uint64_t *known;

		if (!sort_key_entries(by, b, &known))
			return false;
		for (size_t i = 0; i < b->rows; i++)
			s->key[i * s->order.keys + k] = sort_key_by(by, b, known, s->row[i]);
		free(known);
	}
	return true;
}

/*
 * Sorts rows by all keys: a stable sort by each, the last key first.  Returns the array, of the two, that has the
 * result; NULL when out of memory.
 */
static struct entry *
sort_by_keys(const struct flow_sort *s, const struct flow_batch *b, struct entry *entry, struct entry *other)
{
	for (unsigned k = s->order.keys; k-- > 0;) {
		const struct flow_sort_by *by = &s->order.by[k];
		struct entry *sorted;
		uint64_t *known;

		if (!sort_key_entries(by, b, &known))
			return NULL;
		for (size_t i = 0; i < b->rows; i++)
			entry[i].key = sort_key_by(by, b, known, entry[i].row);
		free(known);
		sorted = sort_entries(entry, other, b->rows);
		other = sorted == entry ? other : entry;
		entry = sorted;
	}
	return entry;
}

/* Sorts the rows in memory; lists their keys if wanted. */
static enum flow_status
sort_rows(struct flow_sort *s, bool keys, struct flow_error *err)
{
	const struct flow_batch *b = gather_batch(s->rows);
	struct entry *entry = malloc((b->rows + 1) * sizeof(*entry)), *sorted = NULL;
	struct entry *other = malloc((b->rows + 1) * sizeof(*other));
	size_t i;

	s->row = malloc((b->rows + 1) * sizeof(*s->row));
	if (keys)
		s->key = malloc((b->rows + 1) * s->order.keys * sizeof(*s->key));
	if (entry != NULL && other != NULL && s->row != NULL && (!keys || s->key != NULL)) {
		for (i = 0; i < b->rows; i++)
			entry[i].row = (uint32_t)i;
		sorted = sort_by_keys(s, b, entry, other);
	}
	for (i = 0; sorted != NULL && i < b->rows; i++)
		s->row[i] = sorted[i].row;
	free(entry);
	free(other);
	if (sorted == NULL || (keys && !list_keys(s, b)))
		return flow_fail_memory(err);
	s->given = 0;
	return FLOW_OK;
}

/* Rows that a run of so much memory keeps in memory when it is read. */
static size_t
piece_rows(size_t memory)
{
	size_t rows = memory >= AMPLE ? SORT_RUN_ROWS : memory / (AMPLE / SORT_RUN_ROWS);

	return rows > PIECE_MIN ? rows : PIECE_MIN;
}

static size_t
memory_now(const struct flow_sort *s)
{
	return gather_bytes(s->rows) + gather_rows(s->rows) * ROW_BYTES(s->order.keys);
}

/* Sorts what is in memory and moves it to a file. */
static enum flow_status
spill(struct flow_sort *s, struct flow_error *err)
{
	struct sort_run **bigger = realloc(s->run, (s->runs + 1) * sizeof(struct sort_run *));
	enum flow_status st;

	if (bigger == NULL)
		return flow_fail_memory(err);
	s->run = bigger;
	s->written += gather_rows(s->rows);
	s->gathered_bytes += gather_bytes(s->rows);
	st = sort_rows(s, true, err);
	if (st == FLOW_OK && s->file.fd < 0)
		st = sort_file_open(&s->file, s->directory, err);
	if (st == FLOW_OK) {
		st = sort_run_write(&s->file, gather_batch(s->rows), s->row, s->key, s->order.keys,
		    piece_rows(s->memory_bytes), &s->run[s->runs], err);
		if (st == FLOW_EIO)
			flow_error_prefix(err, s->directory);
	}
	free(s->row);
	free(s->key);
	s->row = NULL;
	s->key = NULL;
	if (st == FLOW_OK)
		s->runs++;
	gather_clear(s->rows);
	return st;
}

enum flow_status
flow_sort_add(struct flow_sort *sort, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err)
{
	if (gather_add(sort->rows, batch, sel) != FLOW_OK)
		return flow_fail_memory(err);
	if (memory_now(sort) < sort->memory_bytes && gather_rows(sort->rows) < UINT32_MAX - FLOW_BATCH_ROWS)
		return FLOW_OK;
	return spill(sort, err);
}

/* What so many runs keep when they are merged, all being read at once. */
static size_t
kept_by(const struct flow_sort *s, size_t runs, size_t memory)
{
	return runs * (RUN_BYTES + piece_rows(memory) * (SORT_RUN_ROW_BYTES + s->order.keys * sizeof(uint64_t)));
}

static size_t
room_beside_runs(const struct flow_sort *s, size_t runs, size_t memory)
{
	size_t kept = kept_by(s, runs, memory);

	return memory + BESIDE > kept ? memory + BESIDE - kept : 0;
}

/* Runs that take more than half of what there is leave too little for the rows that they are merged to. */
static bool
runs_fit(const struct flow_sort *s, size_t runs, size_t memory)
{
	return room_beside_runs(s, runs, memory) >= (memory + BESIDE) / 2;
}

/* How many rows fit into what runs leave, so many copies of them, with what is kept of all such groups; 0: none do. */
static size_t
rows_fit(const struct flow_sort *s, size_t runs, size_t memory, size_t copies, size_t most)
{
	size_t row_bytes = (s->gathered_bytes / (s->written + 1) + 1) * copies;
	size_t room = room_beside_runs(s, runs, memory);
	size_t rows = room / row_bytes < most ? room / row_bytes : most;

	rows -= rows % FLOW_BATCH_ROWS;
	while (rows > 0 && rows * row_bytes + s->written / rows * GROUP_BYTES > room)
		rows -= FLOW_BATCH_ROWS;
	return rows;
}

/* Tells how much memory is enough. */
static enum flow_status
refuse(const struct flow_sort *s, size_t copies, size_t most, struct flow_error *err)
{
	size_t all = s->gathered_bytes + s->written * ROW_BYTES(s->order.keys), memory = s->memory_bytes;

	while (!runs_fit(s, all / memory + 1, memory) ||
	    (copies > 0 && rows_fit(s, all / memory + 1, memory, copies, most) == 0))
		memory += memory / 8;
	return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "%zu flows cannot be sorted in so little memory: it takes "
	    "--memory %zuM", s->written, (memory >> 20) + 1);
}

enum flow_status
flow_sort_merge_most(const struct flow_sort *sort, size_t copies, size_t most, size_t *rows, struct flow_error *err)
{
	*rows = runs_fit(sort, sort->runs, sort->memory_bytes) ?
	    rows_fit(sort, sort->runs, sort->memory_bytes, copies, most) : 0;
	return *rows > 0 ? FLOW_OK : refuse(sort, copies, most, err);
}

enum flow_status
flow_sort_finish(struct flow_sort *sort, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	if (sort->runs == 0)
		return sort_rows(sort, false, err);
	if (gather_rows(sort->rows) > 0)
		st = spill(sort, err);
	gather_free(sort->rows);
	sort->rows = NULL;
	return st;
}

static int
compare_keys(const struct flow_sort *s, const uint64_t *a, const uint64_t *b)
{
	for (unsigned k = 0; k < s->order.keys; k++)
		if (a[k] != b[k])
			return a[k] < b[k] ? -1 : 1;
	return 0;
}

/*
 * The run with the least key; *second is the run with the next one, and *ties tells that the first comes before
 * it also if their keys are equal.
 */
static size_t
first_run(const struct flow_sort *s, size_t *second, bool *ties)
{
	size_t best = s->runs;

	*second = s->runs;
	for (size_t i = 0; i < s->runs; i++) {
		if (!sort_run_has(s->run[i]))
			continue;
		if (best == s->runs || compare_keys(s, sort_run_key(s->run[i]), sort_run_key(s->run[best])) < 0) {
			*second = best;
			best = i;
		} else if (*second == s->runs ||
		    compare_keys(s, sort_run_key(s->run[i]), sort_run_key(s->run[*second])) < 0) {
			*second = i;
		}
	}
	/* Of equal keys the earlier run's comes first. */
	*ties = best < *second;
	return best;
}

/* Lists the runs of the next rows in s->run_of, at most `most`; *merged is their number. */
static enum flow_status
merge_keys(struct flow_sort *s, size_t most, size_t *merged, struct flow_error *err)
{
	size_t n = 0, at, second;
	bool ties;

	while (n < most && (at = first_run(s, &second, &ties)) != s->runs) {
		struct sort_run *r = s->run[at];

		while (n < most && sort_run_has(r) && (second == s->runs ||
		    compare_keys(s, sort_run_key(r), sort_run_key(s->run[second])) < (ties ? 1 : 0))) {
			enum flow_status st = sort_run_next(r, err);

			if (st != FLOW_OK)
				return st;
			s->run_of[n++] = (uint32_t)at;
		}
	}
	*merged = n;
	return FLOW_OK;
}

/* Gathers the rows of the merged keys, run by run, and lists their numbers in sorted order. */
static enum flow_status
merge_rows(struct flow_sort *s, size_t n, struct gather *rows, uint32_t *order, struct flow_error *err)
{
	/* By run: number of its next row among the gathered ones. */
	size_t *next = calloc(s->runs + 1, sizeof(*next));
	enum flow_status st = next != NULL ? FLOW_OK : flow_fail_memory(err);
	size_t sum = 0;

	for (size_t i = 0; st == FLOW_OK && i < n; i++)
		next[s->run_of[i]]++;
	for (size_t i = 0; st == FLOW_OK && i < s->runs; i++) {
		size_t count = next[i];

		next[i] = sum;
		sum += count;
		st = sort_run_take(s->run[i], count, rows, err);
	}
	for (size_t i = 0; st == FLOW_OK && i < n; i++)
		order[i] = (uint32_t)next[s->run_of[i]]++;
	free(next);
	return st;
}

static bool
make_room(struct flow_sort *s, size_t rows)
{
	if (rows <= s->merge_cap)
		return true;
	free(s->run_of);
	s->run_of = malloc(rows * sizeof(*s->run_of));
	s->merge_cap = s->run_of != NULL ? rows : 0;
	return s->run_of != NULL;
}

enum flow_status
flow_sort_merge(struct flow_sort *sort, size_t most, struct gather *rows, uint32_t *order, struct flow_error *err)
{
	enum flow_status st;
	size_t n;

	if (!make_room(sort, most))
		return flow_fail_memory(err);
	gather_clear(rows);
	st = merge_keys(sort, most, &n, err);
	if (st == FLOW_OK)
		st = merge_rows(sort, n, rows, order, err);
	if (st != FLOW_OK)
		flow_error_prefix(err, sort->directory);
	return st == FLOW_OK && n == 0 ? FLOW_END : st;
}

bool
flow_sort_is_whole(const struct flow_sort *sort)
{
	return sort->runs == 0;
}

const struct flow_batch *
flow_sort_whole(struct flow_sort *sort, const uint32_t **rows)
{
	*rows = sort->row;
	return gather_batch(sort->rows);
}

enum flow_status
flow_sort_next(struct flow_sort *sort, const struct flow_batch **batch, struct flow_error *err)
{
	const struct flow_batch *from;
	const uint32_t *order = sort->order_of_some;
	enum flow_status st;
	size_t n;

	if (sort->runs > 0) {
		if (!runs_fit(sort, sort->runs, sort->memory_bytes))
			return refuse(sort, 0, 0, err);
		st = flow_sort_merge(sort, FLOW_BATCH_ROWS, sort->some, sort->order_of_some, err);
		if (st != FLOW_OK)
			return st;
		from = gather_batch(sort->some);
		n = from->rows;
	} else {
		from = gather_batch(sort->rows);
		order = sort->row + sort->given;
		n = from->rows - sort->given < FLOW_BATCH_ROWS ? from->rows - sort->given : FLOW_BATCH_ROWS;
		if (n == 0)
			return FLOW_END;
		sort->given += n;
	}
	*batch = row_pick_rows(sort->pick, from, order, n);
	return *batch != NULL ? FLOW_OK : flow_fail_memory(err);
}
