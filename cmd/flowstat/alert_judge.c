/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowstat/alert_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "flowstat/alert_ask.h"

#define HOUR_MS INT64_C(3600000)
#define WEEK_MS (7 * 24 * HOUR_MS)

/* How many of the greatest keys are compared with their past. */
#define CASES_MAX 1000

/* A rule that is being evaluated. */
struct judge {
	const struct flowstat_options *options;
	const struct alert_rule *rule;
	struct alert_cases *cases;
	bool *damaged;
	/* One week of the past. */
	int64_t from_ms;
	size_t first_bin;		/* its index in the cases' past */
	bool seen[60];			/* bins with received flows */
};

/* The measure to query; bps and pps are over the window, not over a group's own time. */
static const char *
asked_measure(const struct alert_rule *r)
{
	return strcmp(r->measure, "bps") == 0 ? "bytes" : strcmp(r->measure, "pps") == 0 ? "packets" : r->measure;
}

static double
scale(const struct alert_rule *r, double value)
{
	double seconds = (double)r->window_ms / 1000;

	return strcmp(r->measure, "bps") == 0 ? value * 8 / seconds : strcmp(r->measure, "pps") == 0 ?
	    value / seconds : value;
}

/* Whether a column's values are numbers. */
static bool
is_number(enum flow_kind kind)
{
	return kind == FLOW_KIND_COUNT || kind == FLOW_KIND_RATE || kind == FLOW_KIND_RATIO ||
	    kind == FLOW_KIND_PERCENT;
}

static double
number_at(const struct flow_table *t, size_t column, size_t row)
{
	const struct flow_table_column *c = &t->column[column];

	if (!bitmap_get(c->valid, row))
		return 0;
	return c->kind == FLOW_KIND_COUNT ? (double)((const uint64_t *)c->values)[row] :
	    ((const double *)c->values)[row];
}

/* The columns [from, to) of all rows as JSON, a line each. */
static int
put_keys(const struct flow_table *t, size_t from, size_t to, struct buf *out)
{
	const struct flow_table_printer_options options = { .zone = STAMP_UTC, .tables = 1 };
	struct flow_table_printer *p;
	struct flow_table view = *t;
	struct flow_error err;

	view.column += from;
	view.columns = to - from;
	if (flow_table_printer_new("ndjson", &options, &p, &err) != FLOW_OK)
		return cli_fail_error(&err);
	flow_table_printer_begin(p, &view, out);
	flow_table_printer_rows(p, &view, out);
	flow_table_printer_end(p, &view, out);
	flow_table_printer_finish(p, out);
	flow_table_printer_free(p);
	buf_append_u8(out, '\0');
	return buf_status(out) == FLOW_OK ? CLI_OK : cli_fail("out of memory");
}

/* Appends a key's column as a filter, if a filter can express it. */
static void
put_term(struct buf *out, const struct flow_table *t, size_t column, size_t row)
{
	const struct flow_table_column *c = &t->column[column];
	char text[ADDR_TEXT_MAX];

	if (flow_field_find(c->name, strlen(c->name)) == FLOW_FIELD_COUNT || !bitmap_get(c->valid, row))
		return;
	if (c->kind == FLOW_KIND_ADDR) {
		buf_printf(out, " and %s = ", c->name);
		buf_append(out, text, addr_format((const struct addr *)c->values + row, text));
	} else if (c->kind == FLOW_KIND_ID || c->kind == FLOW_KIND_PROTO) {
		buf_printf(out, " and %s = %llu", c->name, (unsigned long long)((const uint64_t *)c->values)[row]);
	}
}

/* Adds a row of the window. */
static int
add_case(struct judge *j, const struct flow_table *t, size_t row, const char *key, size_t len)
{
	struct alert_cases *cases = j->cases;
	double value = scale(j->rule, number_at(t, t->columns - 1, row));
	struct buf filter = BUF_INIT;
	struct alert_case *more;

	if (j->rule->key == NULL && cases->count > 0) {
		cases->list[0].value += value;
		return CLI_OK;
	}
	alert_put_filter(&filter, j->rule->filter, cases->from_ms, cases->to_ms);
	for (size_t c = 0; j->rule->key != NULL && c + 1 < t->columns; c++)
		put_term(&filter, t, c, row);
	buf_append_u8(&filter, '\0');
	more = realloc(cases->list, (cases->count + 1) * sizeof(*more));
	if (more != NULL) {
		cases->list = more;
		more[cases->count++] = (struct alert_case){ .key = strndup(key, len), .filter = (char *)filter.data,
			.value = value };
	}
	return more != NULL && !filter.failed && more[cases->count - 1].key != NULL ? CLI_OK :
	    cli_fail("out of memory");
}

