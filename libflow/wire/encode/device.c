/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a device's description, line by line. */
#include "wire/encode/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/nearest.h"
#include "base/number.h"
#include "wire/encode/device_field.h"
#include "wire/encode/encode_datagrams.h"
#include "wire/encode/device_profile.h"
#include "wire/encode/encode_presence.h"

#define FIELDS_MAX ENCODE_FIELDS_MAX
#define TEMPLATES_MAX 32
#define OPTIONS_MAX 16
#define ID_MIN 256

#define DAY_MS (INT64_C(86400) * 1000)

struct reader {
	struct flow_device *device;
	const char *next, *end;		/* of the text */
	size_t line;			/* number of the statement's first line */
	struct encode_field field[FIELDS_MAX];
	size_t fields;
	struct flow_error *err;
};

/* The next word of the statement; words of one are separated by blanks, and lines that begin with one go on. */
static bool
next_word(struct reader *r, const char **word, size_t *len)
{
	for (;;) {
		while (r->next < r->end && (*r->next == ' ' || *r->next == '\t' || *r->next == '\r'))
			r->next++;
		if (r->next < r->end && *r->next == '#')
			while (r->next < r->end && *r->next != '\n')
				r->next++;
		if (r->next == r->end)
			return false;
		if (*r->next != '\n')
			break;
		if (r->next + 1 == r->end || (r->next[1] != ' ' && r->next[1] != '\t'))
			return false;
		r->next++;
	}
	*word = r->next;
	while (r->next < r->end && (*r->next == '\0' || strchr(" \t\r\n", *r->next) == NULL))
		r->next++;
	*len = (size_t)(r->next - *word);
	return true;
}

static bool
is(const char *word, size_t len, const char *text)
{
	return strlen(text) == len && memcmp(word, text, len) == 0;
}

static enum flow_status
wrong(const struct reader *r, const char *what, const char *word, size_t len)
{
	return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s: '%.*s'", what, (int)len, word);
}

static enum flow_status
take_number(struct reader *r, uint64_t lo, uint64_t hi, uint64_t *out)
{
	const char *word;
	size_t len;

	if (!next_word(r, &word, &len))
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "a number is missing");
	if (number_parse(word, len, NUMBER_DECIMAL, hi, out) != FLOW_OK || *out < lo)
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is no number from %llu to %llu", (int)len,
		    word,
		    (unsigned long long)lo, (unsigned long long)hi);
	return FLOW_OK;
}

/* 500ms, 90s, 5m, 2h, 49d */
static enum flow_status
take_time(struct reader *r, int64_t *ms)
{
	static const struct { const char *unit; int64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", DAY_MS },
	};
	const char *word;
	size_t len, i, n = 0;
	uint64_t value;

	if (!next_word(r, &word, &len))
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "a time is missing, as in 90s");
	while (n < len && word[n] >= '0' && word[n] <= '9')
		n++;
	for (i = 0; i < ARRAY_LEN(units); i++)
		if (is(word + n, len - n, units[i].unit))
			break;
	if (i == ARRAY_LEN(units) || number_parse(word, n, NUMBER_DECIMAL, 10000000, &value) != FLOW_OK || value == 0)
		return wrong(r, "no time with a unit of ms, s, m, h, d", word, len);
	*ms = (int64_t)value * units[i].ms;
	return FLOW_OK;
}

static enum flow_status
take_choice(struct reader *r, const char *const *words, size_t count, unsigned *out)
{
	struct nearest nearest;
	char hint[NEAREST_HINT_ROOM];
	const char *word;
	size_t len, i;

	if (!next_word(r, &word, &len))
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "a word is missing, as in '%s'", words[0]);
	nearest_begin(&nearest, word, len);
	for (i = 0; i < count; i++) {
		if (is(word, len, words[i])) {
			*out = (unsigned)i;
			return FLOW_OK;
		}
		nearest_try_text(&nearest, words[i]);
	}
	return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is not known here%s", (int)len, word,
	    nearest_hint(&nearest, hint));
}

