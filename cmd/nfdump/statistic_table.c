/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "nfdump/statistic_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/addr.h"
#include "net/proto.h"
#include "nfdump/summary_lines.h"

#define VALUE_MAX 64

struct row {
	char value[VALUE_MAX];		/* as JSON shows it */
	uint64_t number;		/* if the element is a number */
	bool absent;
	uint8_t proto;
	int64_t first_ms, last_ms;
	uint64_t flows, packets, bytes;
};

struct statistic_table {
	const struct statistic_question *question;
	struct row *row;
	size_t rows, cap;
};

struct statistic_table *
statistic_table_new(const struct statistic_question *question)
{
	struct statistic_table *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->question = question;
	return t;
}

void
statistic_table_free(struct statistic_table *t)
{
	if (t == NULL)
		return;
	free(t->row);
	free(t);
}

static bool
is_set(const struct flow_table *t, size_t column, size_t row)
{
	return column < t->columns && bitmap_get(t->column[column].valid, row);
}

static uint64_t
number_at(const struct flow_table *t, size_t column, size_t row)
{
	return is_set(t, column, row) ? ((const uint64_t *)t->column[column].values)[row] : 0;
}

static void
value_of_mac(uint64_t mac, char *out)
{
	(void)snprintf(out, VALUE_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned)(mac >> 40 & 0xff),
	    (unsigned)(mac >> 32 & 0xff), (unsigned)(mac >> 24 & 0xff), (unsigned)(mac >> 16 & 0xff),
	    (unsigned)(mac >> 8 & 0xff), (unsigned)(mac & 0xff));
}

static void
value_of_event(uint64_t event, char *out)
{
	static const char *const name[] = { "ignore", "CREATE", "DELETE", "DENIED" };

	(void)snprintf(out, VALUE_MAX, "      %6s", event < ARRAY_LEN(name) ? name[event] : "UNKNOWN");
}

static void
value_of_number(enum statistic_value kind, uint64_t n, char *out)
{
	char flags[TCP_FLAGS_TEXT_LEN];

	switch (kind) {
	case STATISTIC_HEX: (void)snprintf(out, VALUE_MAX, "0x%" PRIx64, n); break;
	case STATISTIC_MAC: value_of_mac(n, out); break;
	case STATISTIC_EVENT: value_of_event(n, out); break;
	case STATISTIC_LATENCY: (void)snprintf(out, VALUE_MAX, "      %9.3f", (double)n / 1000); break;
	case STATISTIC_FLAGS:
		tcp_flags_format((uint16_t)n, flags);
		(void)snprintf(out, VALUE_MAX, "%.*s", (int)sizeof(flags), flags);
		break;
	/* Of label, traffic class and bottom of stack, answers only have the label. */
	case STATISTIC_LABEL: (void)snprintf(out, VALUE_MAX, "%8" PRIu64 "-0-0", n); break;
	case STATISTIC_ORG: (void)snprintf(out, VALUE_MAX, "%45s (%6" PRIu64 ")", "unknown", n); break;
	default: (void)snprintf(out, VALUE_MAX, "%" PRIu64, n); break;
	}
}

static void
value_of(const struct statistic_table *t, const struct flow_table *slice, size_t column, size_t row, struct row *out)
{
	const struct flow_table_column *c = &slice->column[column];
	const struct flow_text *text;

	out->absent = !is_set(slice, column, row);
	if (out->absent)
		return;
	if (c->kind == FLOW_KIND_ADDR) {
		out->value[addr_format(&((const struct addr *)c->values)[row], out->value)] = '\0';
	} else if (c->kind == FLOW_KIND_TEXT) {
		text = &((const struct flow_text *)c->values)[row];
		(void)snprintf(out->value, VALUE_MAX, "%.*s",
		    (int)(text->len < VALUE_MAX ? text->len : VALUE_MAX - 1), text->p);
	} else {
		out->number = number_at(slice, column, row);
		value_of_number(t->question->word->value, out->number, out->value);
	}
}

