/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Templates announced, redefined, withdrawn and used in any order, data and options templates of
 * the same ids.  A small model of RFC 7011 8 says after every step what there must be: rows,
 * option records and data sets that wait.
 */
#include "tap.h"
#include "wire/wire_helper.h"

#define IDS 3
#define STEPS 20000

/* Layouts of one id; the data of every set is 8 bytes. */
enum layout {
	NONE,
	COUNTERS,	/* packets in 4 bytes: two rows */
	PORTS,		/* ports in 2 + 2: two rows */
	WIDE,		/* bytes in 8: one row */
	OPTIONS,	/* scope 149 in 4 and 82 interfaceName in 4: one option record */
	LAYOUTS
};

/* As templates of IPFIX, without their ids. */
static const char *const fields[LAYOUTS] = {
	[NONE] = "0000",
	[COUNTERS] = "0001 0002 0004",
	[PORTS] = "0002 0007 0002 000b 0002",
	[WIDE] = "0001 0001 0008",
	[OPTIONS] = "0002 0001 0095 0004 0052 0004",
};
static const unsigned rows_of[LAYOUTS] = { 0, 2, 2, 1, 0 };

struct model {
	enum layout layout[IDS];
	unsigned waiting[IDS];
	uint64_t rows, options, held, rescued, given_up;
};

/* xorshift64 (Marsaglia): the same steps every time. */
static uint32_t
draw(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32) % below;
}

static void
feed(struct wire *w, uint16_t set_id, int template_id, const char *hex)
{
	struct buf b = BUF_INIT;
	size_t set;

	put_ipfix_header(&b, 0, 0);
	set = put_set(&b, set_id);
	if (template_id >= 0)
		put16(&b, template_id, WIRE_STOP);
	put_hex(&b, hex);
	put_set_end(&b, set);
	wire_feed(w, &b);
	buf_release(&b);
}

static void
use(struct model *m, size_t i, unsigned sets)
{
	m->rows += (uint64_t)sets * rows_of[m->layout[i]];
	m->options += m->layout[i] == OPTIONS ? sets : 0;
}

static void
announce(struct wire *w, struct model *m, size_t i, enum layout layout)
{
	feed(w, layout == OPTIONS ? 3 : 2, 256 + (int)i, fields[layout]);
	m->layout[i] = layout;
	if (layout == NONE)
		return;
	use(m, i, m->waiting[i]);
	m->rescued += m->waiting[i];
	m->waiting[i] = 0;
}

static void
send_data(struct wire *w, struct model *m, size_t i)
{
	feed(w, (uint16_t)(256 + i), -1, "00010002 00030004");
	if (m->layout[i] == NONE) {
		m->waiting[i]++;
		m->held++;
	}
	use(m, i, 1);
}

/* All data templates, or all options templates, by the set's own id. */
static void
withdraw_all(struct wire *w, struct model *m, bool options)
{
	size_t i;

	feed(w, options ? 3 : 2, options ? 3 : 2, "0000");
	for (i = 0; i < IDS; i++)
		if ((m->layout[i] == OPTIONS) == options)
			m->layout[i] = NONE;
}

static void
give_up(struct wire *w, struct model *m)
{
	size_t i;

	flow_decoder_expire(w->d, INT64_MAX);
	for (i = 0; i < IDS; i++) {
		m->given_up += m->waiting[i];
		m->waiting[i] = 0;
	}
}

static bool
agrees(struct wire *w, const struct model *m)
{
	return wire_rows(w) == m->rows && wire_count(w, FLOW_COUNT_FLOWS) == m->rows &&
	    wire_count(w, FLOW_COUNT_OPTION_RECORDS) == m->options &&
	    wire_count(w, FLOW_COUNT_SETS_HELD) == m->held &&
	    wire_count(w, FLOW_COUNT_SETS_RESCUED) == m->rescued &&
	    wire_count(w, FLOW_COUNT_NO_TEMPLATE) == m->given_up;
}

static void
step(struct wire *w, struct model *m, uint64_t *state)
{
	size_t i = draw(state, IDS);

	switch (draw(state, 12)) {
	case 0: case 1: case 2:
		announce(w, m, i, (enum layout)draw(state, LAYOUTS));
		break;
	case 3:
		withdraw_all(w, m, draw(state, 2) == 1);
		break;
	case 4:
		/* Ids without sense, and an unknown one, with one byte of padding. */
		feed(w, 2, draw(state, 2) == 1 ? 255 : 4711, "0000 00");
		break;
	case 5:
		if (draw(state, 8) == 0)
			give_up(w, m);
		break;
	default:
		send_data(w, m, i);
		break;
	}
}

int
main(void)
{
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
	struct model m = { .rows = 0 };
	unsigned i, agreed = 0;
	struct wire w;

	wire_begin(&w, NULL);
	for (i = 0; i < STEPS; i++) {
		step(&w, &m, &state);
		agreed += agrees(&w, &m);
	}
	is_uint(agreed, STEPS);
	is_uint(wire_count(&w, FLOW_COUNT_SET_REMAINDER), 0);
	/* All of it happened. */
	ok(m.rows > 0 && m.options > 0 && m.rescued > 0 && m.given_up > 0);
	ok(wire_count(&w, FLOW_COUNT_TEMPLATES_CHANGED) > 0);
	ok(wire_count(&w, FLOW_COUNT_WITHDRAWALS) > 0);
	wire_end(&w);
	return tap_done();
}
