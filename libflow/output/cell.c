/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/cell.h"

#include <string.h>

#include "base/attr.h"
#include "base/decimal.h"
#include "net/proto.h"
#include "output/digits.h"
#include "output/escape.h"
#include "record/derived.h"

void
column_nulls(const struct flow_column *in, const struct chunk *chunk, struct cells *out,
    uint32_t len)
{
	if (in->valid == NULL)
		return;
	/* Without a branch per row, because nulls are unpredictable. */
	for (size_t i = 0; i < chunk->n; i++) {
		uint32_t has = 0 - (uint32_t)bitmap_get(in->valid, chunk->row[i]);

		out->len[i] = (out->len[i] & has) | (len & ~has);
	}
}

static inline char *
cell_at(struct column_state *s, size_t i)
{
	return s->cells.text + i * s->cells.stride;
}

/* No row has a value; the cells are not read. */
static bool
all_null(const struct column *c, struct cells *out, const struct chunk *chunk)
{
	out->copy = 16;
	out->step = 0;
	out->same = true;
	for (size_t i = 0; i < chunk->n; i++)
		out->len[i] = c->null_len;
	return true;
}

/* All rows with a value show the first cell. */
static void
same_cells(const struct flow_column *in, struct column_state *s, const struct chunk *k)
{
	uint32_t len = s->cells.len[0];

	s->cells.step = 0;
	s->cells.same = in->valid == NULL;
	for (size_t i = 1; i < k->n; i++)
		s->cells.len[i] = len;
}

/*
 * The values of the chunk's rows, padded with the first one, so that loops have
 * a fixed count, which compilers vectorise.
 */
struct numbers {
	uint64_t any;		/* OR of all: bounds the widest */
	uint64_t differ;	/* bits in which some value differs from the first */
	uint32_t low[OUTPUT_CHUNK];
	uint64_t wide[OUTPUT_CHUNK];
};

#define GATHER(type, to)                                                        \
	do {                                                                    \
		const type *from = in->values;                                  \
		if (k->contiguous && k->n == OUTPUT_CHUNK) {                    \
			from += k->row[0];                                      \
			for (size_t i = 0; i < OUTPUT_CHUNK; i++)               \
				out->to[i] = from[i];                           \
		} else {                                                        \
			for (size_t i = 0; i < k->n; i++)                       \
				out->to[i] = from[k->row[i]];                   \
			for (size_t i = k->n; i < OUTPUT_CHUNK; i++)            \
				out->to[i] = from[k->row[0]];                   \
		}                                                               \
	} while (0)

static void
measure_low(struct numbers *out)
{
	uint32_t any = 0, differ = 0, first = out->low[0];

	for (size_t i = 0; i < OUTPUT_CHUNK; i++) {
		any |= out->low[i];
		differ |= out->low[i] ^ first;
	}
	out->any = any;
	out->differ = differ;
}

/* Wide numbers that fit are narrowed. */
static void
measure_wide(struct numbers *out)
{
	uint64_t any = 0, differ = 0, first = out->wide[0];

	for (size_t i = 0; i < OUTPUT_CHUNK; i++) {
		any |= out->wide[i];
		differ |= out->wide[i] ^ first;
		out->low[i] = (uint32_t)out->wide[i];
	}
	out->any = any;
	out->differ = differ;
}

static void
gather(const struct flow_column *in, enum flow_type type, const struct chunk *k,
    struct numbers *out)
{
	switch (flow_type_size(type)) {
	case 1:
		GATHER(uint8_t, low);
		measure_low(out);
		break;
	case 2:
		GATHER(uint16_t, low);
		measure_low(out);
		break;
	case 4:
		GATHER(uint32_t, low);
		measure_low(out);
		break;
	default:
		GATHER(uint64_t, wide);
		measure_wide(out);
		break;
	}
}
#undef GATHER

static size_t
format_number(uint64_t v, enum flow_type type, char *out)
{
	return type == FLOW_TYPE_I64 ? decimal_i64((int64_t)v, out) : decimal_u64(v, out);
}