static enum flow_status
add_field(struct reader *r, const char *word, size_t len, bool scope)
{
	struct flow_device *d = r->device;
	struct encode_field *f = &r->field[r->fields];
	enum flow_status st;

	if (r->fields == FIELDS_MAX)
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "more than %d elements", FIELDS_MAX);
	st = scope ? device_scope(word, len, d->version, d->memory, f, r->err)
	    : device_field(word, len, d->memory, f, r->err);
	if (st != FLOW_OK)
		return st;
	if (d->version == 9 && (f->prefix > 0 || f->pen != 0))
		return wrong(r, "v9 has no variable length and no enterprise elements", word, len);
	if (d->version == 10 && f->element > 32767)
		return wrong(r, "numbers of IPFIX end at 32767", word, len);
	r->fields++;
	return FLOW_OK;
}

/* The fields that were read, as a layout of their own, for that family (0: as they are). */
static enum flow_status
make_layout(struct reader *r, unsigned family, struct encode_layout *out)
{
	struct encode_field *field = arena_array(r->device->memory, r->fields, sizeof(*field));
	size_t i;

	if (r->fields == 0)
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "it has no elements");
	if (field == NULL)
		return flow_fail_memory(r->err);
	memcpy(field, r->field, r->fields * sizeof(*field));
	*out = (struct encode_layout){ field, r->fields, 0 };
	for (i = 0; i < r->fields; i++) {
		if (family != 0)
			device_field_family(&field[i], family);
		out->size += (size_t)field[i].prefix + field[i].width;
		if (field[i].field != FLOW_FIELD_NONE)
			flow_fieldset_add(&r->device->fields, field[i].field);
		r->device->tells_rate |= field[i].form == ENCODE_RATE || field[i].form == ENCODE_PROBABILITY;
		if (field[i].form == ENCODE_ICMP)
			flow_fieldset_add(&r->device->fields, FLOW_FIELD_ICMP_CODE);
		if (field[i].form == ENCODE_DURATION)
			flow_fieldset_add(&r->device->fields, FLOW_FIELD_LAST);
	}
	return FLOW_OK;
}

/* "COLUMN" or "COLUMN=NUMBER" behind `if` */
static enum flow_status
take_condition(struct reader *r, struct encode_template *t)
{
	const char *word, *equal;
	size_t len, name;

	if (!next_word(r, &word, &len))
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "'if' needs a column");
	equal = memchr(word, '=', len);
	name = equal != NULL ? (size_t)(equal - word) : len;
	t->where = flow_field_find_stored(word, name);
	if (t->where == FLOW_FIELD_NONE)
		return wrong(r, "there is no column of that name", word, name);
	flow_fieldset_add(&r->device->fields, t->where);
	t->equals = equal != NULL;
	if (t->equals && number_parse(equal + 1, len - name - 1, NUMBER_DECIMAL, UINT64_MAX, &t->value) != FLOW_OK)
		return wrong(r, "no number to compare with", word, len);
	return FLOW_OK;
}

static enum flow_status
take_fields(struct reader *r)
{
	enum flow_status st = FLOW_OK;
	const char *word;
	size_t len;

	while (st == FLOW_OK && next_word(r, &word, &len))
		st = add_field(r, word, len, false);
	return st;
}

static enum flow_status
add_template(struct reader *r, const struct encode_template *t)
{
	struct flow_device *d = r->device;
	struct encode_template *grown;
	size_t i;

	for (i = 0; i < d->templates; i++)
		if (d->template[i].id == t->id)
			return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "template %u is there already", t->id);
	if (d->templates == TEMPLATES_MAX)
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "more than %d templates", TEMPLATES_MAX);
	grown = realloc(d->template, (d->templates + 1) * sizeof(*grown));
	if (grown == NULL)
		return flow_fail_memory(r->err);
	d->template = grown;
	d->template[d->templates++] = *t;
	return FLOW_OK;
}

/* template ID [ID | ipv4 | ipv6] [if COLUMN[=NUMBER]] ELEMENT ... */
static enum flow_status
take_template(struct reader *r)
{
	struct encode_template t = { .where = FLOW_FIELD_NONE }, six;
	enum flow_status st;
	uint64_t id, second = 0;
	const char *word;
	size_t len;

	st = take_number(r, ID_MIN, UINT16_MAX, &id);
	r->fields = 0;
	while (st == FLOW_OK && next_word(r, &word, &len)) {
		if (is(word, len, "ipv4") || is(word, len, "ipv6"))
			t.family = is(word, len, "ipv4") ? 4 : 6;
		else if (is(word, len, "if"))
			st = take_condition(r, &t);
		else if (r->fields == 0 && second == 0 && t.family == 0 &&
		    number_parse(word, len, NUMBER_DECIMAL, UINT16_MAX, &second) == FLOW_OK && second >= ID_MIN)
			continue;
		else
			st = add_field(r, word, len, false);
		if (second < ID_MIN && second != 0)
			second = 1;	/* an element's number; no second id may follow */
	}
	t.id = (uint16_t)id;
	six = t;
	if (second >= ID_MIN) {
		t.family = 4;
		six.id = (uint16_t)second;
		six.family = 6;
	}
	if (st == FLOW_OK)
		st = make_layout(r, second >= ID_MIN ? 4 : 0, &t.layout);
	if (st == FLOW_OK)
		st = add_template(r, &t);
	if (st != FLOW_OK || second < ID_MIN)
		return st;
	st = make_layout(r, 6, &six.layout);
	return st == FLOW_OK ? add_template(r, &six) : st;
}

