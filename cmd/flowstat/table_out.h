/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The output of tables: to a printer of tables (output/print_table.h), as flows to one of flows (-o fmt: and
 * nfdump's names, output/printer.h), or to a Parquet file (-w).
 */

#include "flowstat/options.h"

struct table_out;

/* Whether it is a format for flows, such as fmt:... and long. */
bool table_out_is_of_flows(const char *format);

/*
 * By o->format and o->write_path; names of interfaces may be filled in later.  CLI_OK, or a status after a
 * message.
 */
int table_out_open(const struct flowstat_options *o, const struct flow_names *names, struct table_out **out);
void table_out_free(struct table_out *out);

/* For a table's first slice, for each slice, after its last one, and after all.  Text is appended to *text. */
int table_out_begin(struct table_out *out, const struct flow_table *t, struct buf *text);
int table_out_rows(struct table_out *out, const struct flow_table *t, struct buf *text);
void table_out_end(struct table_out *out, const struct flow_table *t, struct buf *text);
int table_out_finish(struct table_out *out, struct buf *text);
