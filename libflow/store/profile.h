/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which Parquet column a field is, when written and when found in somebody's file. */

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

/* Where a file has each field: a column number, or -1. */
struct profile_map {
	int column[FLOW_FIELD_COUNT];
	bool is_canonical;	/* its addresses are in canonical form, as it is a file of ours */
	size_t ignored;		/* columns of other names */
};

/*
 * FLOW_EUNSUPPORTED where a column of ours has a type that cannot hold it (the message has the type found,
 * the one wanted and a cure), or where the file has none of our columns.
 */
enum flow_status profile_map(const struct pq_file *file, struct profile_map *map,
    struct flow_error *err) NODISCARD;

/* Bytes of a whole number of that column in PLAIN, little-endian, as Bloom filters know it; 0: its values are something else. */
size_t profile_plain_bytes(const struct pq_column *column);

/* Whether a file was written by these programs. */
bool profile_is_ours(const struct pq_file *file);

/* Whether a file has these programs' columns, as they write them now: its row groups can be copied as they stand. */
bool profile_is_as_written(const struct pq_file *file);

/* What a codec is called in files. */
enum pq_codec profile_codec(enum flow_codec codec);

/* Adds to a message about a value of a column what is wanted, and the SQL that makes it. */
void profile_cure(enum flow_field field, struct flow_error *err);

/* Appends the names of the file's columns that are ignored, some of them: "a, b, c and 4 more". */
void profile_ignored_names(const struct pq_file *file, struct buf *out);
