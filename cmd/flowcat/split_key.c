/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcat/split_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "common/cli.h"
#include "flowcat/row_order.h"
#include "flowcat/split_writer.h"
#include "flowcat/write.h"

#define KEYS_MAX 4

/* Most open files: descriptors are few, and each file collects rows in memory. */
#define OPEN_MAX 400

/* Most directories; more are certainly a mistake. */
#define PARTITIONS_MAX 100000

/* Bytes of a value in a name, before escaping triples some: file systems allow 255 in all. */
#define NAME_BYTES 64

/* Hive's name for a missing value. */
#define NO_VALUE "__HIVE_DEFAULT_PARTITION__"

struct partition {
	char *path;			/* below the root; NULL: a free slot of the table */
	struct split_writer out;	/* not always open */
	uint64_t used;
	uint32_t rows;			/* of the batch at hand */
};

struct split {
	const char *root;
	const struct flow_writer_options *options;
	const char *exporters;		/* of the inputs; NULL: unknown */
	enum flow_field key[KEYS_MAX];
	size_t keys;
	struct partition *slot;
	size_t slots, used, open;
	uint64_t clock;
	struct buf path;
	uint32_t where[FLOW_BATCH_ROWS];	/* slot of each selected row */
};

/*
 * Escapes bytes that a directory's name may not have, as in a URL.  Characters beyond ASCII stay, as in
 * Hive: Spark would decode each escaped byte as a character.
 */
static void
append_escaped(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t n = utf8_length((const uint8_t *)text + i, len - i);
		char c = text[i];

		if (n > 1) {
			buf_append(out, text + i, n);
			i += n - 1;
		} else if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    c == '_' || c == '-' || (c == '.' && i > 0))
			buf_append_u8(out, (uint8_t)c);
		else
			buf_printf(out, "%%%02X", (unsigned)(uint8_t)c);
	}
}