static int
take_window(void *context, const struct flow_table *t)
{
	struct judge *j = context;
	struct buf keys = BUF_INIT;
	int status;

	if (!is_number(t->column[t->columns - 1].kind))
		return cli_misuse("rule %s: %s is no number", j->rule->name, j->rule->measure);
	status = put_keys(t, 0, j->rule->key != NULL ? t->columns - 1 : 0, &keys);
	for (size_t r = 0, at = 0; r < t->rows && status == CLI_OK; r++) {
		size_t len = strcspn((const char *)keys.data + at, "\n");

		status = add_case(j, t, r, (const char *)keys.data + at, len);
		at += len + 1;
	}
	buf_release(&keys);
	return status;
}

static int
compare_cases(const void *a, const void *b)
{
	return strcmp(((const struct alert_case *)a)->key, ((const struct alert_case *)b)->key);
}

/* The past bin of a row; SIZE_MAX: none. */
static size_t
bin_of(const struct judge *j, const struct flow_table *t, size_t row)
{
	int64_t at;

	if (t->column[0].kind != FLOW_KIND_TIME || !bitmap_get(t->column[0].valid, row))
		return SIZE_MAX;
	at = ((const int64_t *)t->column[0].values)[row] - j->from_ms;
	return at >= 0 && at < HOUR_MS ? (size_t)(at / j->rule->window_ms) : SIZE_MAX;
}

static int
take_past(void *context, const struct flow_table *t)
{
	struct judge *j = context;
	struct buf keys = BUF_INIT;
	int status = put_keys(t, 1, j->rule->key != NULL ? t->columns - 1 : 1, &keys);

	for (size_t r = 0, at = 0; r < t->rows && status == CLI_OK; r++) {
		struct alert_case want = { .key = (char *)keys.data + at };
		size_t len = strcspn(want.key, "\n"), bin = bin_of(j, t, r);
		struct alert_case *c;

		want.key[len] = '\0';
		at += len + 1;
		c = bsearch(&want, j->cases->list, j->cases->count, sizeof(want), compare_cases);
		if (c != NULL && bin != SIZE_MAX)
			c->past[j->first_bin + bin] += scale(j->rule, number_at(t, t->columns - 1, r));
	}
	buf_release(&keys);
	return status;
}

static int
take_seen(void *context, const struct flow_table *t)
{
	struct judge *j = context;

	for (size_t r = 0; r < t->rows; r++) {
		size_t bin = bin_of(j, t, r);

		if (bin != SIZE_MAX)
			j->seen[bin] = true;
	}
	return CLI_OK;
}

/* Queries a past week; bins without any flows are ignored. */
static int
ask_week(struct judge *j, size_t *bins, bool *any)
{
	struct alert_question q = { .keys = NULL, .measure = "flows", .from_ms = j->from_ms,
	    .to_ms = j->from_ms + HOUR_MS };
	size_t count = (size_t)(HOUR_MS / j->rule->window_ms), kept = 0;
	char *keys = NULL;
	int status;

	if (asprintf(&keys, "received/%llds%s%s", (long long)j->rule->window_ms / 1000, j->rule->key != NULL ? "," : "",
	    j->rule->key != NULL ? j->rule->key : "") < 0)
		return cli_fail("out of memory");
	memset(j->seen, 0, sizeof(j->seen));
	j->first_bin = *bins;
	/* Only the first key. */
	keys[strcspn(keys, ",")] = '\0';
	q.keys = keys;
	status = alert_ask(j->options, &q, take_seen, j, j->damaged);
	if (j->rule->key != NULL)
		keys[strlen(keys)] = ',';
	q.filter = j->rule->filter;
	q.measure = asked_measure(j->rule);
	if (status == CLI_OK)
		status = alert_ask(j->options, &q, take_past, j, j->damaged);
	free(keys);
	for (size_t b = 0; b < count; b++) {
		if (!j->seen[b])
			continue;
		for (size_t i = 0; i < j->cases->count; i++)
			j->cases->list[i].past[*bins + kept] = j->cases->list[i].past[*bins + b];
		kept++;
	}
	for (size_t i = 0; i < j->cases->count; i++)
		for (size_t b = kept; b < count; b++)
			j->cases->list[i].past[*bins + b] = 0;
	*bins += kept;
	*any = kept > 0;
	return status;
}

static int
compare_reals(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare_reals);
	return n % 2 != 0 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* The usual value of each case, from the same hour of earlier weeks. */
