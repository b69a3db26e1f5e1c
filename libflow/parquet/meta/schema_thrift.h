/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Reads and writes SchemaElement of parquet.thrift. */

#include "base/status.h"
#include "parquet/meta/schema.h"
#include "parquet/meta/thrift.h"

/* Writes the root and its columns as the list `id`. */
void schema_write(struct thrift_writer *t, int16_t id, const struct pq_column *columns,
    size_t count);

/* A column as it was read. */
struct schema_column {
	struct pq_column column;	/* names are stored behind all columns */
	size_t name_len;
	uint32_t type_length;		/* FIXED_LEN_BYTE_ARRAY */
};

/*
 * Reads the list; *columns is allocated (free).  FLOW_EUNSUPPORTED unless all columns are flat, and required or
 * optional; FLOW_EFORMAT, FLOW_ENOMEM.
 */
enum flow_status schema_read(struct thrift_reader *t, const struct thrift_field *f,
    struct schema_column **columns, size_t *count, struct flow_error *err) NODISCARD;

/* A copy of columns that were read, at least one; NULL when out of memory. */
struct schema_column *schema_copy(const struct schema_column *columns, size_t count) NODISCARD;
