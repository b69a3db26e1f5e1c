/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/profile.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Columns that get a Bloom filter: people look for single hosts and ASes, which most row groups lack. */
static bool
wants_bloom(enum flow_field field)
{
	switch (field) {
	case FLOW_FIELD_SRC_ADDR:
	case FLOW_FIELD_DST_ADDR:
	case FLOW_FIELD_NEXT_HOP:
	case FLOW_FIELD_BGP_NEXT_HOP:
	case FLOW_FIELD_NAT_SRC_ADDR:
	case FLOW_FIELD_NAT_DST_ADDR:
	case FLOW_FIELD_SRC_AS:
	case FLOW_FIELD_DST_AS:
		return true;
	default:
		return false;
	}
}

struct pq_column
profile_column(enum flow_field field)
{
	/* Signed types if they hold all values: Spark pushes no filters down on unsigned columns. */
	static const struct { enum pq_physical physical; enum pq_logical logical; } kind[] = {
		[FLOW_TYPE_U8] = { PQ_INT32, PQ_INT_32 },
		[FLOW_TYPE_U16] = { PQ_INT32, PQ_INT_32 },
		[FLOW_TYPE_U32] = { PQ_INT64, PQ_INT_64 },
		[FLOW_TYPE_U64] = { PQ_INT64, PQ_UINT_64 },
		[FLOW_TYPE_I64] = { PQ_INT64, PQ_INT_64 },
		[FLOW_TYPE_TIME] = { PQ_INT64, PQ_TIMESTAMP_MILLIS },
		[FLOW_TYPE_ADDR] = { PQ_BYTE_ARRAY, PQ_STRING },
		[FLOW_TYPE_MAC] = { PQ_BYTE_ARRAY, PQ_STRING },
		[FLOW_TYPE_TEXT] = { PQ_BYTE_ARRAY, PQ_STRING },
	};
	const struct flow_field_info *info = flow_field_info(field);

	return (struct pq_column){
		.name = info->name,
		.physical = kind[info->type].physical,
		.logical = kind[info->type].logical,
		.required = info->required,
		.bloom = wants_bloom(field),
	};
}

static bool
is_text_column(const struct pq_column *c)
{
	return c->physical == PQ_BYTE_ARRAY && (c->logical == PQ_STRING || c->logical == PQ_NONE);
}

static bool
is_time_column(const struct pq_column *c)
{
	return c->physical == PQ_INT96 || c->logical == PQ_TIMESTAMP_MILLIS ||
	    c->logical == PQ_TIMESTAMP_MICROS || c->logical == PQ_TIMESTAMP_NANOS ||
	    (c->physical == PQ_INT64 && (c->logical == PQ_NONE || c->logical == PQ_INT_64));
}

static bool
is_number_column(const struct pq_column *c)
{
	switch (c->logical) {
	case PQ_DECIMAL:
		return c->physical != PQ_BYTE_ARRAY;
	case PQ_NONE:
		return c->physical == PQ_INT32 || c->physical == PQ_INT64 || c->physical == PQ_FLOAT ||
		    c->physical == PQ_DOUBLE;
	default:
		return c->logical >= PQ_INT_8 && c->logical <= PQ_UINT_64;
	}
}

size_t
profile_plain_bytes(const struct pq_column *column)
{
	bool whole = column->logical == PQ_NONE || (column->logical >= PQ_INT_8 && column->logical <= PQ_UINT_64);

	if (!whole || (column->physical != PQ_INT32 && column->physical != PQ_INT64))
		return 0;
	return column->physical == PQ_INT32 ? 4 : 8;
}

static bool
can_hold(const struct pq_column *column, enum flow_type type)
{
	if (flow_type_is_text(type))
		return is_text_column(column);
	return type == FLOW_TYPE_TIME ? is_time_column(column) : is_number_column(column);
}

/* The field of that name in any case, as engines find columns; those that fold names write SRC_ADDR. */
static enum flow_field
find_in_any_case(const char *name)
{
	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		if (strcasecmp(flow_field_info((enum flow_field)f)->name, name) == 0)
			return (enum flow_field)f;
	return FLOW_FIELD_NONE;
}

static bool
has_column(const struct pq_file *file, const char *name)
{
	for (size_t i = 0; i < pq_file_columns(file); i++)
		if (strcmp(pq_file_column(file, i)->name, name) == 0)
			return true;
	return false;
}

/*
 * The field of a file's column. Our own files have the columns in field order; the searches are for other files.
 * A column of the very name comes before one that differs in case.
 */
