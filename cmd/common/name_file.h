/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A file of names of ASes or interfaces; local_names.h describes both. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Longest key: an AS number; "*" or an exporter, a blank and the interface's number. */
#define NAME_KEY_MAX 64

struct name_line {
	char key[NAME_KEY_MAX];
	char *name;			/* "": none, only a speed */
	uint64_t speed_bps;		/* 0: none */
};

struct name_file {
	struct name_line *line;		/* by key */
	size_t count, cap;
	bool has_speeds;
};

/* Fills an empty one. CLI_OK, or CLI_FAILURE after a message; to be cleared in any case. */
int name_file_read(const char *path, bool interface, struct name_file *file) NODISCARD;
void name_file_clear(struct name_file *file);

/* NULL: there is none. */
const struct name_line *name_file_find(const struct name_file *file, const char *key);
