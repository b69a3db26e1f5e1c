/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/bend.h"

/* The destination of a row. */
enum fate {
	FATE_STAYS,
	FATE_MOVES,
	FATE_UNSEEN,
};

static bool
is_now(const struct event *e, int64_t ms)
{
	return ms >= e->begin_ns / 1000000 && ms < e->end_ns / 1000000;
}

static bool
is_through(const struct event *e, const struct world *w, const struct talk_flow *f)
{
	return e->interface < 0 || w->network[f->src_network].interface == e->interface ||
	    w->network[f->dst_network].interface == e->interface;
}

/* In every other interval, reroutes the network through another uplink. */
static bool
flap(const struct event *e, const struct world *w, struct talk_flow *f, int64_t ms)
{
	int64_t passed_ms = ms - e->begin_ns / 1000000;

	if (passed_ms / (e->gap_ns / 1000000 + 1) % 2 == 0)
		return false;
	if (f->dst_network == e->network) {
		f->dst_network = e->detour;
		f->next_hop = w->network[e->detour].next_hop;
		return true;
	}
	if (f->src_network != e->network)
		return false;
	f->src_network = e->detour;
	return true;
}

/* Applies one event to one row; *touched: it changed the row, which now belongs to the event. */
static enum fate
bend_row(const struct event *e, uint32_t exporters, const struct world *w, struct talk_flow *f, int64_t ms,
    bool *touched)
{
	*touched = false;
	switch (e->kind->effect) {
	case EFFECT_OUTAGE:
		*touched = is_through(e, w, f);
		return *touched ? FATE_UNSEEN : FATE_STAYS;
	case EFFECT_FLAP:
		*touched = flap(e, w, f, ms);
		return FATE_STAYS;
	case EFFECT_ASYMMETRIC:
		*touched = is_through(e, w, f);
		if (!*touched || w->network[f->src_network].interface != e->interface)
			return FATE_STAYS;
		return exporters > 1 ? FATE_MOVES : FATE_UNSEEN;
	default:
		return FATE_STAYS;
	}
}

/* Applies all events to a row: routes first, then outages of the exporter that it ends at.  *number: the last event. */
static enum fate
bend_all(const struct event *event, size_t events, uint32_t exporters, const struct world *w, uint32_t exporter,
    struct talk_flow *f, int64_t ms, uint16_t *number)
{
	enum fate fate = FATE_STAYS;
	bool outages = false, touched;
	size_t k;

	do {
		for (k = 0; k < events && fate != FATE_UNSEEN; k++) {
			const struct event *e = &event[k];
			enum fate now;

			if (e->kind->effect == EFFECT_FLOWS || (e->kind->effect == EFFECT_OUTAGE) != outages ||
			    !is_now(e, ms) || (e->one_exporter && e->exporter != exporter))
				continue;
			now = bend_row(e, exporters, w, f, ms, &touched);
			if (touched)
				*number = (uint16_t)(k + 1);
			if (now == FATE_MOVES && fate == FATE_STAYS)
				exporter = (exporter + 1) % exporters;
			fate = now == FATE_STAYS ? fate : now;
		}
		outages = !outages;
	} while (outages);
	return fate;
}

void
bend_rows(const struct event *event, size_t events, uint32_t exporters, const struct world *w, struct rows *rows,
    struct rows *moved, struct rows *unseen)
{
	size_t n = rows->n, i;

	moved->exporter = (rows->exporter + 1) % exporters;
	unseen->exporter = rows->exporter;
	rows->n = rows->at;
	for (i = rows->at; i < n; i++) {
		struct talk_flow f = rows->flow[i];
		int64_t ms = rows->received[i];
		uint16_t number = rows->event[i];
		enum fate fate = bend_all(event, events, exporters, w, rows->exporter, &f, ms, &number);

		rows_add(fate == FATE_STAYS ? rows : fate == FATE_MOVES ? moved : unseen, &f, ms, number);
	}
}
