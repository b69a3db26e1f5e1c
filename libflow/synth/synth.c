/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/synth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "synth/bend.h"
#include "synth/event.h"
#include "synth/made_rows.h"
#include "synth/piece.h"
#include "synth/random.h"
#include "synth/sampler.h"
#include "synth/synth_columns.h"
#include "synth/talk_blocks.h"
#include "synth/world.h"

/* Versions from here on are sFlow's, as in the column export_version. */
#define SFLOW 104

/* Streams of random numbers that do not depend on one another. */
#define WORLD_STREAM UINT64_C(0x776f726c64)
#define TALK_STREAM UINT64_C(0x74616c6b)
#define CURVE_STREAM UINT64_C(0x6375727665)
#define EVENT_STREAM UINT64_C(0x6576656e74)
#define BLOCK_STREAM UINT64_C(0x626c6f636b)
#define SAMPLE_STREAM UINT64_C(0x73616d706c65)

/* How much later than the earliest due row a turn's rows may be: turns of single rows would be slow. */
#define SLACK_MS 20

/* How long a piece of a flow waits for its exporter's turn. */
#define PIECE_SLACK_MS 200

struct flow_synth {
	struct flow_synth_options options;
	struct world world;
	struct talker talker;
	struct talk_blocks *blocks;
	const struct talk_block *block;	/* the current block of flows */
	size_t taken;			/* flows taken from it */
	struct pieces pieces, tails;	/* of long flows: of the mix, of events */
	bool cuts;			/* long flows come in pieces */
	struct sampler sampler;
	bool samples;			/* only sampled packets are seen */
	struct random random;
	uint64_t row;			/* number of the mix's next row */
	uint64_t turn_left;		/* rows of the mix left in this exporter's turn */
	struct curve curve;		/* if the options have one */
	int64_t end_ms;			/* of the mix; INT64_MAX: none */
	int64_t last_ms;		/* `received` of the last row made */
	struct event *event;
	uint64_t *event_rows;
	size_t events;
	bool bends;			/* some event changes other flows */
	struct rows mix, extra, moved, unseen;
	struct rows seen;		/* the sampled part of these */
};

static bool
options_valid(const struct flow_synth_options *o)
{
	return (o->curve == CURVE_FLAT || o->flows > 0) &&
	    o->active_ms >= 1000 && o->active_ms <= FLOW_SYNTH_TIMEOUT_MAX_MS &&
	    o->inactive_ms >= 1000 && o->inactive_ms <= FLOW_SYNTH_TIMEOUT_MAX_MS &&
	    o->rate > 0 && o->exporters > 0 && o->exporters <= FLOW_SYNTH_EXPORTERS_MAX &&
	    o->ipv6_percent <= 100 && o->start_ms >= 0 && o->events <= FLOW_SYNTH_EVENTS_MAX &&
	    (o->events == 0 || o->start_ms < FLOW_SYNTH_EVENTS_BEFORE_MS);
}

/* `received` of row n of the mix, if the rows come evenly. */
static int64_t
even_ms(const struct flow_synth *s, uint64_t n)
{
	uint64_t rate = s->options.rate, seconds = n / rate * 1000, rest = n % rate;

	return s->options.start_ms + (int64_t)(seconds * 1000 + rest * 1000000 / rate);
}

/* `received` of row n of the mix; n never decreases. */
static int64_t
mix_ms(struct flow_synth *s, uint64_t n)
{
	return s->curve.row != NULL ? curve_ms(&s->curve, n) : even_ms(s, n);
}

static bool
init_curve(struct flow_synth *s)
{
	const struct flow_synth_options *o = &s->options;

	return o->curve == CURVE_FLAT || curve_init(&s->curve, o->curve, o->seed ^ CURVE_STREAM, o->start_ms, s->end_ms,
	    o->flows, o->profile != NULL && o->profile->has_week ? o->profile->week : NULL);
}

static bool
mix_ended(const struct flow_synth *s)
{
	return s->options.flows != 0 && s->row >= s->options.flows;
}

