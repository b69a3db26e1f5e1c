/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows of a table as HTML: values for people, with exact ones for sorting and copying, and bars of shares. */

#include "output/table/table_format.h"

/* The <thead>. */
void html_headings(struct buf *out, const struct flow_table *t);

/* A row's keys in one line, without column `time` (SIZE_MAX: none), into room bytes with a NUL. */
void html_row_label(struct flow_table_printer *p, const struct flow_table *t, size_t row, size_t time, char *out,
    size_t room);

/* The cells and the end of a row whose <tr> is open; its keys link to the id `link` (NULL: none). */
void html_row(struct flow_table_printer *p, const struct flow_table *t, size_t row, const char *link,
    struct buf *out);

/* The number in a column of any kind; 0 where there is none. */
double html_real_value(const struct flow_table *t, size_t c, size_t row);
