/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a row tells of an attempt to talk to its destination, and which rows are each other's answer. */

#include "detect/detect_rows.h"

enum ip_proto { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

enum contact {
	CONTACT_NONE,		/* tells nothing */
	CONTACT_DONE,		/* the target answered */
	CONTACT_FAILED,		/* it did not, as flags tell */
	CONTACT_OPEN,		/* it did if it sent something back */
	CONTACT_ANSWER,		/* what it sent back, and no attempt itself */
};

/* Whether a row's ports say nothing: of a ping. */
static inline bool
contact_is_ping(uint8_t proto)
{
	return proto == PROTO_ICMP || proto == PROTO_ICMP6;
}

/* Fills r->contact. */
void contacts_tell(struct detect_rows *r);

/* Whether a row is the counterpart of one that came before. */
enum mate {
	MATE_NONE,
	MATE_ASKED,		/* and answers it, which was CONTACT_OPEN */
	MATE_ANSWERED,		/* and was answered by it, which was CONTACT_ANSWER */
};

/*
 * Rows that wait for their answer: slots by a hash of both ends, each with the last row that came there.  So a row
 * that finds its counterpart surely is answered, as answers stand near; one that finds none may be.
 */
#define MATCHER_SLOTS 65536

struct matcher {
	uint64_t seed;		/* so that nobody can make rows up that answer others */
	uint64_t slot[MATCHER_SLOTS];
};

/* The hash of both ends of a row, whichever is which; *forward: which way it runs. */
uint64_t matcher_ends(uint64_t seed, const struct detect_rows *r, uint32_t i, bool *forward);

/* Fills r->mate: whether a row is the counterpart of one that came before, of which no other is. */
void matcher_look(struct matcher *m, struct detect_rows *r);
