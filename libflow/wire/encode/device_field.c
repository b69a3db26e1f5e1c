/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/device_field.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "base/number.h"
#include "wire/template/element.h"

#define ID_MAX 640
#define WIDTH_MAX 250
#define TEXT_WIDTH 32

/* Elements that are more than a copy of a column, IANA's. */
static const struct special {
	uint16_t id;
	enum encode_form form;
	enum flow_field field;
	uint64_t value;
} specials[] = {
	{ 21, ENCODE_UPTIME, FLOW_FIELD_LAST, 0 },
	{ 22, ENCODE_UPTIME, FLOW_FIELD_FIRST, 0 },
	{ 32, ENCODE_ICMP, FLOW_FIELD_ICMP_TYPE, 0 },
	{ 34, ENCODE_RATE, FLOW_FIELD_SAMPLING, 0 },
	{ 50, ENCODE_RATE, FLOW_FIELD_SAMPLING, 0 },
	{ 95, ENCODE_APPLICATION, FLOW_FIELD_APP_ID, 0 },
	{ 130, ENCODE_EXPORTER, FLOW_FIELD_NONE, 0 },
	{ 131, ENCODE_EXPORTER, FLOW_FIELD_NONE, 0 },
	{ 139, ENCODE_ICMP, FLOW_FIELD_ICMP_TYPE, 0 },
	{ 149, ENCODE_DOMAIN, FLOW_FIELD_NONE, 0 },
	{ 150, ENCODE_SECONDS, FLOW_FIELD_FIRST, 0 },
	{ 151, ENCODE_SECONDS, FLOW_FIELD_LAST, 0 },
	{ 152, ENCODE_NUMBER, FLOW_FIELD_FIRST, 0 },
	{ 153, ENCODE_NUMBER, FLOW_FIELD_LAST, 0 },
	{ 154, ENCODE_NTP, FLOW_FIELD_FIRST, 0 },
	{ 155, ENCODE_NTP, FLOW_FIELD_LAST, 0 },
	{ 156, ENCODE_NTP, FLOW_FIELD_FIRST, 0 },
	{ 157, ENCODE_NTP, FLOW_FIELD_LAST, 0 },
	{ 158, ENCODE_DELTA, FLOW_FIELD_FIRST, 0 },
	{ 159, ENCODE_DELTA, FLOW_FIELD_LAST, 0 },
	{ 160, ENCODE_BOOT, FLOW_FIELD_NONE, 0 },
	{ 161, ENCODE_DURATION, FLOW_FIELD_FIRST, 0 },
	{ 176, ENCODE_NUMBER, FLOW_FIELD_ICMP_TYPE, 0 },
	{ 177, ENCODE_NUMBER, FLOW_FIELD_ICMP_CODE, 0 },
	{ 178, ENCODE_NUMBER, FLOW_FIELD_ICMP_TYPE, 0 },
	{ 179, ENCODE_NUMBER, FLOW_FIELD_ICMP_CODE, 0 },
	{ 192, ENCODE_NUMBER, FLOW_FIELD_MIN_TTL, 0 },
	/* RFC 5477: one packet is taken, rate - 1 are left out; size 1 of a population of the rate. */
	{ 305, ENCODE_CONSTANT, FLOW_FIELD_NONE, 1 },
	{ 306, ENCODE_RATE, FLOW_FIELD_SAMPLING, 1 },
	{ 309, ENCODE_CONSTANT, FLOW_FIELD_NONE, 1 },
	{ 310, ENCODE_RATE, FLOW_FIELD_SAMPLING, 0 },
	{ 311, ENCODE_PROBABILITY, FLOW_FIELD_SAMPLING, 0 },
	{ 322, ENCODE_SECONDS, FLOW_FIELD_EVENT_TIME, 0 },
	{ 323, ENCODE_NUMBER, FLOW_FIELD_EVENT_TIME, 0 },
	{ 324, ENCODE_NTP, FLOW_FIELD_EVENT_TIME, 0 },
	{ 325, ENCODE_NTP, FLOW_FIELD_EVENT_TIME, 0 },
	{ 403, ENCODE_EXPORTER, FLOW_FIELD_NONE, 0 },
	{ 404, ENCODE_EXPORTER, FLOW_FIELD_NONE, 0 },
	/* Cisco's in v9. */
	{ 33000, ENCODE_ACL, FLOW_FIELD_IN_ACL, 0 },
	{ 33001, ENCODE_ACL, FLOW_FIELD_OUT_ACL, 0 },
};

