/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A report's findings: what needs attention, what is worth knowing, and what is well. */

#include "nightly-report/cube.h"
#include "nightly-report/detected.h"
#include "nightly-report/figures.h"
#include "nightly-report/health.h"

enum finding_level { FINDING_GOOD, FINDING_NOTE, FINDING_ALERT };

#define FINDINGS_MAX 64

struct finding {
	enum finding_level level;
	char text[320];		/* partly from the network: must be escaped */
	enum report_table table;	/* the table with details; TABLES: none */
};

struct findings {
	struct finding list[FINDINGS_MAX];
	size_t count;
	size_t alerts, left_out;	/* alerts among them; findings beyond FINDINGS_MAX */
};

/* How many earlier spans are compared, the latest first. */
#define PASTS 5

struct report {
	struct nightly_options *options;
	int64_t now_ms;
	struct report_span span;
	struct names *names;
	struct report_answer answer;
	struct figures now, past[PASTS];
	/* The load table of the latest earlier span, to find exporters that are gone; owned. */
	struct flow_table *past_load;
	struct health health;
	struct detected detected;
	struct cube *cube;	/* NULL: not wanted; owned */
	struct findings findings;
};

/* Examines all of a report. */
void findings_make(struct report *report);
