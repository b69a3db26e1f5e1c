/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Evaluates a rule, and finds the keys for which it holds. */

#include "flowstat/options.h"

struct alert_case {
	char *key;		/* {"dst_addr":"192.0.2.1"}; owned */
	char *filter;		/* of its flows; owned */
	double value;
	double usual;		/* the median of the same hour of the week; 0 without a past */
	size_t bins, weeks;	/* of which it is the median; 0: no past */
	double *past;		/* its values in them, while they are collected */
};

struct alert_cases {
	struct alert_case *list;
	size_t count;
	int64_t from_ms, to_ms;	/* received in it */
};

/*
 * Evaluates the window that ends at to_ms; cases come in descending order, at most the rule's number.
 * CLI_OK, or an exit status after a message; *damaged: something could not be read.
 */
int alert_judge(const struct flowstat_options *options, const struct alert_rule *rule, int64_t to_ms,
    struct alert_cases *cases, bool *damaged);
void alert_cases_clear(struct alert_cases *cases);
