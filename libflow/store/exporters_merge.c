/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/exporters_merge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/json.h"

/* Longer sections are not merged entry by entry, which takes quadratic time. */
#define SECTION_MAX ((size_t)64 << 10)

static const char *const counters[] = { "flows", "packets", "bytes", "datagrams", "lost", "late",
	"restarts" };

/* The first ROWS counters can be counted from rows; the others count everything received. */
#define ROWS 3

/* Members that are absent if they are zero; of the clock's offset the latest wins. */
static const char *const faults[] = { "clock_wrong", "times_wrong" };
static const char *const offsets[] = { "clock_behind_ms", "clock_ahead_ms" };

static const char *const sections[] = { "samplers", "interfaces", "vrfs", "applications" };

/* A source; slices point into one of the two values. */
struct exporter {
	struct json_slice address;	/* with its quotes */
	struct json_slice sender;	/* the same; empty: the exporter itself */
	uint64_t version, domain, sampling, senders, sum[ARRAY_LEN(counters)];
	bool partial;		/* the file has only some rows of other files, and counts these */
	uint64_t fault[ARRAY_LEN(faults)], offset[ARRAY_LEN(offsets)];
	struct json_slice section[ARRAY_LEN(sections)][2];	/* of the first value, of the other */
};

struct list {
	struct exporter *exporter;
	size_t count;
};

static uint64_t
number(struct json_slice source, const char *key)
{
	uint64_t v = 0;

	(void)json_find_uint(source.p, source.len, key, &v);
	return v;
}

static bool
same(struct json_slice a, struct json_slice b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

static uint64_t
plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void
add_faults(struct exporter *e, struct json_slice source)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(faults); i++)
		e->fault[i] = plus(e->fault[i], number(source, faults[i]));
	if (number(source, faults[0]) != 0)
		for (i = 0; i < ARRAY_LEN(offsets); i++)
			e->offset[i] = number(source, offsets[i]);
}

static void
put_faults(struct buf *out, const struct exporter *e)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(faults); i++)
		if (e->fault[i] != 0)
			buf_printf(out, ",\"%s\":%" PRIu64, faults[i], e->fault[i]);
	for (i = 0; i < ARRAY_LEN(offsets); i++)
		if (e->offset[i] != 0)
			buf_printf(out, ",\"%s\":%" PRIu64, offsets[i], e->offset[i]);
}

