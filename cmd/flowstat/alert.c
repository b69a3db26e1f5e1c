/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowstat/alert.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "common/cli.h"
#include "flowstat/alert_ask.h"
#include "flowstat/alert_hook.h"
#include "flowstat/alert_judge.h"

#define MINUTE_MS INT64_C(60000)

/* Largest file of rules. */
#define RULES_MAX ((size_t)1 << 20)

/* Events that were not seen for this long are forgotten; longer than any cooldown. */
#define FORGET_MS (INT64_C(400) * 86400000)

/* An event to be reported. */
struct told {
	const struct alert_rule *rule;
	char *key;		/* owned */
	struct buf text;	/* JSON and an end of line */
};

struct alert {
	struct flowstat_options *options;
	struct alert_rules rules;
	struct alert_state state;
	struct told *told;
	size_t count;
	bool damaged;
};

static int
read_rules(const char *path, struct alert_rules *rules)
{
	FILE *f = fopen(path, "re");
	char *text = malloc(RULES_MAX + 1);
	struct flow_error err;
	size_t len;

	if (f == NULL || text == NULL) {
		int status = cli_fail("%s: %s", path, strerror(errno));

		if (f != NULL)
			(void)fclose(f);
		free(text);
		return status;
	}
	len = fread(text, 1, RULES_MAX + 1, f);
	if (ferror(f) != 0 || len > RULES_MAX || memchr(text, '\0', len) != NULL) {
		int status = cli_misuse("%s: %s", path, ferror(f) != 0 ? "cannot be read" :
		    "more than 1 MiB, or no text");

		(void)fclose(f);
		free(text);
		return status;
	}
	(void)fclose(f);
	text[len] = '\0';
	if (alert_rules_parse(path, text, rules, &err) == FLOW_OK)
		return CLI_OK;
	return err.status == FLOW_ENOMEM ? cli_fail_error(&err) : cli_misuse("%s", err.message);
}

/* Checks whether flowstat can evaluate a rule. */
static int
check_rule(const struct flowstat_options *o, const struct alert_rule *r)
{
	const struct flow_filter_options options = { .zone = o->request.zone, .geo = o->request.geo,
	    .no_resolve = true };
	bool rate = strcmp(r->measure, "bps") == 0 || strcmp(r->measure, "pps") == 0;
	const struct flow_agg_ask ask = { .keys = r->key != NULL ? r->key : "received/52w", .measures = r->measure,
		.order = r->measure };
	struct flow_agg_spec *spec = flow_agg_spec_new();
	struct flow_filter *filter = NULL;
	struct flow_error err;
	int status = CLI_OK;

	if (spec == NULL)
		return cli_fail("out of memory");
	flow_agg_geo(spec, o->request.geo);
	if (r->filter != NULL && flow_filter_parse(r->filter, strlen(r->filter), &options, &filter, &err) != FLOW_OK)
		status = cli_misuse("%s:%zu: rule %s: filter: %s", o->alert, r->line, r->name, err.message);
	else if (flow_agg_ask(spec, &ask, &err) != FLOW_OK)
		status = cli_misuse("%s:%zu: rule %s: %s", o->alert, r->line, r->name, err.message);
	else if (r->key == NULL && !rate && strcmp(r->measure, "flows") != 0 && strcmp(r->measure, "packets") != 0 &&
	    strcmp(r->measure, "bytes") != 0)
		status = cli_misuse("%s:%zu: rule %s: without a key the measure is flows, packets, bytes, bps or pps",
		    o->alert, r->line, r->name);
	flow_filter_free(filter);
	flow_agg_spec_free(spec);
	return status;
}

static void
put_time(struct buf *out, const char *name, int64_t ms)
{
	struct stamp_cache cache = { .day_known = false };
	char text[STAMP_TEXT_MAX];

	buf_printf(out, ",\"%s\":\"", name);
	buf_append(out, text, stamp_format_iso(&cache, ms, text));
	buf_append_text(out, "\"");
}

/* The report of an event. */
static void
put_event(struct alert *a, const struct alert_rule *r, const struct alert_cases *cases, const struct alert_case *c,
    struct buf *out)
{
	struct buf command = BUF_INIT;

	buf_printf(out, "{\"rule\":\"%s\",\"key\":%s", r->name, c->key);
	put_time(out, "from", cases->from_ms);
	put_time(out, "to", cases->to_ms);
	buf_append_text(out, ",\"measure\":");
	json_append_string(out, r->measure, strlen(r->measure));
	buf_printf(out, ",\"value\":%.15g", c->value);
	if (r->above > 0)
		buf_printf(out, ",\"above\":%.15g", r->above);
	if (r->below > 0)
		buf_printf(out, ",\"below\":%.15g", r->below);
	if (r->times > 0)
		buf_printf(out, ",\"times\":%.15g,\"usual\":%.15g,\"weeks\":%zu,\"bins\":%zu", r->times, c->usual,
		    c->weeks, c->bins);
	buf_append_text(&command, "flowcat");
	query_put_words(&a->options->request, &command);
	buf_append_u8(&command, ' ');
	flow_shell_quote(&command, c->filter, strlen(c->filter));
	buf_append_text(out, ",\"command\":");
	json_append_string(out, (const char *)command.data, command.len);
	buf_append_text(out, "}\n");
	out->failed |= command.failed;
	buf_release(&command);
}

