/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/cube.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "nightly-report/cube_tuples.h"

static const struct {
	const char *name, *question;
} dims[CUBE_DIMS] = {
	[CUBE_EXPORTER] = { "Router", "exporter" }, [CUBE_IN_IF] = { "Input interface", "exporter,in_if" },
	[CUBE_OUT_IF] = { "Output interface", "exporter,out_if" }, [CUBE_DIRECTION] = { "Direction", "" },
	[CUBE_PROTO] = { "Protocol", "proto" }, [CUBE_SERVICE] = { "Service", "service" },
	[CUBE_SOURCE_AS] = { "From AS", "src_as" }, [CUBE_DESTINATION_AS] = { "To AS", "dst_as" },
	[CUBE_SOURCE] = { "Source", "src_addr" }, [CUBE_DESTINATION] = { "Destination", "dst_addr" },
};

/* Number of values including "other", which directions do not have. */
static size_t
values_of(const struct cube *cube, size_t dim)
{
	return cube->dim[dim].count == 0 ? 0 : cube->dim[dim].count + (dim != CUBE_DIRECTION);
}

static void
put_sums(struct buf *out, const struct cube_sums *s)
{
	if (s->flows == 0 && s->packets == 0 && s->bytes == 0)
		buf_append_text(out, "0,0,0");
	else
		buf_printf(out, "%" PRIu64 ",%" PRIu64 ",%" PRIu64, s->flows, s->packets, s->bytes);
}

/* What people read: exporters' names do not turn the text of the page around, nor of what is copied from it. */
static void
put_label(const char *label, struct buf *out)
{
	size_t len = strlen(label);
	struct buf plain = BUF_INIT;

	if (buf_reserve(&plain, escape_room(len))) {
		plain.len = escape_plain(label, len, (char *)plain.data);
		json_append_string(out, (const char *)plain.data, plain.len);
	}
	out->failed |= plain.failed;
	buf_release(&plain);
}

static void
put_dim(const struct cube *cube, size_t d, struct buf *out)
{
	buf_printf(out, "{\"id\":%zu,\"name\":\"%s\",\"ask\":\"%s\",\"values\":[", d, dims[d].name, dims[d].question);
	for (size_t i = 0; i < cube->dim[d].count; i++) {
		const struct cube_value *v = &cube->dim[d].value[i];

		buf_append_text(out, i > 0 ? ",[" : "[");
		put_label(v->label, out);
		buf_append_u8(out, ',');
		json_append_string(out, v->filter, strlen(v->filter));
		buf_append_u8(out, ']');
	}
	buf_append_text(out, "],\"time\":[");
	for (size_t i = 0; i < values_of(cube, d); i++) {
		buf_append_text(out, i > 0 ? ",[" : "[");
		for (size_t b = 0; b < CUBE_BINS; b++) {
			if (b > 0)
				buf_append_u8(out, ',');
			put_sums(out, &cube->time[d][i][b]);
		}
		buf_append_u8(out, ']');
	}
	buf_append_text(out, "]}");
}

static void
put_pair(const struct cube *cube, size_t a, size_t b, struct buf *out)
{
	buf_printf(out, "\"%zu-%zu\":[", a, b);
	for (size_t i = 0; i < values_of(cube, a); i++)
		for (size_t k = 0; k < values_of(cube, b); k++) {
			if (i + k > 0)
				buf_append_u8(out, ',');
			put_sums(out, &cube->pair[a][b][i][k]);
		}
	buf_append_u8(out, ']');
}

/* Four numbers each: how much greater its key is than the one before, and its sums. */
static void
put_tuples(const struct cube_tuples *t, struct buf *out)
{
	uint64_t last = 0;

	buf_printf(out, "{\"values\":%zu,\"bits\":%d,\"other\":%d,\"rows\":[", t->values, CUBE_TUPLE_BITS,
	    CUBE_TUPLE_OTHER);
	for (size_t i = 0; i < t->used; i++) {
		buf_printf(out, "%s%" PRIu64 ",", i > 0 ? "," : "", t->slot[i].key - last);
		put_sums(out, &t->slot[i].sums);
		last = t->slot[i].key;
	}
	buf_append_text(out, "]}");
}

/* In a <script>, a text must not close it, nor begin a comment. */
static void
append_safe(struct buf *out, const struct buf *json)
{
	for (size_t i = 0; i < json->len; i++) {
		if (json->data[i] == '<')
			buf_append_text(out, "\\u003c");
		else
			buf_append_u8(out, json->data[i]);
	}
	out->failed |= json->failed;
}

void
cube_json(const struct cube *cube, const char *command, const char *filter, struct buf *out)
{
	struct buf json = BUF_INIT;
	const char *comma = "";

	buf_printf(&json, "{\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"utc\":%d,\"bins\":%d,\"command\":",
	    cube->span.from_ms, cube->span.to_ms, cube->span.zone == STAMP_UTC, CUBE_BINS);
	json_append_string(&json, command, strlen(command));
	buf_append_text(&json, ",\"filter\":");
	json_append_string(&json, filter, strlen(filter));
	buf_append_text(&json, ",\"dims\":[");
	for (size_t d = 0; d < CUBE_DIMS; d++) {
		if (cube->dim[d].count == 0)
			continue;
		buf_append_text(&json, comma);
		put_dim(cube, d, &json);
		comma = ",";
	}
	buf_append_text(&json, "],\"pairs\":{");
	comma = "";
	for (size_t a = 0; a < CUBE_DIMS; a++)
		for (size_t b = a + 1; b < CUBE_DIMS; b++) {
			if (cube->dim[a].count == 0 || cube->dim[b].count == 0)
				continue;
			buf_append_text(&json, comma);
			put_pair(cube, a, b, &json);
			comma = ",";
		}
	buf_append_text(&json, "},\"tuples\":");
	put_tuples(cube->tuples, &json);
	buf_append_u8(&json, '}');
	append_safe(out, &json);
	buf_release(&json);
}