/*
 * Numbers of any type but TIME.  All are formatted with the number of digits of
 * the chunk's largest: no branch per value.
 */
static bool
number_cells(const struct column *c, struct column_state *s, const struct chunk *k)
{
	const struct flow_column *in = &k->batch->column[c->field];
	enum flow_type type = flow_field_info(c->field)->type;
	struct numbers n;

	if (in->form != FLOW_FORM_FLAT)
		return all_null(c, &s->cells, k);
	gather(in, type, k, &n);
	s->cells.copy = 16;
	if (n.any < UINT64_C(1) << 13 && n.differ != 0) {
		digits_below4(n.low, s->cells.text, s->cells.stride, s->cells.len);
	} else if (n.any < UINT64_C(1) << 26 && n.differ != 0) {
		digits_below8(n.low, s->cells.text, s->cells.stride, s->cells.len);
	} else {
		bool wide = flow_type_size(type) == 8;
		size_t cells = n.differ != 0 ? k->n : 1;

		s->cells.copy = s->cells.stride;
		for (size_t i = 0; i < cells; i++)
			s->cells.len[i] = (uint32_t)format_number(wide ? n.wide[i] : n.low[i], type,
			    cell_at(s, i));
		if (n.differ == 0)
			same_cells(in, s, k);
	}
	column_nulls(in, k, &s->cells, c->null_len);
	return true;
}

static bool
time_cells(const struct column *c, struct column_state *s, const struct chunk *k)
{
	const struct flow_column *in = &k->batch->column[c->field];
	const int64_t *v = in->values;

	if (in->form != FLOW_FORM_FLAT)
		return all_null(c, &s->cells, k);
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = (uint32_t)stamp_format_iso(&s->stamp, v[k->row[i]],
		    cell_at(s, i));
	column_nulls(in, k, &s->cells, c->null_len);
	return true;
}

static bool
raw_time_cells(const struct column *c, struct column_state *s, const struct chunk *k)
{
	const struct flow_column *in = &k->batch->column[c->field];
	const int64_t *v = in->values;

	if (in->form != FLOW_FORM_FLAT)
		return all_null(c, &s->cells, k);
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++)
		s->cells.len[i] = (uint32_t)stamp_format_text(&s->stamp, v[k->row[i]], c->zone,
		    cell_at(s, i));
	column_nulls(in, k, &s->cells, c->null_len);
	return true;
}

static bool
text_cells(const struct column *c, struct column_state *s, const struct chunk *k)
{
	const struct flow_column *in = &k->batch->column[c->field];

	if (in->form != FLOW_FORM_DICT || in->dict->count == 0)
		return all_null(c, &s->cells, k);
	if (!text_cache_cells(c, s, k))
		return false;
	s->cells.same = in->dict->count == 1 && in->valid == NULL;
	column_nulls(in, k, &s->cells, c->null_len);
	return true;
}

/* Unknown means no value. */
static bool
made_cells(const struct column *c, struct column_state *s, const struct chunk *k)
{
	if (!text_cells(c, s, k))
		return false;
	for (size_t i = 0; i < k->n; i++)
		if (s->cells.len[i] == 0)
			s->cells.len[i] = c->null_len;
	return true;
}

static size_t
csv_text(const struct column *c, const struct flow_text *text, char *out)
{
	UNUSED(c);
	return escape_csv(text->p, text->len, out);
}

static size_t
csv_safe_text(const struct column *c, const struct flow_text *text, char *out)
{
	UNUSED(c);
	return escape_csv_safe(text->p, text->len, out);
}

static size_t
json_text(const struct column *c, const struct flow_text *text, char *out)
{
	UNUSED(c);
	return escape_json(text->p, text->len, out);
}

static size_t
json_object_text(const struct column *c, const struct flow_text *text, char *out)
{
	UNUSED(c);
	return escape_json_object(text->p, text->len, out);
}

