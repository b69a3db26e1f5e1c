/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a row tells of an attempt to contact its destination, and which rows answer each other. */

#include "detect/detect_rows.h"

enum ip_proto { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

enum contact {
	CONTACT_NONE,		/* says nothing of an attempt */
	CONTACT_DONE,		/* the target answered */
	CONTACT_FAILED,		/* it did not, by the TCP flags */
	CONTACT_OPEN,		/* answered if there is a row in the other direction */
	CONTACT_STREAM,		/* the same, but more packets than an attempt has: without an answer it says nothing */
	CONTACT_ANSWER,		/* an answer, and no attempt itself */
};

/* Whether the protocol is ICMP or ICMPv6, whose rows have no ports. */
static inline bool
contact_is_ping(uint8_t proto)
{
	return proto == PROTO_ICMP || proto == PROTO_ICMP6;
}

/* Whether something that came back says that the target answered. */
static inline bool
contact_wants_answer(uint8_t contact)
{
	return contact == CONTACT_OPEN || contact == CONTACT_STREAM;
}

/* Fills r->contact. */
void contacts_tell(struct detect_rows *r);

/* Whether a row is the counterpart of an earlier one. */
enum mate {
	MATE_NONE,
	MATE_ASKED,		/* it answers that row, which was CONTACT_OPEN */
	MATE_ANSWERED,		/* that row, CONTACT_ANSWER, answered this one */
};

/*
 * Rows that wait for their counterpart: a direct-mapped table by a hash of both ends; a slot keeps its latest row.
 * Answers are near their questions, so most are found: a match is certain, the lack of one proves nothing.
 */
#define MATCHER_SLOTS 65536

struct matcher {
	uint64_t seed;		/* so that nobody can forge rows that match others */
	uint64_t slot[MATCHER_SLOTS];
};

/* A hash of both ends of a row, the same for both directions; *forward: the row's direction. */
uint64_t matcher_ends(uint64_t seed, const struct detect_rows *r, uint32_t i, bool *forward);

/* Fills r->mate: whether a row is the counterpart of an earlier one; each row has one counterpart at most. */
void matcher_look(struct matcher *m, struct detect_rows *r);
