/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Expressions over sets of addresses: @FILE, addresses, networks, ranges and lists of them, joined by and
 * (intersection), or (union), not (all other addresses of both families), and parentheses, as filters are.
 */

#include "filter/filter.h"
#include "filter/set.h"

/*
 * Appends the ranges of a text's set to *list, sorted and disjoint, IPv4 first; names of hosts are errors, and with
 * no_files files, too.  Errors as those of flow_filter_parse.
 */
enum flow_status set_expression(const char *text, size_t len, bool no_files, struct addr_list *list,
    struct flow_error *err) NODISCARD;
