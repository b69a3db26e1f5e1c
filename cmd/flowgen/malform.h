/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Datagrams as nobody should send them, for collectors that should bear them.  They come from an exporter of
 * their own, so that the flows of the others are not touched by what they make of its templates.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow.h"

struct malform {
	uint64_t state;			/* of the random numbers */
	uint32_t kinds;			/* a bit for each that is wanted */
	uint32_t next;			/* the kind that is next */
	uint32_t since;			/* good datagrams since the last bad one */
	uint32_t sequence;
	uint64_t made;
	struct buf good;		/* the last datagram that was right */
};

/* Adds kinds to *kinds: names with commas between them, or all; false after a message. */
bool malform_parse(const char *text, uint32_t *kinds);

/* Prints the kinds to stdout.  CLI_OK or CLI_FAILURE. */
int malform_help(void);

void malform_init(struct malform *m, uint64_t seed, uint32_t kinds);
void malform_release(struct malform *m);

/*
 * Looks at good datagrams, and makes a bad one for every ten of them into *out (whose list is empty), at the time
 * of the last.  FLOW_ENOMEM.
 */
enum flow_status malform(struct malform *m, const struct flow_datagrams *good, struct flow_datagrams *out) NODISCARD;
