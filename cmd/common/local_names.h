/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Names of ASes and interfaces from local tables of text, put beside the numbers.
 *
 *	AS table         13335 CLOUDFLARENET        or AS13335,CLOUDFLARENET
 *	interface table  192.0.2.1 12 ge-0/0/1      * stands for any exporter
 *	                 192.0.2.1 13 speed=10G xe-0/1/0 uplink
 *
 * A table of ASes that begins with the line asn,name is CSV (RFC 4180) with these and more columns, as bgp.tools
 * offers it; RIPE's asn.txt is of the first form.  Fields are separated by blanks, tabs or commas; the name is the
 * rest of the line; lines that begin with # are comments.  An interface's third field may be its speed in bits per
 * second (k, M, G, T: powers of 1000); then it needs no name.
 */

#include "flow.h"

struct names;

/*
 * Reads the tables; NULL paths are skipped.  `announced` (may be NULL) has the exporters' own names of
 * interfaces, and their speeds, used where the table has none.  CLI_OK, or CLI_FAILURE after a message.
 */
int names_load(const char *as_path, const char *if_path, const struct flow_names *announced,
    struct names **names);
void names_free(struct names *names);

/*
 * Adds a column NAME_name beside each column of ASes or interfaces that there is a table for; and to a bill of
 * interfaces speed_bps, where any is known from the table or from exporters, with the share of it behind each rate
 * (RATE_pct).
 */
enum flow_status names_add(const struct names *names, struct flow_table *t) NODISCARD;
