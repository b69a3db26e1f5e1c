/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows of a table as rows of a page: values for people, those to sort and copy by beside them, a bar of shares. */

#include "output/table/table_format.h"

/* The <thead>. */
void html_headings(struct buf *out, const struct flow_table *t);

/* A row's keys, but for column `time` (SIZE_MAX: none), in one line, into room bytes with a NUL. */
void html_row_label(struct flow_table_printer *p, const struct flow_table *t, size_t row, size_t time, char *out,
    size_t room);

/* The cells and the end of a row, whose <tr> is there; `link` (or NULL) is the id that its keys lead to. */
void html_row(struct flow_table_printer *p, const struct flow_table *t, size_t row, const char *link,
    struct buf *out);

/* A number as any kind of column has it; 0 where there is none. */
double html_real_value(const struct flow_table *t, size_t c, size_t row);
