/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Rows for tests of output: built value by value, turned into dictionary form. */

#include <string.h>

#include "base/buf.h"
#include "net/addr.h"
#include "output/printer.h"
#include "record/builder.h"
#include "record/dictify.h"

struct rows {
	struct flow_builder *builder;
	struct flow_dictify *dictify;
	struct flow_batch batch;
};

static inline void
rows_begin(struct rows *r)
{
	r->builder = flow_builder_new();
	r->dictify = flow_dictify_new();
	if (flow_builder_reserve(r->builder, 1) != FLOW_OK)
		flow_builder_clear(r->builder);
}

/* The row that was set is complete; the next one begins. */
static inline void
rows_next(struct rows *r)
{
	flow_builder_commit(r->builder, 1);
	if (flow_builder_reserve(r->builder, 1) != FLOW_OK)
		flow_builder_clear(r->builder);
}

static inline void
rows_number(struct rows *r, enum flow_field field, uint64_t v)
{
	flow_type_store(flow_field_info(field)->type, flow_builder_flat(r->builder, field, 1), v);
}

static inline void
rows_addr(struct rows *r, enum flow_field field, const char *text)
{
	struct addr *at = flow_builder_flat(r->builder, field, 1);

	if (!addr_parse(text, strlen(text), at))
		*at = addr_any4;
}

static inline void
rows_text(struct rows *r, enum flow_field field, const char *text, size_t len)
{
	if (flow_builder_text(r->builder, field, 0, text, len) != FLOW_OK)
		flow_builder_clear(r->builder);
}

static inline const struct flow_batch *
rows_batch(struct rows *r)
{
	const struct flow_batch *flat = flow_builder_batch(r->builder);

	return flow_dictify(r->dictify, flat, &r->batch) == FLOW_OK ? &r->batch : NULL;
}

static inline void
rows_end(struct rows *r)
{
	flow_builder_free(r->builder);
	flow_dictify_free(r->dictify);
}

/* The whole document of the rows in a format; NUL-terminated, valid until the next call. */
static inline const char *
rows_print(struct rows *r, const char *spec, const struct flow_printer_options *options)
{
	static struct buf out = BUF_INIT;
	struct buf body = BUF_INIT;
	struct flow_printer *p;
	struct flow_printer_state *s;
	struct flow_error err;
	size_t skip;

	buf_clear(&out);
	if (flow_printer_new(spec, strlen(spec), options, &p, &err) != FLOW_OK) {
		buf_append_text(&out, err.message);
		buf_append_u8(&out, '\0');
		return (const char *)out.data;
	}
	s = flow_printer_state_new(p);
	if (s == NULL || flow_printer_begin(p, &out) != FLOW_OK ||
	    flow_printer_batch(p, s, rows_batch(r), NULL, &body) != FLOW_OK)
		buf_append_text(&out, "FAILED");
	skip = body.len > 0 ? flow_printer_first_skip(p) : 0;
	if (body.len > 0)
		buf_append(&out, body.data + skip, body.len - skip);
	if (flow_printer_end(p, &out) != FLOW_OK)
		buf_append_text(&out, "FAILED");
	buf_append_u8(&out, '\0');
	buf_release(&body);
	flow_printer_state_free(s);
	flow_printer_free(p);
	return (const char *)out.data;
}
