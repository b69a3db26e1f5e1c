/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Whether a rule holds, and for which keys. */

#include "flowstat/options.h"

struct alert_case {
	char *key;		/* {"dst_addr":"192.0.2.1"}; owned */
	char *filter;		/* of its flows; owned */
	double value;
	double usual;		/* the median of the same hour of the week; where none was looked for, 0 */
	size_t bins, weeks;	/* that it is the median of; 0: none was looked for */
	double *past;		/* what it had in them, while that is gathered */
};

struct alert_cases {
	struct alert_case *list;
	size_t count;
	int64_t from_ms, to_ms;	/* received in it */
};

/*
 * The window that ends at to_ms; cases come greatest first, at most the rule's.  CLI_OK, or what to end with after a message;
 * *damaged: something could not be read.
 */
int alert_judge(const struct flowstat_options *options, const struct alert_rule *rule, int64_t to_ms,
    struct alert_cases *cases, bool *damaged);
void alert_cases_clear(struct alert_cases *cases);