static enum flow_field
find_field(const struct pq_file *file, size_t i)
{
	const char *name = pq_file_column(file, i)->name;
	enum flow_field field;

	if (i < FLOW_FIELD_STORED && strcmp(flow_field_info((enum flow_field)i)->name, name) == 0)
		return (enum flow_field)i;
	field = flow_field_find_stored(name, strlen(name));
	if (field != FLOW_FIELD_NONE)
		return field;
	field = find_in_any_case(name);
	return field != FLOW_FIELD_NONE && !has_column(file, flow_field_info(field)->name) ? field : FLOW_FIELD_NONE;
}

/* A field's type, and the SQL that converts other types to it. */
struct cure {
	const char *wanted, *sql;
};

static const struct cure cure[] = {
	[FLOW_TYPE_U8] = { "INT_32", "CAST(%s AS INTEGER)" },
	[FLOW_TYPE_U16] = { "INT_32", "CAST(%s AS INTEGER)" },
	[FLOW_TYPE_U32] = { "INT_64", "CAST(%s AS BIGINT)" },
	[FLOW_TYPE_U64] = { "UINT_64", "CAST(%s AS UBIGINT)" },
	[FLOW_TYPE_I64] = { "INT_64", "CAST(round(%s) AS BIGINT), of sums sum(%s)::BIGINT" },
	[FLOW_TYPE_TIME] = { "TIMESTAMP", "to_timestamp(%s) of seconds, epoch_ms(%s) of milliseconds, "
	    "make_timestamp(%s) of micro-, make_timestamp_ns(%s) of nanoseconds, CAST(%s AS TIMESTAMP) else" },
	[FLOW_TYPE_ADDR] = { "STRING", "CAST(%s AS VARCHAR), in ClickHouse toString(%s)" },
	[FLOW_TYPE_MAC] = { "STRING", "CAST(%s AS VARCHAR)" },
	[FLOW_TYPE_TEXT] = { "STRING", "CAST(%s AS VARCHAR)" },
};

void
profile_cure(enum flow_field field, struct flow_error *err)
{
	const struct flow_field_info *info = flow_field_info(field);
	struct buf out = BUF_INIT;
	const char *p = cure[info->type].sql, *name;

	if (err == NULL)
		return;
	buf_printf(&out, "%s; %s is wanted: ", err->message, cure[info->type].wanted);
	for (; (name = strstr(p, "%s")) != NULL; p = name + 2) {
		buf_append(&out, p, (size_t)(name - p));
		buf_append_text(&out, info->name);
	}
	buf_append_text(&out, p);
	if (buf_status(&out) == FLOW_OK)
		(void)snprintf(err->message, sizeof(err->message), "%.*s", (int)out.len, (char *)out.data);
	buf_release(&out);
}

static enum flow_status
refuse(enum flow_field field, const struct pq_column *column, struct flow_error *err)
{
	char type[PQ_TYPE_TEXT];

	(void)flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "its type is %s",
	    pq_type_text(column, type));
	profile_cure(field, err);
	flow_error_prefix(err, column->name);
	return FLOW_EUNSUPPORTED;
}

enum pq_codec
profile_codec(enum flow_codec codec)
{
	static const enum pq_codec codecs[] = {
		[FLOW_CODEC_NONE] = PQ_UNCOMPRESSED,
		[FLOW_CODEC_LZ4] = PQ_LZ4_RAW,
		[FLOW_CODEC_GZIP] = PQ_GZIP,
		[FLOW_CODEC_ZSTD] = PQ_ZSTD,
	};

	return codecs[codec];
}

bool
profile_is_ours(const struct pq_file *file)
{
	static const char ours[] = "netflow-tools version ";
	size_t len;
	const char *by = pq_file_created_by(file, &len);

	return by != NULL && len >= sizeof(ours) - 1 && memcmp(by, ours, sizeof(ours) - 1) == 0;
}

const char *
profile_key_of_rows(const struct pq_file *file, const char *key, size_t *len)
{
	return profile_is_ours(file) ? pq_file_key_value(file, key, len) : NULL;
}

bool
profile_is_as_written(const struct pq_file *file)
{
	size_t len, i;
	const char *version = pq_file_key_value(file, PROFILE_KEY_VERSION, &len);

	if (!profile_is_ours(file) || version == NULL || len != strlen(PROFILE_VERSION) ||
	    memcmp(version, PROFILE_VERSION, len) != 0 || pq_file_columns(file) != FLOW_FIELD_STORED)
		return false;
	for (i = 0; i < FLOW_FIELD_STORED; i++) {
		const struct pq_column *has = pq_file_column(file, i), wanted = profile_column((enum flow_field)i);

		if (strcmp(has->name, wanted.name) != 0 || has->physical != wanted.physical ||
		    has->logical != wanted.logical || has->required != wanted.required)
			return false;
	}
	return true;
}

