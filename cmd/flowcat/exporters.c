/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/exporters.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "common/cli.h"

/* What is summed, as flow.exporters calls it. */
static const char *const counters[] = { "datagrams", "flows", "packets", "bytes", "lost", "late",
	"restarts" };

/* Sections of names, and what one entry is called. */
static const struct {
	const char *key, *entry;
} sections[] = {
	{ "samplers", "sampler" }, { "interfaces", "interface" }, { "vrfs", "vrf" },
	{ "applications", "application" },
};

struct exporter {
	char *address;
	uint64_t version, domain, sampling, sum[ARRAY_LEN(counters)];
	char *names[ARRAY_LEN(sections)];	/* the section's JSON; NULL: none */
};

struct list {
	struct exporter *exporter;
	size_t count;
	bool failed;		/* out of memory */
};

static void
list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->exporter[i].address);
		for (size_t s = 0; s < ARRAY_LEN(sections); s++)
			free(list->exporter[i].names[s]);
	}
	free(list->exporter);
}

/* A JSON string made text, its control characters harmless; NULL when out of memory. */
static char *
plain_text(struct json_slice value)
{
	char *raw = malloc(value.len + 1), *safe;
	size_t len = raw != NULL ? json_unescape(value, raw) : 0;

	safe = malloc(escape_room(len) + 1);
	if (raw != NULL && safe != NULL)
		safe[escape_plain(raw, len, safe)] = '\0';
	if (raw == NULL) {
		free(safe);
		safe = NULL;
	}
	free(raw);
	return safe;
}

static uint64_t
number(struct json_slice source, const char *key)
{
	uint64_t v = 0;

	(void)json_find_uint(source.p, source.len, key, &v);
	return v;
}

/* The exporter's place in the list, made if new; NULL when out of memory. */
static struct exporter *
find(struct list *list, char *address, uint64_t version, uint64_t domain)
{
	struct exporter *more;

	for (size_t i = 0; i < list->count; i++) {
		struct exporter *e = &list->exporter[i];

		if (e->version == version && e->domain == domain && strcmp(e->address, address) == 0) {
			free(address);
			return e;
		}
	}
	more = realloc(list->exporter, (list->count + 1) * sizeof(*more));
	if (more == NULL) {
		free(address);
		return NULL;
	}
	list->exporter = more;
	more[list->count] = (struct exporter){ .address = address, .version = version,
		.domain = domain };
	return &more[list->count++];
}

static void
add_source(struct list *list, struct json_slice source)
{
	struct json_slice value;
	struct exporter *e;
	char *address;

	if (!json_find(source.p, source.len, "exporter", &value))
		return;
	address = plain_text(value);
	e = address != NULL ? find(list, address, number(source, "version"), number(source, "domain")) :
	    NULL;
	if (e == NULL) {
		list->failed = true;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(counters); i++)
		e->sum[i] += number(source, counters[i]);
	if (number(source, "sampling") != 0)
		e->sampling = number(source, "sampling");
	for (size_t s = 0; s < ARRAY_LEN(sections); s++) {
		if (!json_find(source.p, source.len, sections[s].key, &value))
			continue;
		free(e->names[s]);
		e->names[s] = strndup(value.p, value.len);
		list->failed |= e->names[s] == NULL;
	}
}

static void
add_file(struct list *list, const char *json)
{
	struct json_slice key, source;
	struct json_walk walk;

	if (json == NULL || !json_walk_begin(&walk, (struct json_slice){ json, strlen(json) }))
		return;
	while (json_walk_next(&walk, &key, &source))
		add_source(list, source);
}

static void
append_string(struct buf *out, struct json_slice value)
{
	char *text = plain_text(value);

	if (text == NULL)
		out->failed = true;
	else
		buf_append_text(out, text);
	free(text);
}

/* "  interface 7: eth7 (up)", "  sampler 1: 1 of 100, s1", "  vrf 3: red" */
static void
print_name(struct buf *out, const char *entry, struct json_slice key, struct json_slice value)
{
	struct json_slice part;
	uint64_t rate;

	buf_printf(out, "  %s %.*s:", entry, (int)key.len, key.p);
	if (value.len > 0 && value.p[0] == '"') {
		buf_append_u8(out, ' ');
		append_string(out, value);
	}
	if (json_find_uint(value.p, value.len, "rate", &rate))
		buf_printf(out, " 1 of %" PRIu64, rate);
	if (json_find(value.p, value.len, "name", &part)) {
		buf_append_u8(out, ' ');
		append_string(out, part);
	}
	if (json_find(value.p, value.len, "description", &part)) {
		buf_append_text(out, " (");
		append_string(out, part);
		buf_append_u8(out, ')');
	}
	buf_append_u8(out, '\n');
}

static void
print_exporter(struct buf *out, const struct exporter *e)
{
	buf_printf(out, "Exporter: %s, version %" PRIu64 ", domain %" PRIu64 "\n ", e->address, e->version,
	    e->domain);
	for (size_t i = 0; i < ARRAY_LEN(counters); i++)
		buf_printf(out, " %s %" PRIu64 "%s", counters[i], e->sum[i],
		    i + 1 < ARRAY_LEN(counters) ? "," : "");
	if (e->sampling != 0)
		buf_printf(out, ", sampling 1 of %" PRIu64, e->sampling);
	buf_append_u8(out, '\n');
	for (size_t s = 0; s < ARRAY_LEN(sections); s++) {
		struct json_slice key, value;
		struct json_walk walk;

		if (e->names[s] == NULL || !json_walk_begin(&walk, (struct json_slice){ e->names[s],
		    strlen(e->names[s]) }))
			continue;
		while (json_walk_next(&walk, &key, &value))
			print_name(out, sections[s].entry, key, value);
	}
}

int
flowcat_exporters(struct flowcat_options *options)
{
	struct flow_files *files = &options->request.files;
	struct list list = { .count = 0 };
	struct buf out = BUF_INIT;
	struct flow_summary one;
	struct flow_error err;
	bool closed = false;
	int status = CLI_OK;
	size_t i;

	flow_files_sort(files);
	for (i = 0; i < files->problems; i++)
		status = cli_fail("%s", files->problem[i]);
	for (i = 0; i < files->count; i++) {
		if (flow_summary_read(files->path[i], &one, &err) != FLOW_OK) {
			status = cli_fail_error(&err);
			continue;
		}
		add_file(&list, one.exporters);
		flow_summary_clear(&one);
	}
	for (i = 0; i < list.count; i++)
		print_exporter(&out, &list.exporter[i]);
	if (list.failed || buf_status(&out) != FLOW_OK)
		status = cli_fail("out of memory");
	else if (cli_write(out.data, out.len, &closed) != CLI_OK)
		status = CLI_FAILURE;
	buf_release(&out);
	list_free(&list);
	return status;
}
