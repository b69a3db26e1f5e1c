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
	bool passed;			/* another process had the UDP socket before */
	void (*reload)(void *context);	/* at SIGHUP; NULL: nothing */
	void *reload_context;
};

/*
 * Call before threads start, which leave signals to this one.  A second request to end ends the process at
 * once; what is not filed is in the journal.
 */
void udp_input_signals(void);

/* False, after a log line, on failure. */
bool udp_input(const struct inputs *in, struct intake *intake);