/* The leaves of a nested column follow each other and all have its name. */
static bool
is_ignored(const struct pq_file *file, size_t i)
{
	const char *name = pq_file_column(file, i)->name;

	return find_field(file, i) == FLOW_FIELD_NONE &&
	    (i == 0 || strcmp(pq_file_column(file, i - 1)->name, name) != 0);
}

/* The most names in a message. */
#define NAMES_MAX 5

static void
ignored_names(const struct pq_file *file, struct buf *out)
{
	size_t i, n = 0;

	for (i = 0; i < pq_file_columns(file); i++) {
		if (!is_ignored(file, i))
			continue;
		if (n++ < NAMES_MAX)
			buf_printf(out, "%s%.64s", n > 1 ? ", " : "", pq_file_column(file, i)->name);
	}
	if (n > NAMES_MAX)
		buf_printf(out, " and %zu more", n - NAMES_MAX);
}

void
profile_notice(const struct pq_file *file, const struct profile_map *map, struct buf *out)
{
	if (map->ignored > 0) {
		buf_append_text(out, "columns that flow-file(5) does not have are ignored: ");
		ignored_names(file, out);
	}
	for (unsigned f = 0, n = 0; f < FLOW_FIELD_STORED; f++) {
		int taken = map->column[f];
		const char *as = taken >= 0 ? pq_file_column(file, (size_t)taken)->name : "0";

		if (!flow_fieldset_has(&map->replaced, (enum flow_field)f))
			continue;
		buf_printf(out, "%s%s (read as %s)", n > 0 ? ", " : map->ignored > 0 ? "; it lacks " : "it lacks ",
		    flow_field_info((enum flow_field)f)->name, as);
		n++;
	}
}

/* Whether zero in place of a missing value would be a wrong number; a flow without a count is one flow. */
static bool
is_missed(enum flow_field field)
{
	enum flow_type type = flow_field_info(field)->type;

	return flow_field_info(field)->required && (type == FLOW_TYPE_TIME || type == FLOW_TYPE_I64) &&
	    field != FLOW_FIELD_FLOWS;
}

/* A missing time is read from another one's column: zero would be 1970. */
static void
replace_missing(struct profile_map *map)
{
	static const enum flow_field other[][3] = {
		{ FLOW_FIELD_FIRST, FLOW_FIELD_LAST, FLOW_FIELD_RECEIVED },
		{ FLOW_FIELD_LAST, FLOW_FIELD_FIRST, FLOW_FIELD_RECEIVED },
		{ FLOW_FIELD_RECEIVED, FLOW_FIELD_LAST, FLOW_FIELD_FIRST },
	};
	const struct profile_map found = *map;

	for (unsigned f = 0; f < FLOW_FIELD_STORED; f++)
		if (found.column[f] < 0 && is_missed((enum flow_field)f))
			flow_fieldset_add(&map->replaced, (enum flow_field)f);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (found.column[other[i][0]] < 0)
			map->column[other[i][0]] = found.column[other[i][1]] >= 0 ? found.column[other[i][1]] :
			    found.column[other[i][2]];
}

/* Two columns of one name are an error, as engines differ: they take the first, or rename one. */
static enum flow_status
refuse_double(enum flow_field field, struct flow_error *err)
{
	const char *name = flow_field_info(field)->name;

	return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "%s: the file has two columns of that name; write it "
	    "again with one: COPY (SELECT * EXCLUDE (%s_1) FROM 'FILE') TO 'NEW' in DuckDB, which calls the second one "
	    "so", name, name);
}

enum flow_status
profile_map(const struct pq_file *file, struct profile_map *map, struct flow_error *err)
{
	struct profile_map m = { .is_canonical = profile_is_ours(file) };
	size_t i, found = 0;
	unsigned f;

	for (f = 0; f < FLOW_FIELD_STORED; f++)
		m.column[f] = -1;
	for (i = 0; i < pq_file_columns(file); i++) {
		const struct pq_column *column = pq_file_column(file, i);
		enum flow_field field = find_field(file, i);

		m.ignored += is_ignored(file, i);
		if (field == FLOW_FIELD_NONE)
			continue;
		/* A writer that saw no value writes no type: such a column counts as missing. */
		found += column->logical == PQ_NULL;
		if (column->logical == PQ_NULL)
			continue;
		if (!can_hold(column, flow_field_info(field)->type))
			return refuse(field, column, err);
		if (m.column[field] >= 0)
			return refuse_double(field, err);
		m.column[field] = (int)i;
		found++;
	}
	if (found == 0 && pq_file_columns(file) > 0)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "a Parquet file, but none of its %zu columns is one of flow-file(5)",
		    pq_file_columns(file));
	replace_missing(&m);
	*map = m;
	return FLOW_OK;
}