/* options ID EACH SCOPE ... | ELEMENT ... */
static enum flow_status
take_options(struct reader *r)
{
	static const char *const each[] = { "system", "sampler", "interface", "vrf", "application" };
	struct flow_device *d = r->device;
	struct encode_option o = { 0 }, *grown;
	enum flow_status st;
	const char *word;
	uint64_t id;
	unsigned kind;
	size_t len;

	st = take_number(r, ID_MIN, UINT16_MAX, &id);
	if (st == FLOW_OK)
		st = take_choice(r, each, ARRAY_LEN(each), &kind);
	r->fields = 0;
	while (st == FLOW_OK && next_word(r, &word, &len) && !is(word, len, "|"))
		st = add_field(r, word, len, true);
	o.scopes = (uint16_t)r->fields;
	if (st == FLOW_OK && o.scopes == 0)
		st = flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "options need a scope before |");
	if (st == FLOW_OK)
		st = take_fields(r);
	if (st == FLOW_OK)
		st = make_layout(r, 0, &o.layout);
	if (st == FLOW_OK && d->options == OPTIONS_MAX)
		st = flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "more than %d kinds of options", OPTIONS_MAX);
	if (st != FLOW_OK)
		return st;
	o.id = (uint16_t)id;
	o.each = (enum encode_each)kind;
	grown = realloc(d->option, (d->options + 1) * sizeof(*grown));
	if (grown == NULL)
		return flow_fail_memory(r->err);
	d->option = grown;
	d->option[d->options++] = o;
	return FLOW_OK;
}

/* version 1|5|7|8.SCHEME|9|10|sflow|sflow4 */
static enum flow_status
take_version(struct reader *r)
{
	static const char *const words[] = { "1", "5", "7", "8.1", "8.2", "8.3", "8.4", "8.5", "8.6", "8.7", "8.8",
	    "8.9",
		"8.10", "8.11", "8.12", "8.13", "8.14", "9", "10", "sflow", "sflow4" };
	static const uint8_t versions[] = { 1, 5, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 9, 10, 105, 104 };
	unsigned i;
	enum flow_status st = take_choice(r, words, ARRAY_LEN(words), &i);

	if (st != FLOW_OK)
		return st;
	if (r->device->templates > 0)
		return flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "the version stands before templates");
	r->device->version = versions[i];
	r->device->scheme = versions[i] == 8 ? i - 2 : 0;
	return FLOW_OK;
}

static enum flow_status
take_refresh(struct reader *r)
{
	uint64_t datagrams;
	enum flow_status st = take_number(r, 1, UINT32_MAX, &datagrams);

	if (st != FLOW_OK)
		return st;
	r->device->habits.refresh_datagrams = (uint32_t)datagrams;
	return take_time(r, &r->device->habits.refresh_ms);
}

/* What rows must have for it, besides the usual. */
static void
add_sample_fields(struct flow_fieldset *set, const char *word)
{
	static const struct {
		const char *word;
		enum flow_field field;
	} needs[] = {
		{ "vlan", FLOW_FIELD_SRC_VLAN }, { "vlan", FLOW_FIELD_DST_VLAN }, { "mpls", FLOW_FIELD_MPLS_1 },
		{ "mpls", FLOW_FIELD_MPLS_2 }, { "tunnels", FLOW_FIELD_INNER_SRC_ADDR },
		{ "tunnels", FLOW_FIELD_INNER_DST_ADDR }, { "tunnels", FLOW_FIELD_INNER_SRC_PORT },
		{ "tunnels", FLOW_FIELD_INNER_DST_PORT }, { "tunnels", FLOW_FIELD_INNER_PROTO },
		{ "gateway", FLOW_FIELD_PREV_AS }, { "gateway", FLOW_FIELD_NEXT_AS },
		    { "gateway", FLOW_FIELD_BGP_NEXT_HOP },
		{ "ethernet", FLOW_FIELD_IN_SRC_MAC }, { "ethernet", FLOW_FIELD_IN_DST_MAC },
		{ "nat", FLOW_FIELD_NAT_SRC_ADDR }, { "nat", FLOW_FIELD_NAT_DST_ADDR },
		    { "nat", FLOW_FIELD_NAT_SRC_PORT },
		{ "nat", FLOW_FIELD_NAT_DST_PORT },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(needs); i++)
		if (strcmp(needs[i].word, word) == 0)
			flow_fieldset_add(set, needs[i].field);
}

