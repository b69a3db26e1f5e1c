/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/measure.h"

#include <stdio.h>
#include <string.h>

#include "record/derived.h"

#define NONE FLOW_FIELD_NONE

void
slots_init(struct slots *slots)
{
	memset(slots, 0, sizeof(*slots));
	slots->count = 1;
	slots->slot[0] = (struct slot){ SLOT_ROWS, { NONE, NONE }, { NONE, NONE }, 0 };
}

static bool
slot_equal(const struct slot *a, const struct slot *b)
{
	return a->op == b->op && a->field[0] == b->field[0] && a->field[1] == b->field[1] &&
	    a->back[0] == b->back[0] && a->back[1] == b->back[1] && a->param == b->param;
}

struct slot
slot_mirror(const struct slot *s)
{
	return (struct slot){ s->op, { s->back[0], s->back[1] },
	    { s->field[0], s->field[1] }, s->param };
}

uint8_t
slots_find(struct slots *slots, struct slot want)
{
	uint8_t i;

	for (i = 0; i < slots->count; i++)
		if (slot_equal(&slots->slot[i], &want))
			return i;
	if (i < SLOTS) {
		slots->slot[i] = want;
		slots->count++;
	}
	return i;
}

/* A slot of one column, the same for both directions. */
static uint8_t
slots_one(struct slots *slots, enum slot_op op, enum flow_field field)
{
	return slots_find(slots, (struct slot){ op, { field, NONE }, { field, NONE }, 0 });
}

void
slots_seal(struct slots *slots)
{
	static const struct {
		enum slot_op op;
		enum flow_field field;
	} plain[] = {
		{ SLOT_ROWS, NONE }, { SLOT_ADD, FLOW_FIELD_FLOWS },
		{ SLOT_ADD, FLOW_FIELD_PACKETS }, { SLOT_ADD, FLOW_FIELD_BYTES },
		{ SLOT_MIN, FLOW_FIELD_FIRST }, { SLOT_MAX, FLOW_FIELD_LAST },
	};

	slots->plain = slots->count == ARRAY_LEN(plain);
	for (size_t i = 0; slots->plain && i < ARRAY_LEN(plain); i++)
		slots->plain = slots->slot[i].op == plain[i].op &&
		    slots->slot[i].field[0] == plain[i].field;
}

bool
slots_approx(const struct slots *slots)
{
	for (size_t i = 0; i < slots->count; i++)
		if (slots->slot[i].op == SLOT_APPROX)
			return true;
	return false;
}

void
slots_fields(const struct slots *slots, struct flow_fieldset *set)
{
	for (size_t i = 0; i < slots->count; i++) {
		for (size_t k = 0; k < 2; k++) {
			if (slots->slot[i].field[k] != NONE)
				flow_fieldset_add(set, slots->slot[i].field[k]);
			if (slots->slot[i].back[k] != NONE)
				flow_fieldset_add(set, slots->slot[i].back[k]);
		}
	}
}

/* The counter and the direction of a word. */
enum counter {
	COUNTER_FLOWS,
	COUNTER_PACKETS,
	COUNTER_BYTES,
};

enum way {
	WAY_PLAIN,	/* forward, or both in statistics */
	WAY_IN,		/* forward */
	WAY_OUT,	/* reverse */
};

static uint8_t
slots_counter(struct slots *slots, bool both, enum counter counter, enum way way)
{
	enum flow_field there, back;

	if (counter == COUNTER_FLOWS)
		return slots_one(slots, SLOT_ADD, FLOW_FIELD_FLOWS);
	there = counter == COUNTER_PACKETS ? FLOW_FIELD_PACKETS : FLOW_FIELD_BYTES;
	back = counter == COUNTER_PACKETS ? FLOW_FIELD_REV_PACKETS : FLOW_FIELD_REV_BYTES;
	if (way == WAY_PLAIN && both)
		return slots_find(slots, (struct slot){ SLOT_ADD, { there, back }, { there, back }, 0 });
	if (way == WAY_OUT)
		return slots_find(slots, (struct slot){ SLOT_ADD, { back, NONE }, { there, NONE }, 0 });
	return slots_find(slots, (struct slot){ SLOT_ADD, { there, NONE }, { back, NONE }, 0 });
}

/* What a word of words[] computes. */
enum word_form {
	FORM_SUM,
	FORM_SHARE,
	FORM_RATE,
	FORM_BPP,
	FORM_ROWS,
	FORM_FIRST,
	FORM_LAST,
	FORM_DURATION,
	FORM_SYN,
	FORM_SYN_PART,
};

