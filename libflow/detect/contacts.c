/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/contacts.h"

/* RFC 792, RFC 4443. */
enum icmp { ICMP_ECHO_REPLY = 0, ICMP_ECHO = 8, ICMP6_ECHO = 128, ICMP6_ECHO_REPLY = 129 };

/* Packets of one attempt, at most: nmap asks a silent port eleven times (nmap(1), --max-retries).  A flood has more. */
#define ATTEMPT_PACKETS 16

/* What the flags of a TCP flow say of its sender's attempt. */
static enum contact
tcp_contact(uint16_t flags)
{
	if ((flags & TCP_ACK) != 0)
		return (flags & (TCP_RST | TCP_SYN)) == TCP_RST ? CONTACT_NONE : CONTACT_DONE;
	/* FIN, PSH and URG without SYN begin no connection: scanners send these to leave no trace in logs. */
	return (flags & (TCP_SYN | TCP_FIN | TCP_PSH | TCP_URG)) != 0 ? CONTACT_FAILED : CONTACT_NONE;
}

static enum contact
ping_contact(uint8_t type, uint8_t ask, uint8_t reply)
{
	return type == ask ? CONTACT_OPEN : type == reply ? CONTACT_ANSWER : CONTACT_NONE;
}

static enum contact
row_contact(const struct detect_rows *r, uint32_t i)
{
	enum contact contact = CONTACT_NONE;

	if (r->rev_packets[i] > 0)
		return CONTACT_DONE;
	if (r->proto[i] == PROTO_TCP && r->flags[i] != 0)
		return tcp_contact(r->flags[i]);
	if (r->proto[i] == PROTO_TCP || r->proto[i] == PROTO_UDP)
		contact = CONTACT_OPEN;
	else if (r->proto[i] == PROTO_ICMP)
		contact = ping_contact(r->icmp_type[i], ICMP_ECHO, ICMP_ECHO_REPLY);
	else if (r->proto[i] == PROTO_ICMP6)
		contact = ping_contact(r->icmp_type[i], ICMP6_ECHO, ICMP6_ECHO_REPLY);
	/* With sampled packets the answer is mostly not seen. */
	if (r->sampled[i])
		return CONTACT_NONE;
	return contact == CONTACT_OPEN && r->packets[i] > ATTEMPT_PACKETS ? CONTACT_STREAM : contact;
}

void
contacts_tell(struct detect_rows *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		r->contact[i] = (uint8_t)row_contact(r, i);
}

uint64_t
matcher_ends(uint64_t seed, const struct detect_rows *r, uint32_t i, bool *forward)
{
	bool ping = contact_is_ping(r->proto[i]);
	uint64_t a = hash_mix64((r->src_hash[i] ^ seed) + (ping ? 0 : r->sport[i]));
	uint64_t b = hash_mix64((r->dst_hash[i] ^ seed) + (ping ? 0 : r->dport[i]));

	*forward = a < b;
	return hash_mix64(a + b + r->proto[i]);
}

void
matcher_look(struct matcher *m, struct detect_rows *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		bool forward, open = r->contact[i] == CONTACT_OPEN;
		uint64_t ends, *slot;

		r->mate[i] = MATE_NONE;
		if (!contact_wants_answer(r->contact[i]) && r->contact[i] != CONTACT_ANSWER)
			continue;
		/* The lowest two bits are the waiting row's: its direction, and whether it is CONTACT_OPEN. */
		ends = matcher_ends(m->seed, r, i, &forward) & ~UINT64_C(3);
		slot = &m->slot[ends >> 48];
		if (*slot == (ends | (uint64_t)!forward << 1 | 1))
			r->mate[i] = MATE_ASKED;
		else if (open && *slot == (ends | (uint64_t)!forward << 1))
			r->mate[i] = MATE_ANSWERED;
		*slot = r->mate[i] != MATE_NONE ? 0 : ends | (uint64_t)forward << 1 | open;
	}
}
