/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rules of alerts, a file of settings (base/config_lines.h): those before the first rule hold for all.
 *
 *	command = /usr/local/sbin/page
 *
 *	rule = web-flood
 *	filter = dst port 443
 *	key = dst_addr
 *	measure = bps
 *	above = 500M
 *	times = 5
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Texts belong to the rules. */
struct alert_rule {
	const char *name;		/* unique; of lower-case letters, digits, '-', '_' and '.' */
	const char *filter;		/* NULL: all flows */
	const char *key;		/* as flowstat -A has it; NULL: all flows together */
	const char *measure;		/* of flowstat, or bps and pps, which are over the window */
	const char *command;		/* for sh -c; NULL: none */
	double above;			/* the value is greater; 0: no bound of this kind */
	double below;			/* the value is less; only without a key, above and times; 0: no such bound */
	double times;			/* and greater than so many times the usual; 0: no such bound */
	int64_t window_ms;		/* divides an hour */
	int64_t cooldown_ms;		/* an event that was off for so long is a new one */
	int64_t timeout_ms;		/* the command is ended then */
	uint64_t weeks, history;	/* that the usual is looked for in, and that it must be found in */
	uint64_t most;			/* events of one run */
	size_t line;			/* where the rule begins */
};

struct alert_rules {
	char *text;			/* owned, changed */
	struct alert_rule *rule;
	size_t count;
};

/*
 * Takes a file's text (malloc'ed, NUL-terminated), which the rules then own, also where it fails.  FLOW_EINVAL with
 * "PATH:LINE: what", and what was probably meant; FLOW_ENOMEM.
 */
enum flow_status alert_rules_parse(const char *path, char *text, struct alert_rules *rules, struct flow_error *err)
    NODISCARD;
void alert_rules_clear(struct alert_rules *rules);