struct word {
	const char *text;
	const char *name;	/* of the column */
	const char *label;
	enum word_form form;
	enum counter counter;
	enum way way;
};

static const struct word words[] = {
	{ "flows", "flows", "Flows", FORM_SUM, COUNTER_FLOWS, WAY_PLAIN },
	{ "packets", "packets", "Packets", FORM_SUM, COUNTER_PACKETS, WAY_PLAIN },
	{ "bytes", "bytes", "Bytes", FORM_SUM, COUNTER_BYTES, WAY_PLAIN },
	{ "in_packets", "in_packets", "In packets", FORM_SUM, COUNTER_PACKETS, WAY_IN },
	{ "in_bytes", "in_bytes", "In bytes", FORM_SUM, COUNTER_BYTES, WAY_IN },
	{ "ipackets", "in_packets", "In packets", FORM_SUM, COUNTER_PACKETS, WAY_IN },
	{ "ipkg", "in_packets", "In packets", FORM_SUM, COUNTER_PACKETS, WAY_IN },
	{ "ibytes", "in_bytes", "In bytes", FORM_SUM, COUNTER_BYTES, WAY_IN },
	{ "ibyte", "in_bytes", "In bytes", FORM_SUM, COUNTER_BYTES, WAY_IN },
	{ "rev_packets", "rev_packets", "Rev packets", FORM_SUM, COUNTER_PACKETS, WAY_OUT },
	{ "rev_bytes", "rev_bytes", "Rev bytes", FORM_SUM, COUNTER_BYTES, WAY_OUT },
	{ "opackets", "rev_packets", "Rev packets", FORM_SUM, COUNTER_PACKETS, WAY_OUT },
	{ "opkg", "rev_packets", "Rev packets", FORM_SUM, COUNTER_PACKETS, WAY_OUT },
	{ "obytes", "rev_bytes", "Rev bytes", FORM_SUM, COUNTER_BYTES, WAY_OUT },
	{ "obyte", "rev_bytes", "Rev bytes", FORM_SUM, COUNTER_BYTES, WAY_OUT },
	{ "flows_pct", "flows_pct", "Flows %", FORM_SHARE, COUNTER_FLOWS, WAY_PLAIN },
	{ "packets_pct", "packets_pct", "Packets %", FORM_SHARE, COUNTER_PACKETS, WAY_PLAIN },
	{ "bytes_pct", "bytes_pct", "Bytes %", FORM_SHARE, COUNTER_BYTES, WAY_PLAIN },
	{ "pps", "pps", "pps", FORM_RATE, COUNTER_PACKETS, WAY_PLAIN },
	{ "bps", "bps", "bps", FORM_RATE, COUNTER_BYTES, WAY_PLAIN },
	{ "bpp", "bpp", "Bpp", FORM_BPP, COUNTER_BYTES, WAY_PLAIN },
	{ "ipps", "in_pps", "In pps", FORM_RATE, COUNTER_PACKETS, WAY_IN },
	{ "ibps", "in_bps", "In bps", FORM_RATE, COUNTER_BYTES, WAY_IN },
	{ "ibpp", "in_bpp", "In Bpp", FORM_BPP, COUNTER_BYTES, WAY_IN },
	{ "opps", "rev_pps", "Rev pps", FORM_RATE, COUNTER_PACKETS, WAY_OUT },
	{ "obps", "rev_bps", "Rev bps", FORM_RATE, COUNTER_BYTES, WAY_OUT },
	{ "obpp", "rev_bpp", "Rev Bpp", FORM_BPP, COUNTER_BYTES, WAY_OUT },
	{ "rows", "rows", "Rows", FORM_ROWS, COUNTER_FLOWS, WAY_PLAIN },
	{ "records", "rows", "Rows", FORM_ROWS, COUNTER_FLOWS, WAY_PLAIN },
	{ "syn_only", "syn_only", "SYN only", FORM_SYN, COUNTER_FLOWS, WAY_PLAIN },
	{ "syn_pct", "syn_pct", "SYN %", FORM_SYN_PART, COUNTER_FLOWS, WAY_PLAIN },
	{ "first", "first", "First seen", FORM_FIRST, COUNTER_FLOWS, WAY_PLAIN },
	{ "last", "last", "Last seen", FORM_LAST, COUNTER_FLOWS, WAY_PLAIN },
	{ "tstart", "first", "First seen", FORM_FIRST, COUNTER_FLOWS, WAY_PLAIN },
	{ "tend", "last", "Last seen", FORM_LAST, COUNTER_FLOWS, WAY_PLAIN },
	{ "duration", "duration", "Duration", FORM_DURATION, COUNTER_FLOWS, WAY_PLAIN },
};

