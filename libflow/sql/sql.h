/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Queries in SQL: what flowstat or flowcat would compute, as a statement for another engine
 * over the same files.
 *
 *	flow_sql_rows(&from, filter, &rows, &out, err)         flowcat's rows
 *	flow_sql_tables(&from, filter, spec, &out, err)        flowstat's tables
 *
 * The answer is the same, value for value; columns have the names of the programs' CSV.  A
 * query that a dialect cannot express exactly is refused with FLOW_EUNSUPPORTED and a message
 * that names the part.
 *
 * Begin reading at sql_tables.c; dialect.h is all that differs between engines.
 */

#include "agg/agg.h"
#include "base/buf.h"
#include "base/status.h"
#include "filter/filter.h"
#include "record/field.h"

enum flow_sql_dialect {
	FLOW_SQL_DUCKDB,
	FLOW_SQL_SPARK,
	FLOW_SQL_CLICKHOUSE,
};

/* False for an unknown name; "duckdb", "spark" and "clickhouse" are known. */
bool flow_sql_dialect_find(const char *name, enum flow_sql_dialect *dialect);

/* Where rows come from. */
struct flow_sql_from {
	enum flow_sql_dialect dialect;
	char *const *path;
	size_t paths;
	bool directories;	/* paths are directories, read recursively; else files */
	/* Rows whose `first` is in [from_ms, to_ms); both INT64_MIN and INT64_MAX: all. */
	int64_t from_ms, to_ms;
};

/* Sorts rows by a column; absent values come last. */
struct flow_sql_order {
	enum flow_field field;
	bool ascending;
};

/* Which rows flowcat prints. */
struct flow_sql_rows {
	const enum flow_field *column;
	size_t columns;
	const struct flow_sql_order *order;
	size_t orders;		/* 0: as they come */
	uint64_t limit;		/* 0: all */
};

/* Appends one statement (for Spark with its view) that ends in ";\n". */
enum flow_status flow_sql_rows(const struct flow_sql_from *from, const struct flow_filter *filter,
    const struct flow_sql_rows *rows, struct buf *out, struct flow_error *err) NODISCARD;

/*
 * Appends one statement for each table, with its title in a comment before it.  Rows come in the order of the
 * tables.
 */
enum flow_status flow_sql_tables(const struct flow_sql_from *from, const struct flow_filter *filter,
    const struct flow_agg_spec *spec, struct buf *out, struct flow_error *err) NODISCARD;