static size_t
raw_text(const struct column *c, const struct flow_text *text, char *out)
{
	UNUSED(c);
	return escape_plain(text->p, text->len, out);
}

/* "6 (TCP)" */
static bool
raw_proto_cells(const struct column *c, struct column_state *s, const struct chunk *k)
{
	const struct flow_column *in = &k->batch->column[c->field];
	const uint8_t *v = in->values;

	if (in->form != FLOW_FORM_FLAT)
		return all_null(c, &s->cells, k);
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		const char *name = proto_name(v[k->row[i]]);
		char *at = cell_at(s, i);
		size_t len = decimal_below8(v[k->row[i]], at), name_len;

		s->cells.len[i] = (uint32_t)len;
		if (name == NULL)
			continue;
		name_len = strlen(name);
		memcpy(at + len, " (", 2);
		memcpy(at + len + 2, name, name_len);
		at[len + 2 + name_len] = ')';
		s->cells.len[i] = (uint32_t)(len + 3 + name_len);
	}
	column_nulls(in, k, &s->cells, c->null_len);
	return true;
}

/* "...AP.SF (27)" */
static bool
raw_flags_cells(const struct column *c, struct column_state *s, const struct chunk *k)
{
	const struct flow_column *in = &k->batch->column[c->field];
	const uint16_t *v = in->values;

	if (in->form != FLOW_FORM_FLAT)
		return all_null(c, &s->cells, k);
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		char *at = cell_at(s, i);
		size_t len;

		tcp_flags_format(v[k->row[i]], at);
		memcpy(at + TCP_FLAGS_TEXT_LEN, " (", 2);
		len = TCP_FLAGS_TEXT_LEN + 2;
		len += decimal_below8(v[k->row[i]], at + len);
		at[len] = ')';
		s->cells.len[i] = (uint32_t)len + 1;
	}
	column_nulls(in, k, &s->cells, c->null_len);
	return true;
}

static void
raw_field(struct column *c)
{
	enum flow_type type = flow_field_info(c->field)->type;

	if (type == FLOW_TYPE_TIME)
		c->cells = raw_time_cells;
	else if (flow_type_is_text(type))
		c->text = raw_text;
	else if (c->field == FLOW_FIELD_PROTO)
		c->cells = raw_proto_cells;
	else if (c->field == FLOW_FIELD_TCP_FLAGS)
		c->cells = raw_flags_cells;
	c->stride = 32;
}

void
cell_field(struct column *c, enum cell_syntax syntax)
{
	static const struct {
		column_fn *cells;
		uint16_t stride;
	} by_type[] = {
		[FLOW_TYPE_U8] = { number_cells, 16 },
		[FLOW_TYPE_U16] = { number_cells, 16 },
		[FLOW_TYPE_U32] = { number_cells, 16 },
		[FLOW_TYPE_U64] = { number_cells, 32 },
		[FLOW_TYPE_I64] = { number_cells, 32 },
		[FLOW_TYPE_TIME] = { time_cells, STAMP_TEXT_MAX },
		[FLOW_TYPE_ADDR] = { text_cells, 16 },
		[FLOW_TYPE_MAC] = { text_cells, 16 },
		[FLOW_TYPE_TEXT] = { text_cells, 16 },
	};
	enum flow_type type = flow_field_info(c->field)->type;
	bool object = c->field == FLOW_FIELD_EXTRA && c->made == MADE_NOT;

	c->cells = by_type[type].cells;
	c->stride = by_type[type].stride;
	if (syntax == CELL_RAW)
		raw_field(c);
	else if (syntax == CELL_CSV_SAFE && (type == FLOW_TYPE_TEXT || c->made != MADE_NOT))
		c->text = csv_safe_text;
	else if (syntax == CELL_CSV || syntax == CELL_CSV_SAFE)
		c->text = csv_text;
	else
		c->text = object ? json_object_text : json_text;
	if (c->made != MADE_NOT)
		c->cells = made_cells;
	c->as_it_is = c->text != csv_safe_text && (syntax != CELL_JSON || !object);
}