/* Slots of the earliest first and the latest last, which rates need. */
static void
slots_times(struct slots *slots, uint8_t *first, uint8_t *last)
{
	*first = slots_one(slots, SLOT_MIN, FLOW_FIELD_FIRST);
	*last = slots_one(slots, SLOT_MAX, FLOW_FIELD_LAST);
}

static void
word_measure(struct slots *slots, bool both, const struct word *w, struct measure *m)
{
	m->count = 0;
	switch (w->form) {
	case FORM_SUM:
	case FORM_SHARE:
		m->kind = w->form == FORM_SUM ? MEASURE_SLOT : MEASURE_SHARE;
		m->cell = w->form == FORM_SUM ? FLOW_KIND_COUNT : FLOW_KIND_PERCENT;
		m->a = slots_counter(slots, both, w->counter, w->way);
		m->total = (uint8_t)w->counter;
		break;
	case FORM_RATE:
		m->kind = MEASURE_RATE;
		m->cell = FLOW_KIND_RATE;
		m->a = slots_counter(slots, both, w->counter, w->way);
		slots_times(slots, &m->b, &m->c);
		m->factor = w->counter == COUNTER_BYTES ? 8 : 1;
		break;
	case FORM_BPP:
		m->kind = MEASURE_RATIO;
		m->cell = FLOW_KIND_RATIO;
		m->b = slots_counter(slots, both, COUNTER_PACKETS, w->way);
		m->a = slots_counter(slots, both, COUNTER_BYTES, w->way);
		break;
	case FORM_ROWS:
		m->kind = MEASURE_SLOT;
		m->cell = FLOW_KIND_COUNT;
		m->a = 0;
		break;
	case FORM_FIRST:
	case FORM_LAST:
		m->kind = MEASURE_TIME;
		m->cell = FLOW_KIND_TIME;
		m->a = w->form == FORM_FIRST ? slots_one(slots, SLOT_MIN, FLOW_FIELD_FIRST) :
		    slots_one(slots, SLOT_MAX, FLOW_FIELD_LAST);
		break;
	case FORM_SYN:
	case FORM_SYN_PART:
		m->kind = w->form == FORM_SYN ? MEASURE_SLOT : MEASURE_PART;
		m->cell = w->form == FORM_SYN ? FLOW_KIND_COUNT : FLOW_KIND_PERCENT;
		m->a = slots_one(slots, SLOT_SYN, FLOW_FIELD_TCP_FLAGS);
		m->b = 0;
		break;
	case FORM_DURATION:
		m->kind = MEASURE_DURATION;
		m->cell = FLOW_KIND_DURATION;
		slots_times(slots, &m->a, &m->b);
		break;
	}
}

/* The kind of cell for a column's minimum, maximum or bitwise or. */
static enum flow_kind
field_cell(enum flow_field field)
{
	if (flow_field_info(field)->type == FLOW_TYPE_TIME)
		return FLOW_KIND_TIME;
	if (field == FLOW_FIELD_TCP_FLAGS)
		return FLOW_KIND_FLAGS;
	return flow_field_info(field)->type == FLOW_TYPE_I64 ? FLOW_KIND_COUNT : FLOW_KIND_ID;
}

static const struct function {
	const char *text;
	enum slot_op op;
	bool ratio;
	uint32_t param;
} functions[] = {
	{ "sum", SLOT_ADD, false, 0 },
	{ "min", SLOT_MIN, false, 0 },
	{ "max", SLOT_MAX, false, 0 },
	{ "avg", SLOT_ADD, true, 0 },
	{ "or", SLOT_OR, false, 0 },
	{ "count", SLOT_COUNT, false, 0 },
	{ "distinct", SLOT_DISTINCT, false, 0 },
	{ "approx", SLOT_APPROX, false, 0 },
	{ "median", SLOT_PERCENTILE, false, 50000 },
};

