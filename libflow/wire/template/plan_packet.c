/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections of packets in records (RFC 5477 8.5, RFC 7133): routers that sample
 * export the first bytes of each packet instead of its fields.
 */
#include "wire/decoder.h"
#include "wire/sflow/packet_row.h"

#define FRAME_TYPE_ETHERNET 1	/* RFC 7133 3.1: the first of its flags */

static uint64_t
role_number(const struct rows *r, enum element_role role, uint64_t absent)
{
	struct span s = rows_role(r, role);

	return s.len > 0 ? load_wide(s.p, s.len) : absent;
}

/* Whether packet.h reads this kind of frame. */
static bool
is_ethernet(const struct rows *r)
{
	return (role_number(r, ROLE_FRAME_TYPE, FRAME_TYPE_ETHERNET) & FRAME_TYPE_ETHERNET) != 0;
}

/* Dissects the sections until one has an IP header. */
static void
put_sections(const struct rows *r, struct packet_row *row, struct packet *p)
{
	static const struct {
		enum element_role role;
		enum packet_start start;
	} section[] = {
		{ ROLE_FRAME_SECTION, PACKET_ETHERNET },
		{ ROLE_MPLS_SECTION, PACKET_MPLS },
		{ ROLE_IP_SECTION, PACKET_IP },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(section) && p->outer.version == 0; i++) {
		struct span s = rows_role(r, section[i].role);

		if (s.len == 0 || (section[i].start == PACKET_ETHERNET && !is_ethernet(r)))
			continue;
		packet_dissect(section[i].start, s.p, s.len, p);
		packet_row_put(row, p);
	}
}

/* A record without counters is about one packet. */
static void
put_counters(const struct rows *r, struct packet_row *row, const struct packet *p)
{
	uint64_t size = role_number(r, ROLE_FRAME_SIZE, p->outer.length);
	const int64_t *packets;

	if (size == 0)
		size = p->outer.length;
	if (!r->plan->column[FLOW_FIELD_PACKETS] && !r->plan->column[FLOW_FIELD_BYTES])
		packet_row_number(row, FLOW_FIELD_PACKETS, 1);
	if (row->st != FLOW_OK || !flow_builder_written(r->ctx->out, FLOW_FIELD_PACKETS))
		return;
	packets = flow_builder_flat(r->ctx->out, FLOW_FIELD_PACKETS, 1);
	if (packets == NULL)
		row->st = FLOW_ENOMEM;
	else if (*packets == 1)
		packet_row_number(row, FLOW_FIELD_BYTES, size > INT64_MAX ? INT64_MAX : size);
}

enum flow_status
rows_packet(const struct rows *r, struct packet *p)
{
	struct packet_row row = { .out = r->ctx->out, .keep = true };

	memset(p, 0, sizeof(*p));
	/* A section that begins further in has no known first header. */
	if (role_number(r, ROLE_SECTION_OFFSET, 0) == 0)
		put_sections(r, &row, p);
	put_counters(r, &row, p);
	return row.st;
}