/* The length of a text in a name, cut at the end of a character. */
static size_t
name_length(const struct flow_text *text)
{
	size_t len = NAME_BYTES;

	if (text->len <= NAME_BYTES)
		return text->len;
	while (len > 0 && ((uint8_t)text->p[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static void
append_value(struct buf *out, const struct flow_batch *batch, enum flow_field field, uint32_t row)
{
	const struct flow_column *c = &batch->column[field];
	enum flow_type type = flow_field_info(field)->type;
	char number[24];
	int len;

	buf_append_text(out, flow_field_info(field)->name);
	buf_append_u8(out, '=');
	if (c->form == FLOW_FORM_NULL || !flow_column_has(c, row)) {
		buf_append_text(out, NO_VALUE);
	} else if (flow_type_is_text(type)) {
		struct flow_text text = flow_column_text(c, row);

		/* A name that would be too long: its beginning and its hash. */
		append_escaped(out, text.p, name_length(&text));
		if (text.len > NAME_BYTES)
			buf_printf(out, "-%016" PRIx64, hash_xxh64(text.p, text.len, 0));
		if (text.len == 0)
			buf_append_text(out, NO_VALUE);
	} else {
		len = snprintf(number, sizeof(number), "%" PRIu64, flow_column_number(c, type, row));
		append_escaped(out, number, (size_t)len);
	}
}

static size_t
place(const struct split *s, const char *path)
{
	size_t i = (size_t)hash_xxh64(path, strlen(path), 0) & (s->slots - 1);

	while (s->slot[i].path != NULL && strcmp(s->slot[i].path, path) != 0)
		i = (i + 1) & (s->slots - 1);
	return i;
}

static int
grow(struct split *s)
{
	struct split more = { .slots = s->slots > 0 ? 2 * s->slots : 256 };

	more.slot = calloc(more.slots, sizeof(*more.slot));
	if (more.slot == NULL)
		return cli_fail("out of memory");
	for (size_t i = 0; i < s->slots; i++)
		if (s->slot[i].path != NULL)
			more.slot[place(&more, s->slot[i].path)] = s->slot[i];
	free(s->slot);
	s->slot = more.slot;
	s->slots = more.slots;
	return CLI_OK;
}

/* The slot of a row's directory. */
static int
find_partition(struct split *s, const struct flow_batch *batch, uint32_t row, uint32_t *at)
{
	const char *path;

	buf_clear(&s->path);
	for (size_t k = 0; k < s->keys; k++) {
		if (k > 0)
			buf_append_u8(&s->path, '/');
		append_value(&s->path, batch, s->key[k], row);
	}
	buf_append_u8(&s->path, '\0');
	if (buf_status(&s->path) != FLOW_OK)
		return cli_fail("out of memory");
	path = (const char *)s->path.data;
	*at = (uint32_t)place(s, path);
	if (s->slot[*at].path != NULL)
		return CLI_OK;
	if (s->used == PARTITIONS_MAX)
		return cli_fail("--split-by: more than %d directories", PARTITIONS_MAX);
	s->slot[*at].path = strdup(path);
	if (s->slot[*at].path == NULL)
		return cli_fail("out of memory");
	s->used++;
	return CLI_OK;
}

static int
close_writer(struct split *s, struct partition *p)
{
	s->open--;
	return split_writer_close(&p->out, s->exporters);
}

/* Closes the least recently written file. */
static int
close_oldest(struct split *s)
{
	struct partition *oldest = NULL;

	for (size_t i = 0; i < s->slots; i++)
		if (s->slot[i].out.writer != NULL && (oldest == NULL || s->slot[i].used < oldest->used))
			oldest = &s->slot[i];
	return oldest != NULL ? close_writer(s, oldest) : CLI_OK;
}

/* Creates a new file in the directory, with the first free number. */
static int
open_writer(struct split *s, struct partition *p)
{
	int status = s->open < OPEN_MAX ? CLI_OK : close_oldest(s);
	char *folder = NULL, *path = NULL;
	struct flow_error err;
	unsigned n = 0;

	if (status != CLI_OK)
		return status;
	if (asprintf(&folder, "%s/%s", s->root, p->path) < 0)
		return cli_fail("out of memory");
	status = file_mkdirs(folder, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
	file_sinks_clean(folder, "flows-", ".parquet");
	for (; status == CLI_OK; n++) {
		free(path);
		if (asprintf(&path, "%s/flows-%04u.parquet", folder, n) < 0) {
			path = NULL;
			status = cli_fail("out of memory");
		} else if (access(path, F_OK) != 0) {
			break;
		}
	}
	if (status == CLI_OK)
		status = split_writer_open(&p->out, path, s->options);
	s->open += status == CLI_OK;
	free(folder);
	free(path);
	return status;
}

static int
write_partition(struct split *s, uint32_t at, const struct flow_batch *batch,
    const struct flow_selection *selection)
{
	struct flow_selection mine = { .all = false };
	struct partition *p = &s->slot[at];
	int status = p->out.writer != NULL ? CLI_OK : open_writer(s, p);

	if (status != CLI_OK)
		return status;
	for (uint32_t i = 0; i < selection->count; i++)
		if (s->where[i] == at)
			mine.row[mine.count++] = (uint16_t)flow_selection_row(selection, i);
	p->rows = 0;
	p->used = ++s->clock;
	return split_writer_batch(&p->out, batch, &mine);
}

static int
split_batch(struct split *s, const struct flow_batch *batch, const struct flow_selection *selection)
{
	int status = CLI_OK;

	/* Makes room for a directory per row first, so that slots do not move. */
	while (status == CLI_OK && s->slots < 2 * (s->used + selection->count))
		status = grow(s);
	for (uint32_t i = 0; i < selection->count && status == CLI_OK; i++) {
		status = find_partition(s, batch, flow_selection_row(selection, i), &s->where[i]);
		s->slot[s->where[i]].rows++;
	}
	for (uint32_t i = 0; i < selection->count && status == CLI_OK; i++)
		if (s->slot[s->where[i]].rows > 0)
			status = write_partition(s, s->where[i], batch, selection);
	return status;
}

static int
split_rows(const struct flowcat_options *options, struct query *query, struct split *s)
{
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	struct rows *rows = NULL;
	int status = rows_open(options, query, &rows);

	while (status == CLI_OK && rows_next(rows, &batch, &selection))
		status = split_batch(s, batch, selection);
	if (status == CLI_OK && rows_failed(rows))
		status = CLI_FAILURE;
	rows_free(rows);
	for (size_t i = 0; i < s->slots && status == CLI_OK; i++)
		if (s->slot[i].out.writer != NULL)
			status = close_writer(s, &s->slot[i]);
	return status;
}

static int
no_key(const char *text, size_t len)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, text, len);
	flow_field_nearest(&meant);
	return cli_misuse("--split-by: '%.*s' is no column to split by%s", (int)(len < 64 ? len : 64), text,
	    nearest_hint(&meant, hint));
}

static int
take_keys(struct split *s, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, ",");
		enum flow_field field = flow_field_find_stored(text, len);

		if (field == FLOW_FIELD_NONE || flow_field_info(field)->type == FLOW_TYPE_TIME)
			return no_key(text, len);
		if (s->keys == KEYS_MAX)
			return cli_misuse("--split-by: more than %d columns", KEYS_MAX);
		s->key[s->keys++] = field;
		text += len + (text[len] == ',');
	}
	return s->keys > 0 ? CLI_OK : cli_misuse("--split-by: no column");
}

static void
split_clear(struct split *s)
{
	for (size_t i = 0; i < s->slots; i++) {
		split_writer_abort(&s->slot[i].out);
		free(s->slot[i].path);
	}
	free(s->slot);
	buf_release(&s->path);
	free(s);
}

int
flowcat_split_key(struct flowcat_options *options)
{
	struct flow_writer_options writer = options->writer;
	struct flow_fieldset all = { { 0 } };
	struct split *s = calloc(1, sizeof(*s));
	struct flow_summary inputs;
	struct query *query = NULL;
	int status;

	if (s == NULL)
		return cli_fail("out of memory");
	flowcat_inputs_summary(options, &inputs);
	if (writer.ident == NULL)
		writer.ident = inputs.ident;
	writer.keep_existing = true;
	s->root = options->write_path;
	s->options = &writer;
	s->exporters = flowcat_told_exporters(options, &inputs);
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		flow_fieldset_add(&all, (enum flow_field)f);
	status = take_keys(s, options->split_by);
	if (status == CLI_OK)
		status = query_open(&options->request, &all, &query);
	if (status == CLI_OK)
		status = split_rows(options, query, s);
	if (status == CLI_OK && query_failed(query))
		status = CLI_FAILURE;
	query_free(query);
	split_clear(s);
	flow_summary_clear(&inputs);
	return status;
}