/* p95, p99.9: percent * 1000. */
static bool
percentile(const char *text, size_t len, uint32_t *out)
{
	uint32_t v = 0, decimals = 0;
	bool point = false;

	if (len < 2 || len > 7 || text[0] != 'p')
		return false;
	for (size_t i = 1; i < len; i++) {
		if (text[i] == '.' && !point && i > 1) {
			point = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || decimals == 3)
			return false;
		v = v * 10 + (uint32_t)(text[i] - '0');
		decimals += point;
	}
	for (; decimals < 3; decimals++)
		v *= 10;
	*out = v;
	return v > 0 && v <= 100000;
}

static bool
function_find(const char *name, size_t len, struct function *out)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		if (strlen(functions[i].text) == len && memcmp(functions[i].text, name, len) == 0) {
			*out = functions[i];
			return true;
		}
	}
	*out = (struct function){ NULL, SLOT_PERCENTILE, false, 0 };
	return percentile(name, len, &out->param);
}

/* The measure of a function of a column. */
static void
function_apply(struct slots *slots, const struct function *f, enum flow_field field,
    struct measure *m)
{
	m->count = 0;
	if (f->op != SLOT_COUNT && f->op != SLOT_DISTINCT && f->op != SLOT_APPROX)
		m->count = slots_one(slots, SLOT_COUNT, field);
	m->a = slots_find(slots, (struct slot){ f->op, { field, NONE }, { field, NONE }, f->param });
	m->b = m->count;
	m->kind = f->ratio ? MEASURE_RATIO : MEASURE_SLOT;
	m->cell = f->ratio ? FLOW_KIND_RATIO : FLOW_KIND_COUNT;
	if (!f->ratio && m->count != 0)
		m->cell = field_cell(field);
	if (m->cell == FLOW_KIND_TIME)
		m->kind = MEASURE_TIME;
}

static enum flow_status
no_function(const char *word, size_t name, struct flow_error *err)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, word, name);
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		nearest_try_text(&meant, functions[i].text);
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%.*s: no such function%s", (int)name, word,
	    nearest_hint(&meant, hint));
}

static enum flow_status
no_argument(const char *word, size_t len, size_t name, struct flow_error *err)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, word + name + 1, len - name - 2);
	flow_field_nearest(&meant);
	/* A column that exists has no numbers. */
	if (meant.best != NULL && meant.distance == 0)
		meant.best = NULL;
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%.*s: not a column of numbers%s", (int)len, word,
	    nearest_hint(&meant, hint));
}

/* FUNCTION(column) */
static enum flow_status
function_measure(struct slots *slots, const char *word, size_t len, struct measure *m,
    struct flow_error *err)
{
	const char *open = memchr(word, '(', len);
	size_t name = (size_t)(open - word);
	enum flow_field field;
	struct function f;

	if (word[len - 1] != ')')
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%.*s: no closing parenthesis",
		    (int)len, word);
	if (!function_find(word, name, &f))
		return no_function(word, name, err);
	field = flow_field_find(open + 1, len - name - 2);
	if (field == NONE || (flow_type_is_text(flow_field_info(field)->type) &&
	    f.op != SLOT_DISTINCT && f.op != SLOT_APPROX && f.op != SLOT_COUNT))
		return no_argument(word, len, name, err);
	function_apply(slots, &f, field, m);
	(void)snprintf(m->name, sizeof(m->name), "%.*s_%s", (int)name, word,
	    flow_field_info(field)->name);
	(void)snprintf(m->label, sizeof(m->label), "%.*s", (int)len, word);
	return FLOW_OK;
}

static const struct word *
word_find(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i].text) == len && memcmp(words[i].text, text, len) == 0)
			return &words[i];
	return NULL;
}

static enum flow_status
no_word(struct flow_error *err, const char *text, size_t len)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	nearest_begin(&meant, text, len);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		nearest_try_text(&meant, words[i].text);
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%.*s: no such measure or order%s", (int)len, text,
	    nearest_hint(&meant, hint));
}

enum flow_status
measure_parse(struct slots *slots, bool both, const char *word, size_t len, struct measure *out,
    struct flow_error *err)
{
	const struct word *w = word_find(word, len);
	struct slots trial = *slots;
	struct measure m = { .kind = MEASURE_SLOT };
	enum flow_status st;

	if (slots->count > SLOTS - 4)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many measures");
	if (w != NULL) {
		word_measure(&trial, both, w, &m);
		(void)snprintf(m.name, sizeof(m.name), "%s", w->name);
		(void)snprintf(m.label, sizeof(m.label), "%s", w->label);
	} else if (len > 0 && memchr(word, '(', len) != NULL) {
		st = function_measure(&trial, word, len, &m, err);
		if (st != FLOW_OK)
			return st;
	} else if (len == 9 && memcmp(word, "tcp_flags", 9) == 0) {
		return measure_parse(slots, both, "or(tcp_flags)", 13, out, err);
	} else {
		return no_word(err, word, len);
	}
	*slots = trial;
	*out = m;
	return FLOW_OK;
}