/* Records of sFlow's samples, and how these are written. */
static enum flow_status
take_sflow(struct reader *r)
{
	static const char *const words[] = { "expanded", "fields", "ethernet", "switch", "router", "gateway", "nat",
	    "vlan",
		"mpls", "tunnels" };
	struct encode_sflow_habits *s = &r->device->sflow;
	bool *const flags[] = { &s->expanded, &s->fields, &s->ethernet, &s->ext_switch, &s->ext_router, &s->ext_gateway,
		&s->ext_nat };
	enum flow_status st = FLOW_OK;
	const char *word;
	unsigned i;
	size_t len;

	while (st == FLOW_OK) {
		const char *at = r->next;

		if (!next_word(r, &word, &len))
			return FLOW_OK;
		r->next = at;
		st = take_choice(r, words, ARRAY_LEN(words), &i);
		if (st != FLOW_OK)
			return st;
		if (i < ARRAY_LEN(flags))
			*flags[i] = true;
		add_sample_fields(&r->device->fields, words[i]);
	}
	return st;
}

static enum flow_status
take_habit(struct reader *r, const char *word, size_t len)
{
	static const char *const counts[] = { "records", "sets", "one" };
	static const char *const rows[] = { "plain", "biflow", "nsel", "nat", "blocks" };
	static const char *const paddings[] = { "yes", "no" };
	static const char *const absents[] = { "zero", "omit" };
	struct encode_habits *h = &r->device->habits;
	enum flow_status st;
	unsigned choice = 0;
	uint64_t n = 0;

	if (is(word, len, "count")) {
		st = take_choice(r, counts, ARRAY_LEN(counts), &choice);
		h->count = (enum encode_count)choice;
	} else if (is(word, len, "rows")) {
		st = take_choice(r, rows, ARRAY_LEN(rows), &choice);
		r->device->rows = (enum flow_device_rows)choice;
	} else if (is(word, len, "padding")) {
		st = take_choice(r, paddings, ARRAY_LEN(paddings), &choice);
		h->no_padding = choice == 1;
	} else if (is(word, len, "absent")) {
		st = take_choice(r, absents, ARRAY_LEN(absents), &choice);
		h->omit = choice == 1;
	} else if (is(word, len, "datagram")) {
		st = take_number(r, 512, ENCODE_PAYLOAD_MAX, &n);
		h->max_bytes = (size_t)n;
	} else if (is(word, len, "records")) {
		st = take_number(r, 1, 65535, &n);
		h->max_records = (size_t)n;
	} else if (is(word, len, "header")) {
		st = take_number(r, 64, 1024, &n);
		r->device->sflow.header_bytes = (uint32_t)n;
	} else if (is(word, len, "refresh")) {
		st = take_refresh(r);
	} else if (is(word, len, "uptime")) {
		st = take_time(r, &h->uptime_ms);
	} else if (is(word, len, "reboot")) {
		st = take_time(r, &h->reboot_ms);
	} else if (is(word, len, "change")) {
		st = take_time(r, &h->change_ms);
	} else if (is(word, len, "counters")) {
		st = take_time(r, &r->device->sflow.counters_ms);
	} else {
		st = wrong(r, "no such line; there are version, template, options, rows, refresh, datagram, records, "
		    "count, padding, absent, uptime, reboot, change, sample, header, counters", word, len);
	}
	return st;
}

