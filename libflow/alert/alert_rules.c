/* SPDX-License-Identifier: BSD-2-Clause */
#include "alert/alert_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_lines.h"
#include "base/nearest.h"
#include "base/number.h"
#include "time/stamp.h"

#define HOUR_MS INT64_C(3600000)

enum setting { SET_RULE, SET_FILTER, SET_KEY, SET_MEASURE, SET_COMMAND, SET_ABOVE, SET_BELOW, SET_TIMES, SET_WINDOW,
	SET_COOLDOWN, SET_TIMEOUT, SET_WEEKS, SET_HISTORY, SET_MOST, SETTINGS };

static const char *const names[SETTINGS] = { "rule", "filter", "key", "measure", "command", "above", "below", "times",
	"window", "cooldown", "timeout", "weeks", "history", "most" };

static bool
parse_real(const char *text, double *out)
{
	return number_parse_real(text, strlen(text), out) && *out > 0;
}

static bool
parse_span(const char *text, int64_t least_ms, int64_t most_ms, int64_t *out)
{
	return stamp_span_parse(text, strlen(text), out) == FLOW_OK && *out >= least_ms && *out <= most_ms;
}

static bool
parse_count(const char *text, uint64_t most, uint64_t *out)
{
	return number_parse(text, strlen(text), NUMBER_DECIMAL, most, out) == FLOW_OK && *out > 0;
}

/* What a value must be; NULL: it is. */
static const char *
set(struct alert_rule *r, enum setting which, const char *value)
{
	switch (which) {
	case SET_FILTER:
		r->filter = value;
		return NULL;
	case SET_KEY:
		r->key = value;
		return NULL;
	case SET_MEASURE:
		r->measure = value;
		return NULL;
	case SET_COMMAND:
		r->command = value;
		return NULL;
	case SET_ABOVE:
		return parse_real(value, &r->above) ? NULL : "a number above 0, as 500M";
	case SET_BELOW:
		return parse_real(value, &r->below) ? NULL : "a number above 0, as 10M";
	case SET_TIMES:
		return parse_real(value, &r->times) ? NULL : "a number above 0, as 2.5";
	case SET_WINDOW:
		return parse_span(value, 60000, HOUR_MS, &r->window_ms) && HOUR_MS % r->window_ms == 0 ? NULL :
		    "a time that divides an hour, from 1m to 1h, as 5m";
	case SET_COOLDOWN:
		return parse_span(value, 0, 366 * 24 * HOUR_MS, &r->cooldown_ms) ? NULL :
		    "a time, as 30m, at most 366d";
	case SET_TIMEOUT:
		return parse_span(value, 1000, HOUR_MS, &r->timeout_ms) ? NULL : "a time from 1s to 1h";
	case SET_WEEKS:
		return parse_count(value, 52, &r->weeks) ? NULL : "a number from 1 to 52";
	case SET_HISTORY:
		return parse_count(value, 52, &r->history) ? NULL : "a number from 1 to 52";
	case SET_MOST:
		return parse_count(value, 1000, &r->most) ? NULL : "a number from 1 to 1000";
	case SET_RULE:
	case SETTINGS:
		break;
	}
	return "something else";
}

static bool
is_name(const char *text)
{
	size_t len = strlen(text);

	return len <= 64 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == len;
}

static enum flow_status
fail_line(const char *path, size_t line, const char *what, const char *word, const char *more, struct flow_error *err)
{
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s:%zu: %s '%.64s'%s", path, line, what, word, more);
}

/* Begins with what was said before the first rule. */
static enum flow_status
add_rule(struct alert_rules *rules, const struct alert_rule *usual, const char *path, const struct config_line *line,
    struct flow_error *err)
{
	struct alert_rule *more;

	if (!is_name(line->value))
		return fail_line(path, line->number,
		    "a rule's name is of lower-case letters, digits, '-', '_' and '.', not",
		    line->value, "", err);
	for (size_t i = 0; i < rules->count; i++)
		if (strcmp(rules->rule[i].name, line->value) == 0)
			return fail_line(path, line->number, "there are two rules", line->value, "", err);
	more = realloc(rules->rule, (rules->count + 1) * sizeof(*more));
	if (more == NULL)
		return flow_fail_memory(err);
	rules->rule = more;
	more[rules->count] = *usual;
	more[rules->count].name = line->value;
	more[rules->count++].line = line->number;
	return FLOW_OK;
}

static enum flow_status
unknown(const char *path, const struct config_line *line, struct flow_error *err)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest near;

	nearest_begin(&near, line->name, strlen(line->name));
	for (size_t i = 0; i < SETTINGS; i++)
		nearest_try_text(&near, names[i]);
	return fail_line(path, line->number, "there is no setting", line->name, nearest_hint(&near, hint), err);
}

static enum flow_status
take(struct alert_rules *rules, struct alert_rule *usual, const char *path, const struct config_line *line,
    struct flow_error *err)
{
	struct alert_rule *r = rules->count > 0 ? &rules->rule[rules->count - 1] : usual;
	const char *wanted;
	size_t i = 0;

	while (i < SETTINGS && strcmp(names[i], line->name) != 0)
		i++;
	if (i == SETTINGS)
		return unknown(path, line, err);
	if (line->value == NULL)
		return fail_line(path, line->number, "there is no value of", line->name, "", err);
	if (i == SET_RULE)
		return add_rule(rules, usual, path, line, err);
	wanted = set(r, (enum setting)i, line->value);
	return wanted == NULL ? FLOW_OK : flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s:%zu: %s: '%.64s' is not %s",
	    path,
	    line->number, line->name, line->value, wanted);
}

static enum flow_status
check(const struct alert_rules *rules, const char *path, struct flow_error *err)
{
	if (rules->count == 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "%s: there is no rule in it (rule = NAME begins one)", path);
	for (size_t i = 0; i < rules->count; i++) {
		const struct alert_rule *r = &rules->rule[i];

		if (r->above <= 0 && r->times <= 0 && r->below <= 0)
			return fail_line(path, r->line, "neither above, below nor times is said of", r->name, "", err);
		if (r->below > 0 && (r->above > 0 || r->times > 0))
			return fail_line(path, r->line, "below goes without above and times, in", r->name, "", err);
		if (r->below > 0 && r->key != NULL)
			return fail_line(path, r->line, "below goes without a key, in", r->name,
			    ": what has no flows has no key; filter for it", err);
		if (r->history > r->weeks)
			return fail_line(path, r->line, "history is more than weeks of", r->name, "", err);
	}
	return FLOW_OK;
}

enum flow_status
alert_rules_parse(const char *path, char *text, struct alert_rules *rules, struct flow_error *err)
{
	struct alert_rule usual = { .measure = "bytes", .window_ms = 300000, .cooldown_ms = HOUR_MS,
	    .timeout_ms = 60000,
		.weeks = 4, .history = 2, .most = 20 };
	struct config_lines lines = config_lines_begin(text);
	enum flow_status st = FLOW_OK;
	struct config_line line;
	struct flow_error one;

	*rules = (struct alert_rules){ .text = text };
	while (st == FLOW_OK) {
		st = config_lines_next(&lines, &line, &one);
		if (st == FLOW_OK)
			st = take(rules, &usual, path, &line, err);
		else if (st != FLOW_END)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s:%zu: %s", path, lines.number,
			    one.message);
	}
	return st == FLOW_END ? check(rules, path, err) : st;
}

void
alert_rules_clear(struct alert_rules *rules)
{
	free(rules->rule);
	free(rules->text);
	*rules = (struct alert_rules){ .text = NULL };
}