static int
add_told(struct alert *a, const struct alert_rule *r, const struct alert_cases *cases, const struct alert_case *c)
{
	struct told *more = realloc(a->told, (a->count + 1) * sizeof(*more));

	if (more == NULL)
		return cli_fail("out of memory");
	a->told = more;
	more[a->count] = (struct told){ .rule = r, .key = strdup(c->key), .text = BUF_INIT };
	put_event(a, r, cases, c, &more[a->count].text);
	a->count++;
	return more[a->count - 1].key != NULL && !more[a->count - 1].text.failed ? CLI_OK : cli_fail("out of memory");
}

static int
look(struct alert *a, const struct alert_rule *r, int64_t to_ms)
{
	struct alert_cases cases;
	int status = alert_judge(a->options, r, to_ms, &cases, &a->damaged);
	bool fresh;

	for (size_t i = 0; i < cases.count && status == CLI_OK; i++) {
		if (alert_state_see(&a->state, r->name, cases.list[i].key, to_ms, r->cooldown_ms, &fresh) != FLOW_OK)
			status = cli_fail("out of memory");
		else if (fresh)
			status = add_told(a, r, &cases, &cases.list[i]);
	}
	alert_cases_clear(&cases);
	return status;
}

static int
save(const struct alert *a)
{
	struct flow_error err;

	return alert_state_save(&a->state, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

/*
 * Reports new events.  They are saved first, so that a crash in between does not report any twice; failed
 * reports are repeated the next time.
 */
static int
tell_all(struct alert *a)
{
	int status = save(a), worst = status;
	bool closed = false;

	for (size_t i = 0; i < a->count && status == CLI_OK; i++) {
		const struct told *t = &a->told[i];
		int one = t->rule->command != NULL ? alert_hook(t->rule->command, &t->text, t->rule->timeout_ms) :
		    cli_write(t->text.data, t->text.len, &closed);

		if (one == CLI_OK)
			continue;
		alert_state_forget(&a->state, t->rule->name, t->key);
		worst = one;
	}
	if (status == CLI_OK && worst != CLI_OK)
		(void)save(a);
	return worst != CLI_OK ? worst : a->count > 0 ? ALERT_BEGAN : CLI_OK;
}

static int
open_state(struct alert *a)
{
	const char *path = a->options->alert_state;
	char *beside = NULL;
	struct flow_error err;
	enum flow_status st;

	if (path == NULL && asprintf(&beside, "%s.state", a->options->alert) < 0)
		return cli_fail("out of memory");
	st = alert_state_open(&a->state, path != NULL ? path : beside, &err);
	free(beside);
	if (st != FLOW_OK)
		return cli_fail("--state: %s", err.message);
	if (a->state.damaged)
		cli_warn("%s: damaged: events that are on are told once more", a->state.path);
	a->damaged |= a->state.damaged;
	return CLI_OK;
}

static int
run(struct alert *a)
{
	int64_t received_ms = 0, to_ms;
	int status = open_state(a);

	if (status != CLI_OK)
		return status;
	if (!alert_latest(&a->options->request.files, &received_ms)) {
		cli_warn("there are no flows, or no file tells when they were received");
		return CLI_OK;
	}
	to_ms = received_ms - received_ms % MINUTE_MS + MINUTE_MS;
	for (size_t i = 0; i < a->rules.count && status == CLI_OK; i++)
		status = look(a, &a->rules.rule[i], to_ms);
	alert_state_expire(&a->state, to_ms - FORGET_MS);
	if (status == CLI_OK)
		status = tell_all(a);
	return a->damaged && (status == CLI_OK || status == ALERT_BEGAN) ? CLI_FAILURE : status;
}

int
alert_run(struct flowstat_options *o)
{
	struct alert a = { .options = o, .state = ALERT_STATE_INIT };
	int status = read_rules(o->alert, &a.rules);

	for (size_t i = 0; i < a.rules.count && status == CLI_OK; i++)
		status = check_rule(o, &a.rules.rule[i]);
	if (status == CLI_OK && o->alert_check)
		(void)printf("%s: %zu %s\n", o->alert, a.rules.count, a.rules.count == 1 ? "rule" : "rules");
	else if (status == CLI_OK)
		status = run(&a);
	for (size_t i = 0; i < a.count; i++) {
		free(a.told[i].key);
		buf_release(&a.told[i].text);
	}
	free(a.told);
	alert_state_close(&a.state);
	alert_rules_clear(&a.rules);
	return status == CLI_OK ? cli_flush() : status;
}