/* IPv4 and IPv6 of the same thing. */
static const uint16_t twins[][2] = {
	{ 8, 27 }, { 12, 28 }, { 15, 62 }, { 18, 63 }, { 9, 29 }, { 13, 30 }, { 44, 170 }, { 45, 169 },
	{ 32, 139 }, { 176, 178 }, { 177, 179 }, { 225, 281 }, { 226, 282 },
};

/* What the parts of a word are. */
struct word {
	const char *name, *width, *value;	/* NULL: not there */
	size_t name_len, width_len, value_len;
};

static struct word
split(const char *text, size_t len)
{
	struct word w = { .name = text, .name_len = len };
	const char *equal = memchr(text, '=', len);
	const char *slash;

	if (equal != NULL) {
		w.value = equal + 1;
		w.value_len = len - (size_t)(w.value - text);
		w.name_len = (size_t)(equal - text);
	}
	slash = memchr(text, '/', w.name_len);
	if (slash != NULL) {
		w.width = slash + 1;
		w.width_len = w.name_len - (size_t)(w.width - text);
		w.name_len = (size_t)(slash - text);
	}
	return w;
}

/* "12", "29305:1" or a name of IANA's or of RFC 5103's ("reverseOctetDeltaCount"). */
static bool
find_element(const struct word *w, uint32_t *pen, uint16_t *id)
{
	static const uint32_t pens[] = { 0, ELEMENT_REVERSE_PEN };
	const char *colon = memchr(w->name, ':', w->name_len);
	size_t pen_len = colon != NULL ? (size_t)(colon - w->name) : 0, skip = colon != NULL ? pen_len + 1 : 0, p;
	uint64_t number, enterprise = 0;
	uint32_t i;

	if (colon != NULL && number_parse(w->name, pen_len, NUMBER_DECIMAL, UINT32_MAX, &enterprise) != FLOW_OK)
		return false;
	if (number_parse(w->name + skip, w->name_len - skip, NUMBER_DECIMAL, UINT16_MAX, &number) == FLOW_OK) {
		*pen = (uint32_t)enterprise;
		*id = (uint16_t)number;
		return number > 0;
	}
	for (p = 0; p < ARRAY_LEN(pens); p++)
		for (i = 1; i <= ID_MAX; i++) {
			const struct element *e = element_find(pens[p], (uint16_t)i);

			if (e == NULL || strlen(e->name) != w->name_len || memcmp(e->name, w->name, w->name_len) != 0)
				continue;
			*pen = pens[p];
			*id = (uint16_t)i;
			return true;
		}
	return false;
}

static uint16_t
usual_width(const struct element *e)
{
	static const uint8_t width[] = {
		[ELEMENT_U8] = 1, [ELEMENT_U16] = 2, [ELEMENT_U32] = 4, [ELEMENT_U64] = 8, [ELEMENT_S32] = 4,
		[ELEMENT_FLOAT] = 8, [ELEMENT_BOOL] = 1, [ELEMENT_MAC] = 6, [ELEMENT_STRING] = TEXT_WIDTH,
		[ELEMENT_IPV4] = 4, [ELEMENT_IPV6] = 16, [ELEMENT_SECONDS] = 4, [ELEMENT_MILLIS] = 8,
		[ELEMENT_MICROS] = 8, [ELEMENT_NANOS] = 8,
	};

	if (e == NULL)
		return 0;
	if (e->use == ELEMENT_USE_COLUMN && e->arg >= FLOW_FIELD_MPLS_1 && e->arg <= FLOW_FIELD_MPLS_10)
		return 3;
	if (e->pen == 0 && e->id == 95)
		return 4;
	return e->type < ARRAY_LEN(width) ? width[e->type] : 0;
}

