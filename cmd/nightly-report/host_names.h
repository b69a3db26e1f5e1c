/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Names of the hosts in a report's tables, and their countries, put beside the addresses: columns src_addr_name and
 * src_country, and the same of destinations.
 *
 * Names come from reverse DNS. All are asked at once, at most HOST_NAMES_MAX; after HOST_NAMES_MS no answer is waited
 * for. They are the hosts' own words, and have only letters, digits, '-', '_' and '.' (net/resolve.h).
 */

#include "nightly-report/questions.h"

#define HOST_NAMES_MAX 1000
#define HOST_NAMES_MS 5000

/* By options->resolve and options->request.geo. CLI_OK, or CLI_FAILURE after a message. */
int host_names_add(const struct nightly_options *options, struct report_answer *answer);
