/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/print_exporters.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "flowcat/metadata.h"
#include "time/span_text.h"

/* The counters that are summed, by their names in flow.exporters. */
static const char *const counters[] = { "datagrams", "flows", "packets", "bytes", "lost", "late",
	"restarts" };

/* Sections of names, and what one entry is called. */
static const struct {
	const char *key, *entry;
} sections[] = {
	{ "samplers", "sampler" }, { "interfaces", "interface" }, { "vrfs", "vrf" },
	{ "applications", "application" },
};

/* Decodes a JSON string, without control characters; NULL when out of memory. */
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

/* "  interface 7: eth7 (up) 10000000000 b/s", "  sampler 1: 1 of 100, s1", "  vrf 3: red" */
static void
print_name(struct buf *out, const char *entry, struct json_slice key, struct json_slice value)
{
	struct json_slice part;
	uint64_t rate, speed_bps;

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
	if (json_find_uint(value.p, value.len, "speed_bps", &speed_bps))
		buf_printf(out, " %" PRIu64 " b/s", speed_bps);
	buf_append_u8(out, '\n');
}

struct named {
	struct json_slice key, value;
};

/* Compares keys as numbers: without leading zeros the shorter one is less. */
static int
compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->key.len != y->key.len)
		return x->key.len < y->key.len ? -1 : 1;
	return memcmp(x->key.p, y->key.p, x->key.len);
}

static void
print_section(struct buf *out, const char *entry, struct json_slice section)
{
	struct json_walk walk;
	struct named *names, n;
	size_t count = 0, i = 0;

	if (!json_walk_begin(&walk, section))
		return;
	while (json_walk_next(&walk, &n.key, &n.value))
		count++;
	names = malloc((count + 1) * sizeof(*names));
	if (names == NULL) {
		out->failed = true;
		return;
	}
	(void)json_walk_begin(&walk, section);
	while (i < count && json_walk_next(&walk, &names[i].key, &names[i].value))
		i++;
	qsort(names, count, sizeof(*names), compare_named);
	for (i = 0; i < count; i++)
		print_name(out, entry, names[i].key, names[i].value);
	free(names);
}

/* Prints the counters that are known: files with a selection of rows have only some. */
static void
print_counters(struct buf *out, struct json_slice source)
{
	const char *comma = "";
	uint64_t v;

	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		if (!json_find_uint(source.p, source.len, counters[i], &v))
			continue;
		buf_printf(out, "%s %s %" PRIu64, comma, counters[i], v);
		comma = ",";
	}
}

/* ", clock 23 h 59 min behind (datagrams 5), impossible times 2" */
static void
print_faults(struct buf *out, struct json_slice source)
{
	uint64_t wrong = number(source, "clock_wrong"), times = number(source, "times_wrong");
	uint64_t behind = number(source, "clock_behind_ms"), ahead = number(source, "clock_ahead_ms");
	uint64_t off = behind != 0 ? behind : ahead;
	char span[SPAN_TEXT_MAX];

	if (wrong != 0) {
		buf_append_text(out, ", clock ");
		buf_append(out, span, span_text_format(off > INT64_MAX ? INT64_MAX : (int64_t)off, span));
		buf_printf(out, " %s (datagrams %" PRIu64 ")", behind != 0 ? "behind" : "ahead", wrong);
	}
	if (times != 0)
		buf_printf(out, ", impossible times %" PRIu64, times);
}

static void
print_exporter(struct buf *out, struct json_slice source)
{
	struct json_slice value;

	if (!json_find(source.p, source.len, "exporter", &value))
		return;
	buf_append_text(out, "Exporter: ");
	append_string(out, value);
	buf_printf(out, ", version %" PRIu64 ", domain %" PRIu64, number(source, "version"),
	    number(source, "domain"));
	if (json_find(source.p, source.len, "sender", &value)) {
		buf_append_text(out, ", sender ");
		append_string(out, value);
	}
	buf_append_text(out, "\n ");
	print_counters(out, source);
	if (number(source, "sampling") != 0)
		buf_printf(out, ", sampling 1 of %" PRIu64, number(source, "sampling"));
	if (number(source, "senders") > 1)
		buf_printf(out, ", senders %" PRIu64, number(source, "senders"));
	print_faults(out, source);
	buf_append_u8(out, '\n');
	for (size_t s = 0; s < ARRAY_LEN(sections); s++)
		if (json_find(source.p, source.len, sections[s].key, &value))
			print_section(out, sections[s].entry, value);
}

static void
print_exporters(struct buf *out, const char *json)
{
	struct json_slice key, source;
	struct json_walk walk;

	if (json == NULL || !json_walk_begin(&walk, (struct json_slice){ json, strlen(json) }))
		return;
	while (json_walk_next(&walk, &key, &source))
		print_exporter(out, source);
}

int
flowcat_exporters(struct flowcat_options *options)
{
	struct buf out = BUF_INIT;
	struct flow_summary all;
	struct metadata m;

	metadata_begin(&m, options);
	metadata_sum(&m, &all);
	print_exporters(&out, all.exporters);
	flow_summary_clear(&all);
	return metadata_end(&m, &out);
}