static uint64_t
counter(const struct chunk *k, enum flow_field field, size_t i)
{
	const struct flow_column *in = &k->batch->column[field];
	int64_t v;

	if (in->form != FLOW_FORM_FLAT || !flow_column_has(in, k->row[i]))
		return 0;
	v = ((const int64_t *)in->values)[k->row[i]];
	return v < 0 ? 0 : (uint64_t)v;
}

uint64_t
cell_duration_ms(const struct chunk *k, size_t i)
{
	const struct flow_column *first = &k->batch->column[FLOW_FIELD_FIRST];
	const struct flow_column *last = &k->batch->column[FLOW_FIELD_LAST];
	int64_t from, to;

	if (!flow_column_has(first, k->row[i]) || !flow_column_has(last, k->row[i]))
		return 0;
	from = ((const int64_t *)first->values)[k->row[i]];
	to = ((const int64_t *)last->values)[k->row[i]];
	return derived_duration_ms(from, to);
}

static bool
duration_cells(const struct column *c, struct column_state *s, const struct chunk *k)
{
	UNUSED(c);
	s->cells.copy = 32;
	for (size_t i = 0; i < k->n; i++) {
		uint64_t ms = cell_duration_ms(k, i);
		char *at = cell_at(s, i);
		size_t len;

		if (UNLIKELY(ms >= 100000000)) {
			len = stamp_format_epoch(ms > INT64_MAX ? INT64_MAX : (int64_t)ms, at);
		} else {
			uint32_t rest = (uint32_t)ms % 1000;

			len = decimal_below8((uint32_t)ms / 1000, at);
			at[len] = '.';
			at[len + 1] = (char)('0' + rest / 100);
			decimal_2(rest % 100, at + len + 2);
			len += 4;
		}
		s->cells.len[i] = (uint32_t)len;
	}
	return true;
}

uint64_t
cell_pps(const struct chunk *k, size_t i)
{
	return derived_rate(counter(k, FLOW_FIELD_PACKETS, i), DERIVED_PER_S, cell_duration_ms(k, i));
}

uint64_t
cell_bps(const struct chunk *k, size_t i)
{
	return derived_rate(counter(k, FLOW_FIELD_BYTES, i), DERIVED_BITS_PER_S, cell_duration_ms(k, i));
}

uint64_t
cell_bpp(const struct chunk *k, size_t i)
{
	return derived_bytes_per_packet(counter(k, FLOW_FIELD_BYTES, i), counter(k, FLOW_FIELD_PACKETS, i));
}

#define RATE_CELLS(name, value)                                                                 \
	static bool name(const struct column *c, struct column_state *s, const struct chunk *k) \
	{                                                                                       \
		UNUSED(c);                                                                      \
		s->cells.copy = 32;                                                             \
		for (size_t i = 0; i < k->n; i++)                                               \
			s->cells.len[i] = (uint32_t)decimal_u64(value(k, i),                    \
			    cell_at(s, i));                               \
		return true;                                                                    \
	}

RATE_CELLS(pps_cells, cell_pps)
RATE_CELLS(bps_cells, cell_bps)
RATE_CELLS(bpp_cells, cell_bpp)
#undef RATE_CELLS

static const struct {
	char name[12];
	column_fn *cells;
} derived[] = {
	{ "duration", duration_cells },
	{ "pps", pps_cells },
	{ "bps", bps_cells },
	{ "bpp", bpp_cells },
};

void
cell_derived_nearest(struct nearest *n)
{
	for (size_t i = 0; i < ARRAY_LEN(derived); i++)
		nearest_try_text(n, derived[i].name);
}

bool
cell_derived(struct column *c, const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(derived); i++) {
		if (strlen(derived[i].name) != len || memcmp(derived[i].name, name, len) != 0)
			continue;
		c->cells = derived[i].cells;
		c->field = FLOW_FIELD_NONE;
		c->stride = 32;
		return true;
	}
	return false;
}