static bool
is_counter(enum flow_field field)
{
	return field == FLOW_FIELD_PACKETS || field == FLOW_FIELD_BYTES || field == FLOW_FIELD_REV_PACKETS ||
	    field == FLOW_FIELD_REV_BYTES || field == FLOW_FIELD_POST_PACKETS || field == FLOW_FIELD_POST_BYTES ||
	    field == FLOW_FIELD_MCAST_PACKETS || field == FLOW_FIELD_MCAST_BYTES;
}

static void
from_column(struct encode_field *f, enum flow_field field)
{
	enum flow_type type = flow_field_info(field)->type;

	f->field = field;
	if (type == FLOW_TYPE_ADDR)
		f->form = f->width == 4 ? ENCODE_ADDR4 : ENCODE_ADDR6;
	else if (type == FLOW_TYPE_TEXT)
		f->form = ENCODE_TEXT;
	else if (is_counter(field))
		f->form = ENCODE_COUNTER;
	else if (field == FLOW_FIELD_TCP_FLAGS)
		f->form = ENCODE_BITS;
	else if (field == FLOW_FIELD_SRC_AS || field == FLOW_FIELD_DST_AS || field == FLOW_FIELD_PREV_AS ||
	    field == FLOW_FIELD_NEXT_AS)
		f->form = ENCODE_AS;
	else
		f->form = ENCODE_NUMBER;
}

/* What an element means without a value of its own. */
static void
from_element(struct encode_field *f, const struct element *e)
{
	/* nProbe's, in either version. */
	static const struct {
		unsigned role;
		enum flow_field field;
	} delays[] = {
		{ ROLE_CLIENT_MS, FLOW_FIELD_CLIENT_LATENCY }, { ROLE_SERVER_MS, FLOW_FIELD_SERVER_LATENCY },
		{ ROLE_APP_MS, FLOW_FIELD_APP_LATENCY },
	};
	size_t i;

	f->form = ENCODE_ZERO;
	f->field = FLOW_FIELD_NONE;
	for (i = 0; f->pen == 0 && i < ARRAY_LEN(specials); i++)
		if (specials[i].id == f->element) {
			f->form = specials[i].form;
			f->field = specials[i].field;
			f->value = specials[i].value;
			return;
		}
	if (e == NULL)
		return;
	if (e->use == ELEMENT_USE_COLUMN || e->use == ELEMENT_USE_FILL)
		from_column(f, (enum flow_field)e->arg);
	else if (e->use == ELEMENT_USE_ROLE && (e->arg == ROLE_TCP_INITIAL || e->arg == ROLE_TCP_UNION))
		from_column(f, FLOW_FIELD_TCP_FLAGS);
	for (i = 0; e->use == ELEMENT_USE_ROLE && i < ARRAY_LEN(delays); i++)
		if (delays[i].role == e->arg) {
			f->form = ENCODE_MILLIS;
			f->field = delays[i].field;
		}
}

static enum flow_status
take_value(struct encode_field *f, const struct word *w, struct arena *memory, struct flow_error *err)
{
	enum flow_field field;

	if (w->value_len > 0 && *w->value == '@') {
		field = flow_field_find_stored(w->value + 1, w->value_len - 1);
		if (field == FLOW_FIELD_NONE)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "there is no column '%.*s'",
			    (int)(w->value_len - 1), w->value + 1);
		from_column(f, field);
		return FLOW_OK;
	}
	f->form = ENCODE_CONSTANT;
	f->field = FLOW_FIELD_NONE;
	f->text = NULL;
	if (number_parse(w->value, w->value_len, NUMBER_DECIMAL | NUMBER_HEX, UINT64_MAX, &f->value) == FLOW_OK) {
		if (f->width <= 8)
			return FLOW_OK;
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "a number has at most 8 bytes, not %u", f->width);
	}
	f->text = arena_text(memory, w->value, w->value_len);
	return f->text != NULL ? FLOW_OK : flow_fail_memory(err);
}