static size_t
find_counter(const struct flow_table *slice, const char *name)
{
	static const char *const prefix[] = { "", "in_", "rev_" };
	char whole[32];

	for (size_t i = 0; i < ARRAY_LEN(prefix); i++) {
		size_t at;

		(void)snprintf(whole, sizeof(whole), "%s%s", prefix[i], name);
		at = flow_table_find(slice, whole);
		if (at < slice->columns && !slice->column[at].key)
			return at;
	}
	return slice->columns;
}

enum flow_status
statistic_table_add(struct statistic_table *t, const struct flow_table *slice)
{
	size_t first = flow_table_find(slice, "first"), last = flow_table_find(slice, "last");
	size_t flows = find_counter(slice, "flows"), packets = find_counter(slice, "packets");
	size_t bytes = find_counter(slice, "bytes"), proto = flow_table_find(slice, "proto");

	if (t->rows + slice->rows > t->cap) {
		size_t cap = 2 * t->cap + slice->rows;
		struct row *more = realloc(t->row, cap * sizeof(*more));

		if (more == NULL)
			return FLOW_ENOMEM;
		t->row = more;
		t->cap = cap;
	}
	for (size_t i = 0; i < slice->rows; i++) {
		struct row *row = &t->row[t->rows++];

		*row = (struct row){ .flows = number_at(slice, flows, i), .packets = number_at(slice, packets, i),
			.bytes = number_at(slice, bytes, i) };
		row->first_ms = (int64_t)number_at(slice, first, i);
		row->last_ms = (int64_t)number_at(slice, last, i);
		row->proto = (uint8_t)number_at(slice, proto, i);
		value_of(t, slice, 0, i, row);
	}
	return FLOW_OK;
}

static uint64_t
rank(const struct statistic_table *t, const struct row *row)
{
	uint64_t ms = derived_duration_ms(row->first_ms, row->last_ms);
	const char *by = t->question->order->by;

	if (strcmp(by, "packets") == 0)
		return row->packets;
	if (strcmp(by, "bytes") == 0)
		return row->bytes;
	if (strcmp(by, "pps") == 0)
		return derived_rate(row->packets, DERIVED_PER_S, ms);
	if (strcmp(by, "bps") == 0)
		return derived_rate(row->bytes, DERIVED_BITS_PER_S, ms);
	return strcmp(by, "bpp") == 0 ? derived_bytes_per_packet(row->bytes, row->packets) : row->flows;
}

/* Sorts by element and protocol. */
static int
compare_elements(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->proto < y->proto ? -1 : x->proto > y->proto;
}

static int
compare_ranks(const void *a, const void *b, void *table)
{
	const struct row *x = a, *y = b;
	uint64_t rank_x = rank(table, x), rank_y = rank(table, y);
	bool ascending = ((const struct statistic_table *)table)->question->ascending;

	if (rank_x != rank_y)
		return (rank_x > rank_y) == ascending ? 1 : -1;
	return compare_elements(a, b);
}

static void
join(struct row *to, const struct row *row)
{
	to->first_ms = row->first_ms < to->first_ms ? row->first_ms : to->first_ms;
	to->last_ms = row->last_ms > to->last_ms ? row->last_ms : to->last_ms;
	to->flows = nfdump_sum(to->flows, row->flows);
	to->packets = nfdump_sum(to->packets, row->packets);
	to->bytes = nfdump_sum(to->bytes, row->bytes);
}

/* Merges rows of the same element. */
static void
join_equal(struct statistic_table *t)
{
	size_t n = 0;

	qsort(t->row, t->rows, sizeof(t->row[0]), compare_elements);
	for (size_t i = 0; i < t->rows; i++) {
		if (n > 0 && compare_elements(&t->row[n - 1], &t->row[i]) == 0)
			join(&t->row[n - 1], &t->row[i]);
		else
			t->row[n++] = t->row[i];
	}
	t->rows = n;
	qsort_r(t->row, t->rows, sizeof(t->row[0]), compare_ranks, t);
}

