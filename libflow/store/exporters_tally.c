/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/exporters_tally.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/vec.h"

struct tally {
	struct addr exporter;
	uint64_t version, domain;
	uint64_t flows, packets, bytes;
};

struct exporters_tally {
	struct tally *tally;
	size_t count, cap;
	size_t last;		/* index of the tally that counted the last row */
};

struct exporters_tally *
exporters_tally_new(void)
{
	return calloc(1, sizeof(struct exporters_tally));
}

void
exporters_tally_free(struct exporters_tally *tally)
{
	if (tally != NULL)
		free(tally->tally);
	free(tally);
}

static bool
is_of(const struct tally *t, const struct addr *exporter, uint64_t version, uint64_t domain)
{
	return t->version == version && t->domain == domain && addr_equal(&t->exporter, exporter);
}

/* The tally of a source, added if it is new; NULL when out of memory. */
static struct tally *
find(struct exporters_tally *s, const struct addr *exporter, uint64_t version, uint64_t domain)
{
	if (s->last < s->count && is_of(&s->tally[s->last], exporter, version, domain))
		return &s->tally[s->last];
	for (s->last = 0; s->last < s->count; s->last++)
		if (is_of(&s->tally[s->last], exporter, version, domain))
			return &s->tally[s->last];
	if (!VEC_RESERVE(s->tally, s->cap, s->count + 1))
		return NULL;
	s->tally[s->count] = (struct tally){ .exporter = *exporter, .version = version, .domain = domain };
	return &s->tally[s->count++];
}

static uint64_t
number(const struct flow_batch *batch, enum flow_field field, uint32_t row)
{
	const struct flow_column *c = &batch->column[field];

	return flow_column_has(c, row) ? flow_column_number(c, flow_field_info(field)->type, row) : 0;
}

static void
add(uint64_t *sum, uint64_t v)
{
	*sum = v > UINT64_MAX - *sum ? UINT64_MAX : *sum + v;
}

static enum flow_status
add_row(struct exporters_tally *s, const struct flow_batch *batch, const struct addr *exporter,
    uint32_t row)
{
	struct tally *t = find(s, exporter, number(batch, FLOW_FIELD_EXPORT_VERSION, row),
	    number(batch, FLOW_FIELD_DOMAIN, row));

	if (t == NULL)
		return FLOW_ENOMEM;
	add(&t->flows, 1);
	add(&t->packets, number(batch, FLOW_FIELD_PACKETS, row));
	add(&t->packets, number(batch, FLOW_FIELD_REV_PACKETS, row));
	add(&t->bytes, number(batch, FLOW_FIELD_BYTES, row));
	add(&t->bytes, number(batch, FLOW_FIELD_REV_BYTES, row));
	return FLOW_OK;
}

enum flow_status
exporters_tally_add(struct exporters_tally *tally, const struct flow_batch *batch,
    const struct flow_selection *sel)
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_EXPORTER];
	uint32_t rows = sel != NULL ? sel->count : (uint32_t)batch->rows, known = UINT32_MAX;
	enum flow_status st = FLOW_OK;
	struct addr exporter;
	bool good = false;

	for (uint32_t i = 0; i < rows && st == FLOW_OK; i++) {
		uint32_t row = sel != NULL ? flow_selection_row(sel, i) : i;

		if (!flow_column_has(c, row) || c->form != FLOW_FORM_DICT)
			continue;
		if (c->codes[row] != known) {
			struct flow_text text = flow_column_text(c, row);

			known = c->codes[row];
			good = addr_parse(text.p, text.len, &exporter);
		}
		if (good)
			st = add_row(tally, batch, &exporter, row);
	}
	return st;
}

void
exporters_tally_fields(struct flow_fieldset *fields)
{
	flow_fieldset_add(fields, FLOW_FIELD_EXPORTER);
	flow_fieldset_add(fields, FLOW_FIELD_EXPORT_VERSION);
	flow_fieldset_add(fields, FLOW_FIELD_DOMAIN);
	flow_fieldset_add(fields, FLOW_FIELD_PACKETS);
	flow_fieldset_add(fields, FLOW_FIELD_BYTES);
}

