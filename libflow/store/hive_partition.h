/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Columns that the names of a file's directories hold: engines that partition a table write NAME=VALUE there, the
 * layout of Apache Hive, and leave the column out of the file.
 */

#include "base/status.h"
#include "record/batch.h"
#include "store/profile.h"

/* A directory of a path, NAME=VALUE where NAME is a column; `name` and `value` point into the path, without NUL. */
struct hive_directory {
	enum flow_field field;
	const char *name, *value;
	size_t len, value_len;
};

/* Finds the next such directory from *path on, and moves *path behind it; false: there is none. */
bool hive_directory_next(const char **path, struct hive_directory *out);

/* The value of a column in all rows of a file. */
struct hive_partition_value {
	enum flow_field field;
	bool is_null;
	uint64_t number;	/* of numbers */
	struct flow_text text;
	struct flow_dict dict;	/* of `text` alone, of other types */
};

struct hive_partition;

/*
 * Reads what the directories of a path tell of columns that the file lacks, unless profile_map replaced them.
 * *out is NULL if they tell nothing; free it by hive_partition_free.  A value that is none of its column, and a time,
 * are left out.
 */
enum flow_status hive_partition_read(const char *path, const struct profile_map *map, struct hive_partition **out,
    struct flow_error *err) NODISCARD;
void hive_partition_free(struct hive_partition *p);

/* The value of a column; NULL: the directories do not tell it, or there is no partition (p NULL). */
const struct hive_partition_value *hive_partition_find(const struct hive_partition *p, enum flow_field field);

/*
 * Finds a column that a file with these columns lacks, and that a directory of its path tells, but not as a value
 * that is read.  Returns the directory's name, of *len bytes; NULL: there is none.
 */
const char *hive_partition_unread(const char *path, const struct profile_map *map, const struct hive_partition *p,
    enum flow_field *field, size_t *len);
