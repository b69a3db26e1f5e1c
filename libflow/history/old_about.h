/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What an old file says of itself, in its header or its appendix. */

#include <stdbool.h>
#include <stdint.h>

struct old_sums {
	uint64_t flows, packets, bytes;
};

struct old_about {
	char ident[129];		/* "": none */
	char creator[64];		/* what wrote it: "nfcapd 1.7.8", "flow-tools on collector" */
	bool has_sums;			/* `all` is known */
	struct old_sums all, tcp, udp, icmp, other;
	bool has_parts;			/* so are those of the protocols */
	bool has_times;			/* first_ms and last_ms: of its flows, or of its writing */
	int64_t first_ms, last_ms;
	bool has_lost;			/* flows that the collector missed; of nfdump gaps of any size */
	uint64_t lost;
	uint64_t records;		/* the number in the file; 0: it has none */
};