enum flow_status
exporters_tally_join(struct exporters_tally *tally, const struct exporters_tally *more)
{
	for (size_t i = 0; i < more->count; i++) {
		const struct tally *from = &more->tally[i];
		struct tally *to = find(tally, &from->exporter, from->version, from->domain);

		if (to == NULL)
			return FLOW_ENOMEM;
		add(&to->flows, from->flows);
		add(&to->packets, from->packets);
		add(&to->bytes, from->bytes);
	}
	return FLOW_OK;
}

static bool
is_one_of(struct json_slice key, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (key.len == strlen(names[i]) && memcmp(key.p, names[i], key.len) == 0)
			return true;
	return false;
}

static void
put_counts(struct buf *out, const struct tally *t)
{
	buf_printf(out, "\"flows\":%" PRIu64 ",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64
	    ",\"partial\":true}", t->flows, t->packets, t->bytes);
}

/* Copies an object of flow.exporters with the tally's counts. */
static void
put_source(struct buf *out, struct json_slice source, const struct tally *t)
{
	static const char *const received[] = { "datagrams", "lost", "late", "restarts", "flows", "packets",
		"bytes", "times_wrong", "partial" };
	struct json_slice key, value;
	struct json_walk walk;

	buf_append_u8(out, '{');
	if (json_walk_begin(&walk, source)) {
		while (json_walk_next(&walk, &key, &value)) {
			if (is_one_of(key, received, sizeof(received) / sizeof(received[0])))
				continue;
			buf_append_u8(out, '"');
			buf_append(out, key.p, key.len);
			buf_append_text(out, "\":");
			buf_append(out, value.p, value.len);
			buf_append_u8(out, ',');
		}
	}
	put_counts(out, t);
}

/* Makes an object for a source that the value lacks. */
static void
put_new_source(struct buf *out, const struct tally *t)
{
	char text[ADDR_TEXT_MAX];

	buf_printf(out, "{\"exporter\":\"%.*s\",\"version\":%" PRIu64 ",\"domain\":%" PRIu64 ",",
	    (int)addr_format(&t->exporter, text), text, t->version, t->domain);
	put_counts(out, t);
}

/* Index of the tally of an object's source; the number of tallies if there is none. */
static size_t
tally_of(const struct exporters_tally *s, struct json_slice source)
{
	uint64_t version = 0, domain = 0;
	struct json_slice text;
	struct addr exporter;
	size_t i = 0;

	if (!json_find(source.p, source.len, "exporter", &text) || text.len < 2 ||
	    !addr_parse(text.p + 1, text.len - 2, &exporter))
		return s->count;
	(void)json_find_uint(source.p, source.len, "version", &version);
	(void)json_find_uint(source.p, source.len, "domain", &domain);
	while (i < s->count && !is_of(&s->tally[i], &exporter, version, domain))
		i++;
	return i;
}

enum flow_status
exporters_tally_apply(const struct exporters_tally *tally, const char *json, struct buf *out)
{
	static const struct tally counted = { .flows = 0 };
	bool *done = calloc(tally->count + 1, sizeof(*done));
	struct json_slice key, source;
	struct json_walk walk;
	bool any = false;

	if (done == NULL)
		return FLOW_ENOMEM;
	buf_append_u8(out, '[');
	if (json_walk_begin(&walk, (struct json_slice){ json, strlen(json) })) {
		while (json_walk_next(&walk, &key, &source)) {
			size_t i = tally_of(tally, source);

			if (i == tally->count)
				continue;
			if (any)
				buf_append_u8(out, ',');
			put_source(out, source, done[i] ? &counted : &tally->tally[i]);
			any = done[i] = true;
		}
	}
	for (size_t i = 0; i < tally->count; i++) {
		if (done[i])
			continue;
		if (any)
			buf_append_u8(out, ',');
		put_new_source(out, &tally->tally[i]);
		any = true;
	}
	buf_append_u8(out, ']');
	free(done);
	return buf_status(out);
}
