/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Which Parquet column a field is, when written and when found in somebody's file. */

#include "base/status.h"
#include "parquet/file_read.h"
#include "parquet/meta/schema.h"
#include "record/field.h"

/* Value of flow.profile. */
#define PROFILE_VERSION "1"

#define PROFILE_KEY_VERSION "flow.profile"
#define PROFILE_KEY_IDENT "flow.ident"
#define PROFILE_KEY_STATS "flow.stats"
#define PROFILE_KEY_EXPORTERS "flow.exporters"
#define PROFILE_KEY_MERGED "flow.merged"

/* The column as we write it; `name` is static storage. */
struct pq_column profile_column(enum flow_field field);

/* Where a file has each field: a column number, or -1. */
struct profile_map {
	int column[FLOW_FIELD_COUNT];
};

/*
 * FLOW_EUNSUPPORTED where a column of ours has a type that cannot hold it, or where the file has
 * none of our columns.  Columns of other names are ignored.
 */
enum flow_status profile_map(const struct pq_file *file, struct profile_map *map,
    struct flow_error *err) NODISCARD;