static bool
init_events(struct flow_synth *s)
{
	struct event_stage stage = { s->options.start_ms, s->end_ms, 0, s->options.exporters };
	size_t n = s->options.events, i;

	if (n == 0)
		return true;
	s->event = calloc(n, sizeof(*s->event));
	s->event_rows = calloc(n, sizeof(*s->event_rows));
	if (s->event == NULL || s->event_rows == NULL)
		return false;
	for (i = 0; i < n; i++) {
		stage.seed = hash_mix64(s->options.seed ^ EVENT_STREAM) + i;
		s->events++;
		s->bends |= s->options.event[i].kind->effect != EFFECT_FLOWS;
		if (!event_init(&s->event[i], &s->options.event[i], &stage, &s->world))
			return false;
	}
	return true;
}

struct flow_synth *
flow_synth_new(const struct flow_synth_options *options)
{
	struct talk_options talk;
	struct flow_synth *s;

	if (!options_valid(options) || (s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->options = *options;
	s->last_ms = options->start_ms;
	s->end_ms = options->flows != 0 ? even_ms(s, options->flows) : INT64_MAX;
	/* Events of firewalls and NAT are of no packet: these have no pieces. */
	s->cuts = options->kind == DRESS_PLAIN || options->kind == DRESS_BIFLOW;
	s->samples = s->cuts && options->sampling > 1 && options->version < SFLOW;
	if (s->samples)
		sampler_init(&s->sampler, hash_mix64(options->seed ^ SAMPLE_STREAM), options->sampling);
	pieces_init(&s->pieces, options->active_ms);
	pieces_init(&s->tails, options->active_ms);
	talk = (struct talk_options){ options->ipv6_percent, options->profile, options->active_ms,
		options->inactive_ms };
	if (!world_init(&s->world, options->seed ^ WORLD_STREAM, (uint32_t)options->events * EVENT_NETWORKS,
	    options->networks) ||
	    !talker_init(&s->talker, &s->world, &talk) || !init_curve(s) || !init_events(s) ||
	    (s->blocks = talk_blocks_new(&s->talker, options->kind, options->seed ^ BLOCK_STREAM,
	    options->threads)) == NULL) {
		flow_synth_free(s);
		return NULL;
	}
	s->options.event = NULL;
	s->options.networks = NULL;
	s->options.profile = NULL;
	random_init(&s->random, options->seed ^ TALK_STREAM);
	return s;
}

void
flow_synth_free(struct flow_synth *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->events; i++)
		event_release(&s->event[i]);
	free(s->event);
	free(s->event_rows);
	talk_blocks_free(s->blocks);
	pieces_release(&s->pieces);
	pieces_release(&s->tails);
	curve_release(&s->curve);
	talker_release(&s->talker);
	world_release(&s->world);
	free(s);
}

int64_t
flow_synth_now(struct flow_synth *s)
{
	int64_t ms;

	if (rows_left(&s->mix) > 0)
		return s->mix.received[s->mix.at];
	ms = mix_ms(s, s->row);
	return mix_ended(s) && s->last_ms > ms ? s->last_ms : ms;
}

uint64_t
flow_synth_event_rows(const struct flow_synth *s, size_t i)
{
	return s->event_rows[i];
}

/* Lets a flow's bytes be those of its frames, as sFlow counts (IEEE 802.3: 18 more than the packet's, at least 64). */
static void
as_frames(struct talk_flow *f)
{
	uint64_t bytes = f->bytes + 18 * f->packets;

	f->bytes = bytes < 64 * f->packets ? 64 * f->packets : bytes;
}

/* Takes the next new flow. */
static enum flow_status
new_flow(struct flow_synth *s, struct talk_flow *f, int64_t received_ms)
{
	if (s->block == NULL || s->taken == TALK_BLOCK) {
		s->block = talk_blocks_next(s->blocks);
		s->taken = 0;
	}
	*f = s->block->flow[s->taken++];
	if (f->duration_ms <= s->options.active_ms)
		return FLOW_OK;
	if (!s->cuts) {
		f->duration_ms = s->options.active_ms;
		return FLOW_OK;
	}
	return pieces_cut(&s->pieces, f, received_ms, s->mix.exporter, 0, &s->random) ? FLOW_OK : FLOW_ENOMEM;
}

/* Makes the next rows of the mix, at most turn_left and ROWS_MAX: new flows, and pieces that are due. */
static enum flow_status
make_mix(struct flow_synth *s)
{
	struct rows *r = &s->mix;
	size_t most = s->turn_left < ROWS_MAX ? (size_t)s->turn_left : ROWS_MAX;

	r->at = 0;
	for (r->n = 0; r->n < most && s->turn_left > 0; r->n++, s->row++, s->turn_left--) {
		int64_t now = mix_ms(s, s->row);
		const struct piece *p = pieces_first(&s->pieces);
		bool due = p != NULL && p->due_ms <= now, mine = due && p->exporter == r->exporter;

		/* A piece of another exporter waits a little, then ends this turn. */
		if (due && !mine && r->n > 0 && now - p->due_ms > PIECE_SLACK_MS) {
			s->turn_left = 0;
			break;
		}
		if (mine ? !pieces_take(&s->pieces, now, &s->random, &r->flow[r->n])
		    : new_flow(s, &r->flow[r->n], now) != FLOW_OK)
			return FLOW_ENOMEM;
		r->received[r->n] = now;
		r->event[r->n] = 0;
	}
	return FLOW_OK;
}

/* Raises each `received` of the first n waiting rows to at least that of the row before. */
static void
keep_order(struct flow_synth *s, struct rows *r, size_t n)
{
	size_t i;

	for (i = r->at; i < r->at + n; i++) {
		int64_t was = r->received[i];

		if (was < s->last_ms) {
			r->received[i] = s->last_ms;
			/* `first` and `last` stay as they are. */
			r->flow[i].delay_ms += (uint32_t)((s->last_ms - s->last_ms % 1000) - (was - was % 1000));
		}
		s->last_ms = r->received[i];
	}
}

static void
count_events(struct flow_synth *s, const struct rows *r, size_t n)
{
	size_t i;

	for (i = r->at; i < r->at + n; i++)
		if (r->event[i] > 0)
			s->event_rows[r->event[i] - 1]++;
}

/* Samples the first n waiting rows. */
static const struct rows *
sample(struct flow_synth *s, const struct rows *r, size_t n)
{
	struct rows *seen = &s->seen;
	size_t i;

	seen->exporter = r->exporter;
	seen->at = seen->n = 0;
	for (i = r->at; i < r->at + n; i++) {
		seen->flow[seen->n] = r->flow[i];
		seen->received[seen->n] = r->received[i];
		seen->n += sampler_flow(&s->sampler, &s->world, &seen->flow[seen->n]);
	}
	return seen;
}

/* Writes the first n waiting rows to the batch. */
static enum flow_status
put_rows(struct flow_synth *s, struct rows *r, size_t n, struct flow_builder *out)
{
	const struct flow_synth_options *o = &s->options;
	int64_t scale = o->sampling > 1 && o->version < SFLOW ? o->sampling : 1;
	const struct rows *seen = r;
	size_t count = n, i;

	for (i = r->at; o->version >= SFLOW && i < r->at + n; i++)
		as_frames(&r->flow[i]);
	if (s->events > 0) {
		keep_order(s, r, n);
		count_events(s, r, n);
	}
	if (s->samples) {
		seen = sample(s, r, n);
		count = seen->n;
	}
	if (o->whole != NULL && synth_columns(o, &s->world, r, n, s->samples ? 1 : scale, o->whole) != FLOW_OK)
		return FLOW_ENOMEM;
	if (count > 0 && synth_columns(o, &s->world, seen, count, scale, out) != FLOW_OK)
		return FLOW_ENOMEM;
	r->at += n;
	return FLOW_OK;
}

/* The exporter of a due piece, else the smaller of two draws: lower numbers are busier. */
static uint32_t
draw_exporter(struct flow_synth *s)
{
	const struct piece *p = pieces_first(&s->pieces);
	uint32_t a, b;

	if (s->options.exporters == 1)
		return 0;
	if (p != NULL && p->due_ms <= mix_ms(s, s->row))
		return p->exporter;
	a = random_below(&s->random, s->options.exporters);
	b = random_below(&s->random, s->options.exporters);
	return a < b ? a : b;
}

static void
bend(struct flow_synth *s, struct rows *r)
{
	if (!s->bends)
		return;
	s->moved.at = s->moved.n = 0;
	s->unseen.at = s->unseen.n = 0;
	bend_rows(s->event, s->events, s->options.exporters, &s->world, r, &s->moved, &s->unseen);
}

/* The event that is due first; NULL: none.  *next_ms: when the second is due. */
static struct event *
first_event(struct flow_synth *s, int64_t *next_ms)
{
	struct event *first = NULL;
	int64_t first_ms = INT64_MAX;
	size_t i;

	*next_ms = INT64_MAX;
	for (i = 0; i < s->events; i++) {
		int64_t due = event_due_ms(&s->event[i]);

		if (due < first_ms) {
			*next_ms = first_ms;
			first_ms = due;
			first = &s->event[i];
		} else if (due < *next_ms) {
			*next_ms = due;
		}
	}
	return first;
}

/* Makes flows of an event that are due until until_ms. */
static enum flow_status
make_extra(struct flow_synth *s, struct event *e, int64_t until_ms, size_t rows)
{
	struct rows *r = &s->extra;
	uint16_t number = (uint16_t)(e - s->event + 1);
	size_t most = rows < ROWS_MAX ? rows : ROWS_MAX;

	r->at = r->n = 0;
	r->exporter = e->one_exporter ? e->exporter : random_below(&e->random, s->options.exporters);
	while (r->n < most && event_due_ms(e) < INT64_MAX && event_due_ms(e) <= until_ms) {
		int64_t due = event_due_ms(e), begun = due - due % 1000, first_ms;
		unsigned n = event_make(e, &s->world, &r->flow[r->n], most - r->n < 2 ? 1 : 2, &first_ms), i;

		for (i = 0; i < n; i++, r->n++) {
			struct talk_flow *f = &r->flow[r->n];

			/* The answer ends when the question does. */
			f->delay_ms = (uint32_t)(begun - first_ms - r->flow[r->n - i].duration_ms);
			if (i > 0 && f->duration_ms > r->flow[r->n - 1].duration_ms)
				f->delay_ms = (uint32_t)(begun - first_ms - f->duration_ms);
			r->received[r->n] = due;
			r->event[r->n] = number;
			if (s->cuts && !pieces_cut(&s->tails, f, due, r->exporter, number, &e->random))
				return FLOW_ENOMEM;
		}
	}
	return FLOW_OK;
}

/* Takes due pieces of events' flows, all of one exporter. */
static enum flow_status
make_tails(struct flow_synth *s, int64_t until_ms, size_t rows)
{
	const struct piece *p = pieces_first(&s->tails);
	struct rows *r = &s->extra;
	size_t most = rows < ROWS_MAX ? rows : ROWS_MAX;

	r->at = r->n = 0;
	r->exporter = p->exporter;
	for (; r->n < most && p != NULL && p->due_ms <= until_ms && p->exporter == r->exporter; r->n++) {
		r->received[r->n] = p->due_ms;
		r->event[r->n] = p->event;
		if (!pieces_take(&s->tails, p->due_ms, &s->random, &r->flow[r->n]))
			return FLOW_ENOMEM;
		p = pieces_first(&s->tails);
	}
	return FLOW_OK;
}

/* The number of waiting rows of the mix that are not after limit_ms. */
static size_t
mix_until(const struct rows *r, int64_t limit_ms)
{
	size_t n = 0;

	if (limit_ms == INT64_MAX)
		return rows_left(r);
	while (r->at + n < r->n && r->received[r->at + n] <= limit_ms)
		n++;
	return n;
}

/* The last millisecond of the mix's current second, counted from the beginning. */
static int64_t
second_end(struct flow_synth *s)
{
	int64_t passed = flow_synth_now(s) - s->options.start_ms;

	return s->options.start_ms + passed - passed % 1000 + 999;
}

/* Writes rows of the mix: with events those of one call of make_mix, else all that are wanted. */
static enum flow_status
put_mix(struct flow_synth *s, size_t rows, int64_t limit_ms, struct flow_builder *out, struct flow_synth_turn *turn)
{
	struct rows *r = &s->mix;
	uint64_t left = s->options.flows != 0 ? s->options.flows - s->row : UINT64_MAX;
	size_t n;

	if (s->options.by_second && second_end(s) < limit_ms)
		limit_ms = second_end(s);
	if (s->turn_left == 0 && rows_left(r) == 0) {
		r->exporter = draw_exporter(s);
		s->turn_left = rows < left ? rows : left;
	}
	do {
		if (rows_left(r) == 0) {
			if (make_mix(s) != FLOW_OK)
				return FLOW_ENOMEM;
			bend(s, r);
		}
		n = mix_until(r, limit_ms);
		if (n > rows - turn->rows)
			n = rows - turn->rows;
		turn->exporter = r->exporter;
		turn->event = s->events > 0 ? &r->event[r->at] : NULL;
		turn->rows += n;
		if (n > 0 && put_rows(s, r, n, out) != FLOW_OK)
			return FLOW_ENOMEM;
	} while (s->events == 0 && rows_left(r) == 0 && s->turn_left > 0 && turn->rows < rows);
	return FLOW_OK;
}

/* Writes rows that were put aside. */
static enum flow_status
put_aside(struct flow_synth *s, size_t rows, struct flow_builder *out, struct flow_synth_turn *turn)
{
	struct rows *r = rows_left(&s->moved) > 0 ? &s->moved : rows_left(&s->unseen) > 0 ? &s->unseen : &s->extra;
	size_t n = rows_left(r);

	turn->rows = n < rows ? n : rows;
	turn->exporter = r->exporter;
	turn->unseen = r == &s->unseen;
	turn->event = &r->event[r->at];
	return put_rows(s, r, turn->rows, out);
}

/* Makes and writes flows of an event or, if e is NULL, pieces that are due. */
static enum flow_status
put_event(struct flow_synth *s, struct event *e, int64_t until_ms, size_t rows, struct flow_builder *out,
    struct flow_synth_turn *turn)
{
	enum flow_status status = e != NULL ? make_extra(s, e, until_ms, rows) : make_tails(s, until_ms, rows);

	if (status != FLOW_OK)
		return status;
	bend(s, &s->extra);
	return rows_left(&s->moved) + rows_left(&s->unseen) + rows_left(&s->extra) > 0
	    ? put_aside(s, rows, out, turn) : FLOW_OK;
}

enum flow_status
flow_synth_next(struct flow_synth *s, size_t rows, struct flow_builder *out, struct flow_synth_turn *turn)
{
	enum flow_status status = FLOW_OK;

	*turn = (struct flow_synth_turn){ 0, 0, false, NULL };
	while (status == FLOW_OK && turn->rows == 0) {
		bool ended = mix_ended(s) && rows_left(&s->mix) == 0;
		int64_t mix = ended ? INT64_MAX : flow_synth_now(s), behind, due;
		const struct piece *p;
		struct event *e;

		if (rows_left(&s->moved) + rows_left(&s->unseen) + rows_left(&s->extra) > 0)
			return put_aside(s, rows, out, turn);
		e = first_event(s, &behind);
		due = e != NULL ? event_due_ms(e) : INT64_MAX;
		p = pieces_first(&s->tails);
		if (p != NULL && p->due_ms < due) {
			behind = due;
			due = p->due_ms;
			e = NULL;
		}
		if (due == INT64_MAX && ended)
			break;
		if (due < mix) {
			behind = behind < mix ? behind : mix;
			status = put_event(s, e, behind < INT64_MAX - SLACK_MS ? behind + SLACK_MS : behind, rows, out,
			    turn);
		} else {
			status = put_mix(s, rows, due < INT64_MAX ? due + SLACK_MS : INT64_MAX, out, turn);
		}
	}
	return status;
}

bool
flow_synth_interface(uint32_t i, struct flow_synth_interface *out)
{
	if (i >= CUSTOMER_PORTS + UPLINKS)
		return false;
	memset(out, 0, sizeof(*out));
	if (i < CUSTOMER_PORTS) {
		out->index = 1 + i;
		(void)snprintf(out->name, sizeof(out->name), "Gi0/0/%" PRIu32, i);
		(void)snprintf(out->text, sizeof(out->text), "customer %" PRIu32, 1 + i);
	} else {
		i -= CUSTOMER_PORTS;
		out->index = UPLINK_FIRST + i;
		(void)snprintf(out->name, sizeof(out->name), "Hu0/1/0/%" PRIu32, i);
		(void)snprintf(out->text, sizeof(out->text), "uplink %" PRIu32, 1 + i);
	}
	return true;
}
