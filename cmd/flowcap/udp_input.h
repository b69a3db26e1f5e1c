/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Live collection, until a signal ends it. */

#include "flowcap/options.h"
#include "flowcap/repeat.h"
#include "flowcap/tcp_input.h"

struct inputs {
	int udp;			/* a bound socket */
	struct tcp_input *tcp;		/* NULL: none */
	struct repeater *repeater;	/* NULL: none */
	bool passed;			/* others had the UDP socket before */
	void (*reload)(void *context);	/* at SIGHUP; NULL: nothing */
	void *reload_context;
};

/*
 * To be called before threads start: they leave signals to this one.  After the second that asks to
 * end, the process ends at once; what is not filed is in the journal.
 */
void udp_input_signals(void);

/* False, after a log line, on failure. */
bool udp_input(const struct inputs *in, struct intake *intake);