/* The source's entry, added if it is new; NULL when out of memory. */
static struct exporter *
find(struct list *list, const struct exporter *x)
{
	struct exporter *more;

	for (size_t i = 0; i < list->count; i++) {
		struct exporter *e = &list->exporter[i];

		if (e->version == x->version && e->domain == x->domain &&
		    same(e->address, x->address) && same(e->sender, x->sender))
			return e;
	}
	more = realloc(list->exporter, (list->count + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	list->exporter = more;
	more[list->count] = *x;
	return &more[list->count++];
}

static enum flow_status
take(struct list *list, const char *json, unsigned which)
{
	struct json_slice key, source, address, partial;
	struct json_walk walk;

	if (json == NULL || !json_walk_begin(&walk, (struct json_slice){ json, strlen(json) }))
		return FLOW_OK;
	while (json_walk_next(&walk, &key, &source)) {
		struct exporter *e, x = { .version = number(source, "version"),
			.domain = number(source, "domain"), .sender = { "", 0 } };

		if (!json_find(source.p, source.len, "exporter", &address) || address.len < 2 ||
		    address.p[0] != '"')
			continue;
		x.address = address;
		(void)json_find(source.p, source.len, "sender", &x.sender);
		e = find(list, &x);
		if (e == NULL)
			return FLOW_ENOMEM;
		for (size_t i = 0; i < ARRAY_LEN(counters); i++)
			e->sum[i] = plus(e->sum[i], number(source, counters[i]));
		add_faults(e, source);
		e->partial |= json_find(source.p, source.len, "partial", &partial);
		if (number(source, "sampling") != 0)
			e->sampling = number(source, "sampling");
		if (number(source, "senders") > e->senders)
			e->senders = number(source, "senders");
		for (size_t s = 0; s < ARRAY_LEN(sections); s++)
			(void)json_find(source.p, source.len, sections[s], &e->section[s][which]);
	}
	return FLOW_OK;
}

static bool
has_key(struct json_slice object, struct json_slice key)
{
	struct json_slice k, v;
	struct json_walk walk;

	if (object.p == NULL || !json_walk_begin(&walk, object))
		return false;
	while (json_walk_next(&walk, &k, &v))
		if (same(k, key))
			return true;
	return false;
}

/* The entries of the first value's section that the other one does not replace. */
static void
put_section(struct buf *out, const char *name, const struct json_slice section[2])
{
	struct json_slice key, value;
	struct json_walk walk;
	bool any = false;

	for (unsigned which = 0; which < 2; which++) {
		if (section[which].p == NULL || !json_walk_begin(&walk, section[which]))
			continue;
		/* Files of one collector mostly have the same section; of very long ones the latest is taken. */
		if (which == 0 && section[1].p != NULL && (same(section[0], section[1]) ||
		    section[0].len > SECTION_MAX || section[1].len > SECTION_MAX))
			continue;
		while (json_walk_next(&walk, &key, &value)) {
			if (which == 0 && has_key(section[1], key))
				continue;
			if (any)
				buf_append_u8(out, ',');
			else
				buf_printf(out, ",\"%s\":{", name);
			any = true;
			buf_printf(out, "\"%.*s\":", (int)key.len, key.p);
			buf_append(out, value.p, value.len);
		}
	}
	if (any)
		buf_append_u8(out, '}');
}

static void
put_exporter(struct buf *out, const struct exporter *e)
{
	buf_append_text(out, "{\"exporter\":");
	buf_append(out, e->address.p, e->address.len);
	buf_printf(out, ",\"version\":%" PRIu64 ",\"domain\":%" PRIu64, e->version, e->domain);
	for (size_t i = 0; i < ARRAY_LEN(counters); i++)
		if (i < ROWS || !e->partial)
			buf_printf(out, ",\"%s\":%" PRIu64, counters[i], e->sum[i]);
	if (e->partial)
		buf_append_text(out, ",\"partial\":true");
	if (e->sampling != 0)
		buf_printf(out, ",\"sampling\":%" PRIu64, e->sampling);
	if (e->sender.len > 0) {
		buf_append_text(out, ",\"sender\":");
		buf_append(out, e->sender.p, e->sender.len);
	}
	if (e->senders != 0)
		buf_printf(out, ",\"senders\":%" PRIu64, e->senders);
	put_faults(out, e);
	for (size_t s = 0; s < ARRAY_LEN(sections); s++)
		put_section(out, sections[s], e->section[s]);
	buf_append_u8(out, '}');
}

enum flow_status
store_exporters_merge(char **sum, const char *more)
{
	struct list list = { .count = 0 };
	struct buf out = BUF_INIT;
	enum flow_status st;

	if (more == NULL)
		return FLOW_OK;
	st = take(&list, *sum, 0);
	if (st == FLOW_OK)
		st = take(&list, more, 1);
	buf_append_u8(&out, '[');
	for (size_t i = 0; i < list.count; i++) {
		if (i > 0)
			buf_append_u8(&out, ',');
		put_exporter(&out, &list.exporter[i]);
	}
	buf_append_text(&out, "]");
	buf_append_u8(&out, '\0');
	if (st == FLOW_OK)
		st = buf_status(&out);
	free(list.exporter);
	if (st != FLOW_OK) {
		buf_release(&out);
		return st;
	}
	free(*sum);
	*sum = (char *)out.data;
	return FLOW_OK;
}
