/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Maps fields to Parquet columns: those that we write, and those found in any file. */

#include "base/buf.h"
#include "base/status.h"
#include "parquet/file_read.h"
#include "parquet/meta/schema.h"
#include "record/field.h"
#include "store/writer.h"

/* Value of flow.profile. */
#define PROFILE_VERSION "2"

#define PROFILE_KEY_VERSION "flow.profile"
#define PROFILE_KEY_IDENT "flow.ident"
#define PROFILE_KEY_STATS "flow.stats"
#define PROFILE_KEY_EXPORTERS "flow.exporters"
#define PROFILE_KEY_JOURNAL "flow.journal"
#define PROFILE_KEY_MERGED "flow.merged"

/* The column as we write it; `name` is static storage. */
struct pq_column profile_column(enum flow_field field);

/* The column number of each field in a file, or -1. */
struct profile_map {
	int column[FLOW_FIELD_STORED];
	bool is_canonical;	/* the file is ours, so its addresses are in canonical form */
	size_t ignored;		/* columns of other names */
	struct flow_fieldset replaced;	/* required, but missing: times have the column of another time, counters -1 */
};

/*
 * FLOW_EUNSUPPORTED if one of our columns has a type that cannot hold it (the message tells the type found, the
 * one wanted and a cure), or if the file has none of our columns.
 */
enum flow_status profile_map(const struct pq_file *file, struct profile_map *map,
    struct flow_error *err) NODISCARD;

/* PLAIN bytes of an integer of the column, little-endian, as Bloom filters hash it; 0: it holds no integers. */
size_t profile_plain_bytes(const struct pq_column *column);

/* Whether a file was written by these programs. */
bool profile_is_ours(const struct pq_file *file);

/*
 * A key of the file's metadata that tells of its rows, as sums do; NULL: none, or the file is not ours.  pyarrow and
 * programs that use it copy all keys of a file to files with other rows.
 */
const char *profile_key_of_rows(const struct pq_file *file, const char *key, size_t *len);

/* Whether a file's columns are those that these programs write now, so that row groups can be copied undecoded. */
bool profile_is_as_written(const struct pq_file *file);

/* The Parquet codec of a codec option. */
enum pq_codec profile_codec(enum flow_codec codec);

/* Appends to a message about a column's value which type is wanted, and the SQL that converts to it. */
void profile_cure(enum flow_field field, struct flow_error *err);

/*
 * Appends what a reader must know of the file's columns: names of ignored ones (not all if they are many) and what
 * required ones that are missing are read as; nothing if all is as flow-file(5) says.
 */
void profile_notice(const struct pq_file *file, const struct profile_map *map, struct buf *out);
