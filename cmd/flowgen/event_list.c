/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/event_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "flowgen/lines.h"

void
event_list_release(struct event_list *list)
{
	free(list->spec);
	*list = (struct event_list){ NULL, 0 };
}

/* FLOW_OK, or what is wrong with the text. */
static enum flow_status
add(struct event_list *list, const char *text, int64_t now_ms, struct flow_error *err)
{
	struct event_spec *spec;
	enum flow_status status;

	if (list->count == FLOW_SYNTH_EVENTS_MAX)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "more than %d events", FLOW_SYNTH_EVENTS_MAX);
	spec = realloc(list->spec, (list->count + 1) * sizeof(*spec));
	if (spec == NULL)
		return flow_fail_memory(err);
	list->spec = spec;
	status = event_spec_parse(text, strlen(text), now_ms, &spec[list->count], err);
	if (status == FLOW_OK)
		list->count++;
	return status;
}

bool
event_list_add(struct event_list *list, const char *text, int64_t now_ms)
{
	struct flow_error err;

	return add(list, text, now_ms, &err) == FLOW_OK || cli_misuse("--event: %s", err.message) == CLI_OK;
}

bool
event_list_add_spike(struct event_list *list, const char *service, int64_t now_ms)
{
	struct buf text = BUF_INIT;
	struct flow_error err;
	enum flow_status status;

	buf_printf(&text, "spike,service=%s", service);
	buf_append_u8(&text, '\0');
	status = text.failed ? flow_fail_memory(&err) : add(list, (const char *)text.data, now_ms, &err);
	buf_release(&text);
	return status == FLOW_OK || cli_misuse("--spike: %s", err.message) == CLI_OK;
}

struct adding {
	struct event_list *list;
	int64_t now_ms;
};

static enum flow_status
add_line(void *arg, const char *line, struct flow_error *err)
{
	const struct adding *a = arg;

	return add(a->list, line, a->now_ms, err);
}

bool
event_list_add_file(struct event_list *list, const char *path, int64_t now_ms)
{
	struct adding a = { list, now_ms };

	return lines_read("--scenario", path, add_line, &a);
}

/* "1000/s" or "every 60s". */
static void
append_rate(struct buf *out, int64_t gap_ns)
{
	if (gap_ns == 0)
		buf_append_text(out, "");
	else if (gap_ns < 1000000000)
		buf_printf(out, "%" PRId64 "/s", 1000000000 / gap_ns);
	else
		buf_printf(out, "every %" PRId64 "s", gap_ns / 1000000000);
}

static void
append_kind(struct buf *out, const struct event_kind *k)
{
	struct buf rate = BUF_INIT;
	char port[16] = "";

	append_rate(&rate, k->gap_ns);
	buf_append_u8(&rate, '\0');
	if (k->port != 0)
		(void)snprintf(port, sizeof(port), "%u", (unsigned)k->port);
	buf_printf(out, "%-24s %-9s %-6s %-6s %s\n", k->name, rate.failed ? "" : (const char *)rate.data, port,
	    k->whole ? "whole" : "half", k->help);
	buf_release(&rate);
}

int
event_list_help(void)
{
	struct buf out = BUF_INIT;
	bool closed = false;
	size_t i;
	int status;

	buf_printf(&out, "%-24s %-9s %-6s %-6s %s\n", "event", "rate", "port", "lasts", "what");
	for (i = 0; event_kind(i) != NULL; i++)
		append_kind(&out, event_kind(i));
	buf_append_text(&out, "\nhalf: from a quarter to three quarters of the run; whole: all of it.\n"
	    "Keys: start= duration= ramp= rate= interval= jitter= src= dst= port= hosts=\n"
	    "      service= exporter= interface= name=\n"
	    "Services of a spike:");
	for (i = 0; event_service(i) != NULL; i++)
		buf_printf(&out, " %s", event_service(i)->name);
	buf_append_u8(&out, '\n');
	status = out.failed ? cli_fail("out of memory") : cli_write(out.data, out.len, &closed);
	buf_release(&out);
	return status;
}
