/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Where tables go: to a printer of tables (output/print_table.h), as flows to one of flows (-o fmt: and nfdump's names,
 * output/printer.h), or into a Parquet file (-w).
 */

#include "flowstat/options.h"

struct table_out;

/* Whether it is a format in which flows are printed, such as fmt:... and long. */
bool table_out_is_of_flows(const char *format);

/* As o->format and o->write_path say; names: of interfaces, may be filled later.  CLI_OK, or a status after a message. */
int table_out_open(const struct flowstat_options *o, const struct flow_names *names, struct table_out **out);
void table_out_free(struct table_out *out);

/* A table's first slice, each slice, its last one; what ends all.  Text is appended to *text. */
int table_out_begin(struct table_out *out, const struct flow_table *t, struct buf *text);
int table_out_rows(struct table_out *out, const struct flow_table *t, struct buf *text);
void table_out_end(struct table_out *out, const struct flow_table *t, struct buf *text);
int table_out_finish(struct table_out *out, struct buf *text);
