/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields that are not copied to a column: times, sampling, sections of packets, ICMP, exporters. */
#include "wire/template/plan_compile.h"

static void
assign_roles(struct compiler *c)
{
	size_t i;

	for (i = 0; i < ROLE_COUNT; i++)
		c->p->role[i] = PLAN_NO_INDEX;
	for (i = 0; i < c->t->count; i++) {
		const struct element *e = c->field[i].element;

		if (!c->field[i].fits || e->use != ELEMENT_USE_ROLE ||
		    c->p->role[e->arg] != PLAN_NO_INDEX)
			continue;
		c->p->role[e->arg] = (uint16_t)i;
		c->field[i].taken = true;
	}
}

/* The best time element of the template; the worse ones go to extra. */
static uint8_t
choose_time(struct compiler *c, enum element_role from, enum element_role to, unsigned step,
    bool *more)
{
	uint8_t chosen = ROLE_COUNT;
	unsigned role;

	for (role = from; role <= (unsigned)to; role += step) {
		uint16_t index = c->p->role[role];

		if (index == PLAN_NO_INDEX)
			continue;
		if (chosen == ROLE_COUNT) {
			chosen = (uint8_t)role;
			continue;
		}
		c->field[index].taken = false;
		*more = true;
	}
	return chosen;
}

static void
settle_roles(struct compiler *c)
{
	struct plan *p = c->p;
	unsigned role;

	p->first_role = choose_time(c, ROLE_FIRST_MS, ROLE_FIRST_UPTIME, 2, &p->choose_times);
	p->last_role = choose_time(c, ROLE_LAST_MS, ROLE_LAST_UPTIME, 2, &p->choose_times);
	p->event_role = choose_time(c, ROLE_EVENT_MS, ROLE_EVENT_S, 1, &p->choose_event);
	p->has_choice |= p->choose_times;
	for (role = ROLE_ICMP4; role <= ROLE_ICMP6_CODE; role++)
		p->has_icmp |= plan_has_role(p, (enum element_role)role);
	for (role = ROLE_INTERVAL; role <= ROLE_PROBABILITY; role++)
		p->has_sampling |= plan_has_role(p, (enum element_role)role);
	/* Elements that duplicate better ones, or part of one. */
	if (plan_has_role(p, ROLE_TTL) && p->column[FLOW_FIELD_MIN_TTL] && p->column[FLOW_FIELD_MAX_TTL])
		c->field[p->role[ROLE_TTL]].taken = false;
	for (role = ROLE_RANDOM_INTERVAL; role <= ROLE_PROBABILITY; role++)
		if (plan_has_role(p, (enum element_role)role))
			c->field[p->role[role]].taken = false;
	if (plan_has_role(p, ROLE_SYSTEM_INIT) && p->first_role != ROLE_FIRST_UPTIME &&
	    p->last_role != ROLE_LAST_UPTIME)
		c->field[p->role[ROLE_SYSTEM_INIT]].taken = false;
	if (plan_has_role(p, ROLE_DURATION_MS) && plan_has_role(p, ROLE_DURATION_US))
		c->field[p->role[ROLE_DURATION_US]].taken = false;
	/* A sampler's id has no column, and a duration may say more than the times. */
	for (role = ROLE_DURATION_MS; role <= ROLE_DURATION_US; role++)
		if (plan_has_role(p, (enum element_role)role) &&
		    (p->first_role != ROLE_COUNT) == (p->last_role != ROLE_COUNT))
			c->field[p->role[role]].taken = false;
	for (role = ROLE_SAMPLER; role <= ROLE_SEQUENCE; role++)
		if (plan_has_role(p, (enum element_role)role))
			c->field[p->role[role]].taken = false;
	if (plan_has_role(p, ROLE_LINE_CARD))
		c->field[p->role[ROLE_LINE_CARD]].taken = false;
}

/* The column has both, ORed; the flags of the first packet stay visible in extra. */
static void
settle_tcp_flags(struct compiler *c)
{
	unsigned role;

	for (role = ROLE_TCP_INITIAL; role <= ROLE_TCP_UNION; role++)
		if (plan_has_role(c->p, (enum element_role)role))
			c->field[c->p->role[role]].taken = false;
}

static void
settle_packets(struct compiler *c)
{
	struct plan *p = c->p;
	unsigned role;

	for (role = ROLE_FRAME_SECTION; role <= ROLE_IP_SECTION; role++)
		p->has_packet |= plan_has_role(p, (enum element_role)role);
	/* Sections that are not understood go to extra, as do elements about them. */
	for (role = ROLE_FRAME_SECTION; role <= ROLE_SECTION_OFFSET; role++)
		if (plan_has_role(p, (enum element_role)role))
			c->field[p->role[role]].taken = false;
	/* A frame's size becomes bytes, if nothing else does. */
	if (p->has_packet && plan_has_role(p, ROLE_FRAME_SIZE))
		c->field[p->role[ROLE_FRAME_SIZE]].taken = !p->column[FLOW_FIELD_PACKETS] &&
		    !p->column[FLOW_FIELD_BYTES];
}

/* A record's exporter is in the column and also in extra, as its sender is. */
static void
settle_origin(struct compiler *c)
{
	unsigned role;

	for (role = ROLE_ORIGINAL4; role <= ROLE_EXPORTER6; role++)
		if (plan_has_role(c->p, (enum element_role)role)) {
			c->p->has_origin = true;
			c->field[c->p->role[role]].taken = false;
		}
}

void
compile_roles(struct compiler *c)
{
	assign_roles(c);
	settle_roles(c);
	settle_packets(c);
	settle_tcp_flags(c);
	settle_origin(c);
}
