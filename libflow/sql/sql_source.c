/* SPDX-License-Identifier: BSD-2-Clause */
/* Where rows come from: the archive's files, as each engine names them. */
#include <string.h>

#include "sql/dialect.h"

#define SPARK_VIEW "netflow_files"

/* A path; for a directory, the pattern of all files below it. */
static void
append_pattern(struct buf *out, const struct flow_sql_from *from, size_t i)
{
	size_t len = strlen(from->path[i]);

	buf_append(out, from->path[i], len);
	if (from->directories)
		buf_append_text(out, len > 0 && from->path[i][len - 1] == '/' ? "**/*.parquet" :
		    "/**/*.parquet");
}

static void
duckdb_source(struct buf *out, const struct flow_sql_from *from)
{
	struct buf pattern = BUF_INIT;

	buf_append_text(out, "read_parquet([");
	for (size_t i = 0; i < from->paths; i++) {
		buf_clear(&pattern);
		append_pattern(&pattern, from, i);
		buf_append_text(out, i > 0 ? ",\n    " : "");
		sql_text(out, FLOW_SQL_DUCKDB, (const char *)pattern.data, pattern.len);
	}
	buf_append_text(out, "], union_by_name = true)");
	out->failed = out->failed || pattern.failed;
	buf_release(&pattern);
}

/* One pattern for all paths. */
static void
append_paths(struct buf *out, const struct flow_sql_from *from)
{
	struct buf pattern = BUF_INIT;

	buf_append_text(&pattern, from->paths > 1 ? "{" : "");
	for (size_t i = 0; i < from->paths; i++) {
		buf_append_text(&pattern, i > 0 ? "," : "");
		if (from->dialect == FLOW_SQL_SPARK)
			buf_append_text(&pattern, from->path[i]);
		else
			append_pattern(&pattern, from, i);
	}
	buf_append_text(&pattern, from->paths > 1 ? "}" : "");
	sql_text(out, from->dialect, (const char *)pattern.data, pattern.len);
	out->failed = out->failed || pattern.failed;
	buf_release(&pattern);
}

/* Spark takes the option that makes it read directories recursively only in a view. */
void
sql_before(struct buf *out, const struct flow_sql_from *from)
{
	if (from->dialect != FLOW_SQL_SPARK)
		return;
	buf_append_text(out, "CREATE OR REPLACE TEMPORARY VIEW " SPARK_VIEW " USING parquet OPTIONS (\n  path ");
	append_paths(out, from);
	buf_append_text(out, ",\n  recursiveFileLookup 'true', mergeSchema 'true');\n");
}

void
sql_source(struct buf *out, const struct flow_sql_from *from)
{
	switch (from->dialect) {
	case FLOW_SQL_DUCKDB:
		duckdb_source(out, from);
		break;
	case FLOW_SQL_SPARK:
		buf_append_text(out, SPARK_VIEW);
		break;
	case FLOW_SQL_CLICKHOUSE:
		buf_append_text(out, "file(");
		append_paths(out, from);
		buf_append_text(out, ", Parquet)");
		break;
	}
}