static enum flow_status
take_statement(struct reader *r)
{
	enum flow_status st;
	const char *word;
	size_t len;

	if (!next_word(r, &word, &len))
		return FLOW_OK;
	if (is(word, len, "version"))
		st = take_version(r);
	else if (is(word, len, "template"))
		st = take_template(r);
	else if (is(word, len, "options"))
		st = take_options(r);
	else if (is(word, len, "sample"))
		st = take_sflow(r);
	else
		st = take_habit(r, word, len);
	if (st == FLOW_OK && next_word(r, &word, &len))
		return wrong(r, "not expected at the end of the line", word, len);
	return st;
}

/* A text without any of our words is a list of elements. */
static bool
is_list(const char *text, size_t len)
{
	static const char *const words[] = { "template", "version" };
	struct reader r = { .next = text, .end = text + len };
	const char *word;
	size_t n, i;

	for (;;) {
		while (next_word(&r, &word, &n))
			for (i = 0; i < ARRAY_LEN(words); i++)
				if (is(word, n, words[i]))
					return false;
		if (r.next == r.end)
			return true;
		r.next++;
	}
}

static enum flow_status
read_list(struct reader *r)
{
	struct encode_template t = { .id = ID_MIN, .family = 4, .where = FLOW_FIELD_NONE };
	enum flow_status st = FLOW_OK;

	for (;;) {
		st = take_fields(r);
		if (st != FLOW_OK || r->next == r->end)
			break;
		r->next++;
		r->line++;
	}
	for (; st == FLOW_OK && t.family <= 6; t.family += 2, t.id++) {
		st = make_layout(r, t.family, &t.layout);
		if (st == FLOW_OK)
			st = add_template(r, &t);
	}
	return st;
}

static enum flow_status
read_all(struct reader *r)
{
	enum flow_status st = FLOW_OK;

	for (;;) {
		const char *begin = r->next;

		st = take_statement(r);
		if (st != FLOW_OK || r->next == r->end)
			return st;
		r->next++;
		for (; begin < r->next; begin++)
			r->line += *begin == '\n';
	}
}

/* Whether every record fits into a datagram, with its headers. */
static enum flow_status
check_sizes(const struct flow_device *d, struct flow_error *err)
{
	size_t i, room = d->habits.max_bytes - 64;

	for (i = 0; i < d->templates; i++)
		if (d->template[i].layout.size > room)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "template %u: a record of %zu bytes does not fit into a datagram of %zu", d->template[i].id,
			    d->template[i].layout.size, d->habits.max_bytes);
	for (i = 0; i < d->options; i++)
		if (d->option[i].layout.size > room)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "options %u: a record does not fit into a datagram",
			    d->option[i].id);
	if (d->templates == 0 && (d->version == 9 || d->version == 10))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "it has no template");
	return FLOW_OK;
}

static struct flow_device *
device_new(unsigned version)
{
	struct flow_device *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->memory = arena_new();
	if (d->memory == NULL) {
		free(d);
		return NULL;
	}
	d->version = version;
	d->habits = (struct encode_habits){ .max_bytes = 1400, .refresh_datagrams = 1000, .refresh_ms = 60000,
		.uptime_ms = INT64_C(1000000000) };
	d->sflow.header_bytes = 128;
	return d;
}

enum flow_status
flow_device_parse(const char *text, size_t len, unsigned version, struct flow_device **out, struct flow_error *err)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct flow_device *d = device_new(version);
	enum flow_status st;
	char line[32];

	if (r == NULL || d == NULL) {
		free(r);
		flow_device_free(d);
		return flow_fail_memory(err);
	}
	*r = (struct reader){ .device = d, .next = text, .end = text + len, .line = 1, .err = err };
	st = is_list(text, len) ? read_list(r) : read_all(r);
	if (st != FLOW_OK && st != FLOW_ENOMEM) {
		(void)snprintf(line, sizeof(line), "line %zu", r->line);
		flow_error_prefix(err, line);
	}
	if (st == FLOW_OK)
		st = check_sizes(d, err);
	free(r);
	if (st != FLOW_OK)
		flow_device_free(d);
	else
		*out = d;
	return st;
}

void
flow_device_free(struct flow_device *d)
{
	if (d == NULL)
		return;
	free(d->template);
	free(d->option);
	arena_free(d->memory);
	free(d);
}

unsigned
flow_device_version(const struct flow_device *d)
{
	return d->version;
}

unsigned
flow_device_scheme(const struct flow_device *d)
{
	return d->scheme;
}

const struct flow_fieldset *
flow_device_fields(const struct flow_device *d)
{
	return &d->fields;
}

enum flow_device_rows
flow_device_rows(const struct flow_device *d)
{
	return d->rows;
}