static enum flow_status
take_width(struct encode_field *f, const struct word *w, uint16_t usual, struct flow_error *err)
{
	bool variable = w->width != NULL && w->width_len > 0 && *w->width == 'v';
	uint64_t width = usual;

	if (w->width != NULL && (w->width_len > variable || !variable) &&
	    (number_parse(w->width + variable, w->width_len - variable, NUMBER_DECIMAL, WIDTH_MAX, &width) != FLOW_OK ||
	    width == 0))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is no width from 1 to %d, or v and one",
		    (int)w->width_len, w->width, WIDTH_MAX);
	if (width == 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' needs a width: /4", (int)w->name_len,
		    w->name);
	f->width = (uint16_t)width;
	f->prefix = variable ? 1 : 0;
	return FLOW_OK;
}

/* Numbers have at most 8 bytes, addresses theirs. */
static bool
width_fits(const struct encode_field *f)
{
	switch (f->form) {
	case ENCODE_ADDR4:
		return f->width == 4;
	case ENCODE_ADDR6:
		return f->width == 16;
	case ENCODE_EXPORTER:
		return f->width == 4 || f->width == 16;
	case ENCODE_TEXT:
	case ENCODE_ZERO:
	case ENCODE_CONSTANT:
		return true;
	case ENCODE_APPLICATION:
		return f->width >= 2 && f->width <= 9;
	case ENCODE_ACL:
		return f->width == 12;
	case ENCODE_PROBABILITY:
	case ENCODE_NTP:
		return f->width == 8;
	default:
		return f->width <= 8;
	}
}

enum flow_status
device_field(const char *text, size_t len, struct arena *memory, struct encode_field *out, struct flow_error *err)
{
	struct word w = split(text, len);
	struct encode_field f = { 0 };
	const struct element *e;
	uint32_t pen;
	uint16_t id;
	enum flow_status st;

	if (!find_element(&w, &f.pen, &f.element))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "'%.*s' is no element: a name of IANA's, a number, or PEN:NUMBER",
		    (int)w.name_len, w.name);
	e = element_find(f.pen, f.element);
	if (e == NULL && f.pen == 0) {
		element_from_v9(f.element, &pen, &id);
		e = element_find(pen, id);
	}
	st = take_width(&f, &w, usual_width(e), err);
	if (st != FLOW_OK)
		return st;
	from_element(&f, e);
	if (w.value != NULL)
		st = take_value(&f, &w, memory, err);
	if (st == FLOW_OK && !width_fits(&f))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' cannot have %u bytes", (int)w.name_len,
		    w.name, f.width);
	*out = f;
	return st;
}

enum flow_status
device_scope(const char *text, size_t len, unsigned version, struct arena *memory, struct encode_field *out,
    struct flow_error *err)
{
	/* RFC 3954 6.1, by number. */
	static const char *const kinds[] = { NULL, "system", "interface", "linecard", "cache", "template" };
	static const enum encode_form forms[] = { ENCODE_ZERO, ENCODE_DOMAIN, ENCODE_SUBJECT, ENCODE_ZERO, ENCODE_ZERO,
		ENCODE_TEMPLATE };
	struct word w = split(text, len);
	struct encode_field f = { .field = FLOW_FIELD_NONE };
	enum flow_status st;
	uint16_t i;

	for (i = 1; i < ARRAY_LEN(kinds); i++)
		if (version == 9 && strlen(kinds[i]) == w.name_len && memcmp(kinds[i], w.name, w.name_len) == 0)
			break;
	if (i == ARRAY_LEN(kinds))
		return device_field(text, len, memory, out, err);
	f.element = i;
	st = take_width(&f, &w, 4, err);
	if (st != FLOW_OK)
		return st;
	f.form = forms[i];
	if (w.value != NULL)
		st = take_value(&f, &w, memory, err);
	*out = f;
	return st;
}

void
device_field_family(struct encode_field *f, unsigned family)
{
	size_t i, to = family == 6;

	for (i = 0; f->pen == 0 && i < ARRAY_LEN(twins); i++) {
		if (f->element != twins[i][!to])
			continue;
		f->element = twins[i][to];
		if (f->form == ENCODE_ADDR4 || f->form == ENCODE_ADDR6) {
			f->form = to == 1 ? ENCODE_ADDR6 : ENCODE_ADDR4;
			f->width = to == 1 ? 16 : 4;
		}
		return;
	}
}
