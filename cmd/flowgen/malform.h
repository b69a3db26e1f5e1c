/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Malformed datagrams, which collectors must tolerate.  They come from an exporter of their own, so that
 * their templates do not affect other exporters' flows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow.h"

struct malform {
	uint64_t state;			/* of the random numbers */
	uint32_t kinds;			/* a bit for each wanted kind */
	uint32_t next;			/* the next kind */
	uint32_t since;			/* good datagrams since the last bad one */
	uint32_t sequence;
	uint64_t made;
	struct buf good;		/* the last good datagram */
};

/* Adds kinds to *kinds: names with commas between them, or all; false after a message. */
bool malform_parse(const char *text, uint32_t *kinds);

/* Prints the kinds to stdout.  CLI_OK or CLI_FAILURE. */
int malform_help(void);

void malform_init(struct malform *m, uint64_t seed, uint32_t kinds);
void malform_release(struct malform *m);

/*
 * Makes a bad datagram for every ten good ones, into *out (whose list is empty), at the time of the last one.
 * FLOW_ENOMEM.
 */
enum flow_status malform(struct malform *m, const struct flow_datagrams *good, struct flow_datagrams *out) NODISCARD;