void
statistic_table_settle(struct statistic_table *t)
{
	const struct statistic_word *word = t->question->word;
	size_t n = 0;

	for (size_t i = 0; i < t->rows; i++) {
		struct row row = t->row[i];

		if (row.absent && !word->always)
			continue;
		if (row.absent)
			value_of_number(word->value, 0, row.value);
		t->row[n++] = row;
	}
	t->rows = n;
	if (word->always || word->end[0] != NULL)
		join_equal(t);
}

static void
append_time(struct buf *out, int64_t ms, bool with_ms, char between)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];
	size_t len = stamp_format_text(&cache, ms, STAMP_LOCAL, text);
	char *blank = memchr(text, ' ', len);

	if (blank != NULL)
		*blank = between;
	buf_append(out, text, with_ms || len < 4 ? len : len - 4);
}

static double
share(uint64_t part, uint64_t whole)
{
	return whole > 0 ? (double)part * 100 / (double)whole : 0;
}

struct rates {
	double seconds;
	uint64_t pps, bps, bpp;
};

static struct rates
rates_of(const struct row *row)
{
	struct rates r = { .seconds = (double)derived_duration_ms(row->first_ms, row->last_ms) / 1000.0 };

	r.pps = nfdump_a_second((double)row->packets, r.seconds);
	r.bps = nfdump_a_second((double)row->bytes * 8, r.seconds);
	r.bpp = derived_bytes_per_packet(row->bytes, row->packets);
	return r;
}

static void
append_proto(const struct statistic_table *t, const struct row *row, bool plain, int width, struct buf *out)
{
	char text[PROTO_TEXT_MAX + 1];
	bool is_proto = strcmp(t->question->word->word, "proto") == 0;
	uint8_t proto = is_proto ? (uint8_t)row->number : row->proto;
	size_t len;

	if (!t->question->by_proto && !is_proto) {
		buf_printf(out, "%-*s", width, "any");
		return;
	}
	len = plain ? (size_t)snprintf(text, sizeof(text), "%u", proto) : proto_format(proto, text);
	buf_printf(out, "%-*.*s", width, (int)len, text);
}

/* An IPv6 address as nfdump shortens it. */
static void
append_value(const struct row *row, bool full, int width, struct buf *out)
{
	size_t len = strlen(row->value);

	if (!full && len > 16 && memchr(row->value, ':', len) != NULL)
		buf_printf(out, "%*s%.7s..%s", width > 16 ? width - 16 : 0, "", row->value, row->value + len - 7);
	else
		buf_printf(out, "%*s", width, row->value);
}

static void
append_share(struct buf *out, uint64_t n, double percent, bool plain)
{
	nfdump_append_counter(out, n, plain, 8);
	buf_printf(out, "(%4.1f) ", percent);
}

static void
text_row(const struct statistic_table *t, const struct row *row, const struct nfdump_options *o,
    const struct nfdump_totals *totals, int width, struct buf *out)
{
	struct rates r = rates_of(row);

	append_time(out, row->first_ms, true, ' ');
	buf_append_u8(out, ' ');
	if (o->plain)
		buf_printf(out, "%16.3f", r.seconds);
	else
		nfdump_append_duration(out, derived_duration_ms(row->first_ms, row->last_ms));
	buf_append_u8(out, ' ');
	append_proto(t, row, o->plain, 5, out);
	buf_append_u8(out, ' ');
	append_value(row, o->full_ipv6 || t->question->word->value != STATISTIC_ADDR, width, out);
	buf_append_u8(out, ' ');
	append_share(out, row->flows, share(row->flows, totals->flows), o->plain);
	append_share(out, row->packets, share(row->packets, totals->packets), o->plain);
	append_share(out, row->bytes, share(row->bytes, totals->bytes), o->plain);
	nfdump_append_counter(out, r.pps, o->plain, 8);
	buf_append_u8(out, ' ');
	nfdump_append_counter(out, r.bps, o->plain, 8);
	buf_printf(out, " %5" PRIu64 "\n", r.bpp);
}