bool
measure_has(const struct measure *m, const uint64_t *state)
{
	return state[m->count] != 0;
}

/* The time between two slots: earliest first, latest last. */
static uint64_t
duration_ms(const uint64_t *state, uint8_t first, uint8_t last)
{
	return derived_duration_ms((int64_t)(state[first] ^ SLOT_TIME_BIAS), (int64_t)(state[last] ^ SLOT_TIME_BIAS));
}

double
measure_real(const struct measure *m, const uint64_t *state, const struct measure_totals *totals)
{
	double total;

	if (!measure_has(m, state))
		return 0;
	switch (m->kind) {
	case MEASURE_SLOT:
		return (double)state[m->a];
	case MEASURE_TIME:
		return (double)(int64_t)(state[m->a] ^ SLOT_TIME_BIAS);
	case MEASURE_DURATION:
		return (double)duration_ms(state, m->a, m->b);
	case MEASURE_RATE:
		return derived_rate_real((double)state[m->a] * m->factor, DERIVED_PER_S,
		    duration_ms(state, m->b, m->c));
	case MEASURE_BIN_RATE:
		return (double)state[m->a] * m->factor * 1000 / (double)m->width_ms;
	case MEASURE_RATIO:
		return derived_ratio_real((double)state[m->a], (double)state[m->b]);
	case MEASURE_SHARE:
		total = (double)totals->sum[m->total];
		return total > 0 ? 100 * (double)state[m->a] / total : 0;
	case MEASURE_PART:
		return 100 * (double)state[m->a] / (double)state[m->b];
	}
	return 0;
}

uint64_t
measure_rank_of_kind(const struct measure *m, const uint64_t *state)
{
	uint64_t bits;
	double real;

	switch (m->kind) {
	case MEASURE_SLOT:
	case MEASURE_TIME:
	case MEASURE_SHARE:
		return measure_has(m, state) ? state[m->a] : 0;
	case MEASURE_DURATION:
		return duration_ms(state, m->a, m->b);
	default:
		/* The bits of non-negative doubles have the doubles' order. */
		real = measure_real(m, state, NULL);
		memcpy(&bits, &real, sizeof(bits));
		return bits;
	}
}

/* Whether a sum of the measure is saturated. */
static bool
is_beyond(const struct measure *m, const uint64_t *state, const struct measure_totals *totals)
{
	switch (m->kind) {
	case MEASURE_SLOT:
		/* No single row's counter is UINT64_MAX: they are signed. */
		return m->cell == FLOW_KIND_COUNT && state[m->a] == UINT64_MAX;
	case MEASURE_RATE:
	case MEASURE_BIN_RATE:
		return state[m->a] == UINT64_MAX;
	case MEASURE_RATIO:
	case MEASURE_PART:
		return state[m->a] == UINT64_MAX || state[m->b] == UINT64_MAX;
	case MEASURE_SHARE:
		return state[m->a] == UINT64_MAX || totals->sum[m->total] == UINT64_MAX;
	case MEASURE_TIME:
	case MEASURE_DURATION:
		return false;
	}
	return false;
}

void
measure_cell(const struct measure *m, const uint64_t *state, const struct measure_totals *totals,
    struct flow_table *t, size_t column, size_t row)
{
	uint64_t number;
	double real;

	if (!measure_has(m, state))
		return;
	if (is_beyond(m, state, totals)) {
		t->beyond = true;
		if (m->kind != MEASURE_SLOT)
			return;
	}
	switch (m->kind) {
	case MEASURE_SLOT:
		flow_table_set(t, column, row, &state[m->a]);
		break;
	case MEASURE_TIME:
		number = state[m->a] ^ SLOT_TIME_BIAS;
		flow_table_set(t, column, row, &number);
		break;
	case MEASURE_DURATION:
		number = measure_rank(m, state);
		flow_table_set(t, column, row, &number);
		break;
	case MEASURE_RATE:
	case MEASURE_BIN_RATE:
	case MEASURE_RATIO:
	case MEASURE_SHARE:
	case MEASURE_PART:
		real = measure_real(m, state, totals);
		flow_table_set(t, column, row, &real);
		break;
	}
}