static int
ask_usual(struct judge *j)
{
	struct alert_cases *cases = j->cases;
	size_t room = (size_t)j->rule->weeks * (size_t)(HOUR_MS / j->rule->window_ms), bins = 0, weeks = 0;
	int64_t middle = cases->from_ms + (cases->to_ms - cases->from_ms) / 2, hour = middle - middle % HOUR_MS;
	int status = CLI_OK;

	qsort(cases->list, cases->count, sizeof(*cases->list), compare_cases);
	for (size_t i = 0; i < cases->count; i++)
		if ((cases->list[i].past = calloc(room, sizeof(double))) == NULL)
			return cli_fail("out of memory");
	for (uint64_t w = 1; w <= j->rule->weeks && status == CLI_OK; w++) {
		bool any = false;

		j->from_ms = hour - (int64_t)w * WEEK_MS;
		status = ask_week(j, &bins, &any);
		weeks += any;
	}
	for (size_t i = 0; i < cases->count; i++) {
		cases->list[i].bins = bins;
		cases->list[i].weeks = weeks;
		cases->list[i].usual = bins > 0 ? median(cases->list[i].past, bins) : 0;
	}
	return status;
}

static void
drop_case(struct alert_cases *cases, size_t i)
{
	free(cases->list[i].key);
	free(cases->list[i].filter);
	free(cases->list[i].past);
	cases->list[i] = cases->list[--cases->count];
}

/* All flows of a rule for outages are one case, also where there are none. Of damaged files too few would be known. */
static int
judge_outage(struct judge *j)
{
	struct alert_cases *cases = j->cases;
	struct buf filter = BUF_INIT;

	if (cases->count > 0 || *j->damaged) {
		if (*j->damaged || cases->list[0].value >= j->rule->below)
			alert_cases_clear(cases);
		return CLI_OK;
	}
	alert_put_filter(&filter, j->rule->filter, cases->from_ms, cases->to_ms);
	buf_append_u8(&filter, '\0');
	cases->list = calloc(1, sizeof(*cases->list));
	if (cases->list == NULL || filter.failed) {
		buf_release(&filter);
		return cli_fail("out of memory");
	}
	cases->list[cases->count++] = (struct alert_case){ .key = strdup("{}"), .filter = (char *)filter.data };
	return cases->list[0].key != NULL ? CLI_OK : cli_fail("out of memory");
}

/* Keeps cases that exceed absolute bounds, or their usual value. */
static void
sift(const struct alert_rule *r, struct alert_cases *cases, bool usual)
{
	for (size_t i = cases->count; i-- > 0;) {
		const struct alert_case *c = &cases->list[i];
		bool holds = c->value > r->above;

		/* Without a past only absolute bounds apply. */
		if (usual)
			holds = c->weeks >= r->history && c->value > r->times * c->usual &&
			    (c->usual > 0 || r->above > 0);
		if (!holds)
			drop_case(cases, i);
	}
}

static int
compare_values(const void *pa, const void *pb)
{
	const struct alert_case *a = pa, *b = pb;

	if (a->value > b->value || a->value < b->value)
		return a->value > b->value ? -1 : 1;
	return strcmp(a->key, b->key);
}

int
alert_judge(const struct flowstat_options *o, const struct alert_rule *rule, int64_t to_ms, struct alert_cases *cases,
    bool *damaged)
{
	struct judge j = { .options = o, .rule = rule, .cases = cases, .damaged = damaged };
	const struct alert_question q = { .filter = rule->filter, .keys = rule->key != NULL ? rule->key :
	    "received/52w",
		.measure = asked_measure(rule), .limit = rule->key != NULL ? CASES_MAX : 0,
		    .from_ms = to_ms - rule->window_ms,
		.to_ms = to_ms };
	int status;

	*cases = (struct alert_cases){ .from_ms = q.from_ms, .to_ms = q.to_ms };
	status = alert_ask(o, &q, take_window, &j, damaged);
	if (rule->below > 0)
		return status == CLI_OK ? judge_outage(&j) : status;
	if (status == CLI_OK)
		sift(rule, cases, false);
	if (status == CLI_OK && rule->times > 0 && cases->count > 0) {
		status = ask_usual(&j);
		if (cases->list[0].weeks < rule->history)
			cli_warn("rule %s: the archive has %zu of %llu weeks of history: %s has %g", rule->name,
			    cases->list[0].weeks,
			    (unsigned long long)rule->history, rule->measure, cases->list[0].value);
		sift(rule, cases, true);
	}
	if (cases->count > 1)
		qsort(cases->list, cases->count, sizeof(*cases->list), compare_values);
	while (cases->count > rule->most)
		drop_case(cases, cases->count - 1);
	return status;
}

void
alert_cases_clear(struct alert_cases *cases)
{
	while (cases->count > 0)
		drop_case(cases, cases->count - 1);
	free(cases->list);
	*cases = (struct alert_cases){ .list = NULL };
}
