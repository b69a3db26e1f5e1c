/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* An open file: what file_read.c reads for the other readers. */

#include "parquet/file_read.h"
#include "parquet/meta/schema_thrift.h"

/* Row groups with more rows are refused. */
#define FILE_GROUP_ROWS_MAX INT32_MAX

/* Bounds in the footer, not parsed; NULL: none. */
struct file_stats {
	int64_t null_count;	/* -1: unknown */
	const char *min, *max;
	size_t min_len, max_len;
};

/* A position in the file, as the footer tells it: not checked. */
struct file_place {
	int64_t offset, bytes;
};

struct file_chunk {
	int64_t physical, values, bytes, data_offset, dictionary_offset;
	int64_t bloom_offset, bloom_bytes;
	struct file_place offset_index, column_index;
	uint64_t begin;		/* checked: [begin, begin + bytes) lies within the file */
	uint64_t dict_index_bytes;	/* of the dictionary's index, right before `begin`; 0: no index */
	int codec;
	bool encrypted, elsewhere;
	struct file_stats stats;
	const uint8_t *head;	/* its metadata; the beginning is the same in files of one writer */
	size_t head_bytes;	/* up to and with the codec; 0: the fields have another order */
};

struct file_group {
	uint64_t rows;
	struct file_chunk *chunk;	/* one for each column */
};

struct file_key_value {
	const char *key, *value;
	size_t key_len, value_len;
};

struct pq_file {
	int fd;
	const uint8_t *memory;	/* replaces fd from offset memory_at on */
	uint64_t memory_at;
	uint64_t bytes, rows;
	uint8_t *tail;		/* the file's last bytes, from one read */
	size_t tail_bytes;
	const uint8_t *footer;	/* in the tail, or in long_footer; texts point into it */
	uint8_t *long_footer;
	size_t footer_bytes;
	uint64_t footer_offset;
	const uint8_t *schema;	/* within the footer */
	size_t schema_bytes;
	struct schema_column *column;
	size_t columns;
	struct file_group *group;
	size_t groups;
	struct file_key_value *key_value;
	size_t key_values;
	const char *created_by;
	size_t created_by_len;
};

/* Reads exactly `len` bytes; FLOW_EFORMAT if the file ends before. */
enum flow_status file_read_at(const struct pq_file *file, uint64_t offset, size_t len, void *out,
    struct flow_error *err) NODISCARD;