static void
csv_row(const struct statistic_table *t, const struct row *row, const struct nfdump_options *o,
    const struct nfdump_totals *totals, struct buf *out)
{
	enum statistic_value kind = t->question->word->value;
	struct rates r = rates_of(row);

	append_time(out, row->first_ms, false, ' ');
	buf_append_u8(out, ',');
	append_time(out, row->last_ms, false, ' ');
	buf_printf(out, ",%.3f,", r.seconds);
	append_proto(t, row, o->plain, 0, out);
	/* For other kinds nfdump 1.7 leaves the value empty. */
	buf_printf(out, ",%s", kind == STATISTIC_NUMBER || kind == STATISTIC_ADDR || kind == STATISTIC_MAC ||
	    kind == STATISTIC_LABEL ? row->value : "");
	buf_printf(out, ",%" PRIu64 ",%.1f,%" PRIu64 ",%.1f,%" PRIu64 ",%.1f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
	    row->flows,
	    share(row->flows, totals->flows), row->packets, share(row->packets, totals->packets), row->bytes,
	    share(row->bytes, totals->bytes), r.pps, r.bps, r.bpp);
}

static void
json_row(const struct statistic_table *t, const struct row *row, struct buf *out)
{
	bool is_proto = strcmp(t->question->word->word, "proto") == 0;
	bool shown = t->question->word->value != STATISTIC_FLAGS && t->question->word->value != STATISTIC_ORG;
	struct rates r = rates_of(row);

	buf_append_text(out, "{ \"first\" : \"");
	append_time(out, row->first_ms, true, 'T');
	buf_append_text(out, "\", \"last\" : \"");
	append_time(out, row->last_ms, true, 'T');
	buf_printf(out, "\", \"proto\" : %u, \"%s\" : \"%s\", \"flows\" : %" PRIu64 ", \"packets\" : %" PRIu64 ", "
	    "\"bytes\" : %" PRIu64 ", \"pps\" : %" PRIu64 ", \"bps\" : %" PRIu64 ", \"bpp\" : %" PRIu64 "}\n",
	    is_proto ? (unsigned)row->number : row->proto, t->question->word->word, shown ? row->value : "", row->flows,
	    row->packets, row->bytes, r.pps, r.bps, r.bpp);
}

static void
text_head(const struct statistic_table *t, const struct nfdump_options *o, int width, struct buf *out)
{
	const char *title = t->question->word->title;

	if (o->top > 0)
		buf_printf(out, "Top %" PRIu64 " %s ordered by %s:\n", o->top, title, t->question->order->word);
	else
		buf_printf(out, "Top %s ordered by %s:\n", title, t->question->order->word);
	buf_printf(out, "Date first seen             Duration     Proto %*s    Flows(%%)     Packets(%%)       "
	    "Bytes(%%)         pps      bps   bpp\n", width, title);
}

static void
csv_head(const struct statistic_table *t, struct buf *out)
{
	static const char *const way[] = { [STATISTIC_BOTH] = "", [STATISTIC_IN] = "i", [STATISTIC_OUT] = "o" };
	const char *w = way[t->question->order->way];

	buf_printf(out, "ts,te,td,pr,val,fl,flP,%spkt,%spktP,%sbyt,%sbytP,%spps,%sbps,%sbpp\n", w, w, w, w, w, w, w);
}

void
statistic_table_print(const struct statistic_table *t, const struct nfdump_options *options,
    const struct nfdump_totals *totals, struct buf *out)
{
	bool is_addr = t->question->word->value == STATISTIC_ADDR;
	int width = options->full_ipv6 && is_addr ? 43 : options->request.geo != NULL ? 21 : 17;
	size_t n = options->top > 0 && options->top < t->rows ? (size_t)options->top : t->rows;

	if (options->mode == NFDUMP_FMT && !options->quiet)
		text_head(t, options, width, out);
	if (options->mode == NFDUMP_CSV)
		csv_head(t, out);
	for (size_t i = 0; i < n; i++) {
		if (options->mode == NFDUMP_FMT)
			text_row(t, &t->row[i], options, totals, width, out);
		else if (options->mode == NFDUMP_CSV)
			csv_row(t, &t->row[i], options, totals, out);
		else if (options->mode == NFDUMP_JSON || options->mode == NFDUMP_NDJSON)
			json_row(t, &t->row[i], out);
	}
}
