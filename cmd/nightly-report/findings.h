/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a report says in words: what calls for attention, what is worth knowing, what is well. */

#include "nightly-report/cube.h"
#include "nightly-report/detected.h"
#include "nightly-report/figures.h"
#include "nightly-report/health.h"

enum finding_level { FINDING_GOOD, FINDING_NOTE, FINDING_ALERT };

#define FINDINGS_MAX 64

struct finding {
	enum finding_level level;
	char text[320];		/* from the network in part: to be escaped */
	enum report_table table;	/* where more of it is; TABLES: nowhere */
};

struct findings {
	struct finding list[FINDINGS_MAX];
	size_t count;
	size_t alerts, left_out;	/* of them; beyond FINDINGS_MAX */
};

/* Times before that are compared with, the latest first. */
#define PASTS 5

struct report {
	struct nightly_options *options;
	int64_t now_ms;
	struct report_span span;
	struct names *names;
	struct report_answer answer;
	struct figures now, past[PASTS];
	/* The first past's table of load, for exporters that are gone; owned. */
	struct flow_table *past_load;
	struct health health;
	struct detected detected;
	struct cube *cube;	/* NULL: none was asked for; owned */
	struct findings findings;
};

/* Looks all of a report over. */
void findings_make(struct report *report);
