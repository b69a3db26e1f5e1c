/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The batch that tests/filter/rows.data describes. */

#include "record/batch.h"

struct rows;

/* Reads tests/filter/rows.data of the source tree; exits with a message where that fails. */
struct rows *rows_load(void);
void rows_free(struct rows *r);

/* With ADDR, MAC and TEXT as dictionaries; valid as long as r. */
const struct flow_batch *rows_batch(const struct rows *r);

/* A file of the source tree, NUL-terminated; the caller frees it. */
char *rows_read_file(const char *name);
