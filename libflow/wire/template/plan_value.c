/* SPDX-License-Identifier: BSD-2-Clause */
/* Columns that need more than a copy: ICMP, TTL, application, ACLs, delays. */
#include <stdio.h>

#include "base/decimal.h"
#include "net/proto.h"
#include "wire/decoder.h"

#define ACL_LEN 12

/* ICMP type and code of one row, from the elements of its protocol. */
static uint16_t
icmp_value(const struct rows *r, size_t i, bool v6)
{
	struct span both = rows_role(r, v6 ? ROLE_ICMP6 : ROLE_ICMP4);
	struct span type = rows_role(r, v6 ? ROLE_ICMP6_TYPE : ROLE_ICMP4_TYPE);
	struct span code = rows_role(r, v6 ? ROLE_ICMP6_CODE : ROLE_ICMP4_CODE);
	uint64_t v = 0;

	if (both.len > 0)
		return (uint16_t)span_number(&both, r->stride, i);
	if (type.len > 0)
		v = (span_number(&type, r->stride, i) & 0xff) << 8;
	if (code.len > 0)
		v |= span_number(&code, r->stride, i) & 0xff;
	return (uint16_t)v;
}

static bool
has_icmp(const struct rows *r, bool v6)
{
	return rows_role(r, v6 ? ROLE_ICMP6 : ROLE_ICMP4).len > 0 ||
	    rows_role(r, v6 ? ROLE_ICMP6_TYPE : ROLE_ICMP4_TYPE).len > 0;
}

/* Templates for ICMP only may omit the protocol (softflowd 1.0). */
static enum flow_status
infer_proto(const struct rows *r)
{
	uint8_t *proto;
	size_t i;

	if (flow_builder_written(r->ctx->out, FLOW_FIELD_PROTO))
		return FLOW_OK;
	proto = flow_builder_flat(r->ctx->out, FLOW_FIELD_PROTO, r->n);
	if (proto == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n; i++)
		proto[i] = !has_icmp(r, true) || (has_icmp(r, false) && icmp_value(r, i, false) != 0) ?
		    PROTO_ICMP : PROTO_ICMP6;
	return FLOW_OK;
}

/* In templates for all protocols, ICMP elements have no meaning in rows of other protocols. */
static enum flow_status
icmp_elements(const struct rows *r)
{
	struct flow_builder *out = r->ctx->out;
	enum flow_status st = infer_proto(r);
	const uint8_t *proto;
	uint8_t *type, *code;
	size_t i;

	if (st != FLOW_OK)
		return st;
	proto = flow_builder_peek(out, FLOW_FIELD_PROTO);
	type = flow_builder_flat(out, FLOW_FIELD_ICMP_TYPE, r->n);
	code = flow_builder_flat(out, FLOW_FIELD_ICMP_CODE, r->n);
	if (proto == NULL || type == NULL || code == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		bool v6 = proto[i] == PROTO_ICMP6;
		uint16_t value;

		if (proto_is_icmp(proto[i])) {
			value = icmp_value(r, i, has_icmp(r, v6) ? v6 : !v6);
			type[i] = (uint8_t)(value >> 8);
			code[i] = (uint8_t)value;
			continue;
		}
		st = flow_builder_null(out, FLOW_FIELD_ICMP_TYPE, i);
		if (st == FLOW_OK)
			st = flow_builder_null(out, FLOW_FIELD_ICMP_CODE, i);
	}
	return st;
}

/* ipTTL fills both min_ttl and max_ttl. */
static enum flow_status
ttl_value(const struct rows *r)
{
	static const enum flow_field end[] = { FLOW_FIELD_MIN_TTL, FLOW_FIELD_MAX_TTL };
	struct span s = rows_role(r, ROLE_TTL);
	size_t e, i;

	for (e = 0; e < ARRAY_LEN(end); e++) {
		uint8_t *ttl;

		if (r->plan->column[end[e]])
			continue;
		ttl = flow_builder_flat(r->ctx->out, end[e], r->n);
		if (ttl == NULL)
			return FLOW_ENOMEM;
		for (i = 0; i < r->n; i++) {
			uint64_t v = span_number(&s, r->stride, i);

			ttl[i] = v > UINT8_MAX ? UINT8_MAX : (uint8_t)v;
		}
	}
	return FLOW_OK;
}

size_t
app_id_format(const uint8_t *p, size_t len, char out[APP_ID_TEXT_MAX])
{
	size_t n = decimal_u64(p[0], out);

	out[n++] = ':';
	return n + decimal_u64(load_wide(p + 1, len - 1), out + n);
}

static enum flow_status
app_name(const struct rows *r, size_t i, const uint8_t *p, size_t len)
{
	const struct source *src = r->ctx->src;
	const struct known_entry *e;
	uint64_t key = load_wide(p, len);

	if (r->plan->column[FLOW_FIELD_APP_NAME] || len > 7)
		return FLOW_OK;
	e = known_find(&src->known, KNOWN_APP_NAME, key);
	if (e == NULL)
		e = known_find(&src->exporter->known, KNOWN_APP_NAME, key);
	if (e == NULL || e->len == 0)
		return FLOW_OK;
	return text_put(r->ctx, FLOW_FIELD_APP_NAME, i, (const uint8_t *)e->text, e->len);
}

static enum flow_status
app_values(const struct rows *r)
{
	struct span s = rows_role(r, ROLE_APP_ID);
	char text[APP_ID_TEXT_MAX];
	enum flow_status st;
	size_t i;

	for (i = 0; i < r->n; i++) {
		const uint8_t *p = s.p + i * r->stride;
		size_t len = app_id_format(p, s.len, text);

		st = flow_builder_text(r->ctx->out, FLOW_FIELD_APP_ID, i, text, len);
		if (st == FLOW_OK)
			st = app_name(r, i, p, s.len);
		if (st != FLOW_OK)
			return st;
	}
	return FLOW_OK;
}

/* NSEL: three 32-bit words: list id, entry id and extended hash; all zero means none. */
static enum flow_status
acl_values(const struct rows *r, enum element_role role, enum flow_field field)
{
	static const uint8_t none[ACL_LEN];
	struct span s = rows_role(r, role);
	enum flow_status st = FLOW_OK;
	char text[32];
	size_t i;

	if (s.len != ACL_LEN)
		return FLOW_OK;
	for (i = 0; i < r->n && st == FLOW_OK; i++) {
		const uint8_t *p = s.p + i * r->stride;
		int len;

		if (memcmp(p, none, ACL_LEN) == 0)
			continue;
		len = snprintf(text, sizeof(text), "%08lx-%08lx-%08lx", (unsigned long)load_be32(p),
		    (unsigned long)load_be32(p + 4), (unsigned long)load_be32(p + 8));
		st = flow_builder_text(r->ctx->out, field, i, text, (size_t)len);
	}
	return st;
}

/* Converts nProbe's milliseconds to microseconds. */
static enum flow_status
delay_values(const struct rows *r, enum element_role role, enum flow_field field)
{
	struct span s = rows_role(r, role);
	uint32_t *us;
	size_t i;

	if (s.len == 0)
		return FLOW_OK;
	us = flow_builder_flat(r->ctx->out, field, r->n);
	if (us == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n; i++) {
		uint64_t ms = span_number(&s, r->stride, i);

		us[i] = ms > UINT32_MAX / 1000 ? UINT32_MAX : (uint32_t)ms * 1000;
	}
	return FLOW_OK;
}

/* CERT's elements separate the flags of the first packet from those of the others. */
static enum flow_status
tcp_flags(const struct rows *r)
{
	struct span initial = rows_role(r, ROLE_TCP_INITIAL), others = rows_role(r, ROLE_TCP_UNION);
	uint16_t *flags;
	size_t i;

	if (r->plan->column[FLOW_FIELD_TCP_FLAGS] || (initial.len == 0 && others.len == 0))
		return FLOW_OK;
	flags = flow_builder_flat(r->ctx->out, FLOW_FIELD_TCP_FLAGS, r->n);
	if (flags == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n; i++) {
		uint64_t all = 0;

		if (initial.len > 0)
			all |= span_number(&initial, r->stride, i);
		if (others.len > 0)
			all |= span_number(&others, r->stride, i);
		flags[i] = (uint16_t)all;
	}
	return FLOW_OK;
}

enum flow_status
rows_values(const struct rows *r)
{
	static const struct {
		enum element_role role;
		enum flow_field field;
	} acl[] = {
		{ ROLE_IN_ACL, FLOW_FIELD_IN_ACL },
		{ ROLE_OUT_ACL, FLOW_FIELD_OUT_ACL },
	}, delay[] = {
		{ ROLE_CLIENT_MS, FLOW_FIELD_CLIENT_LATENCY },
		{ ROLE_SERVER_MS, FLOW_FIELD_SERVER_LATENCY },
		{ ROLE_APP_MS, FLOW_FIELD_APP_LATENCY },
	};
	enum flow_status st = FLOW_OK;
	size_t i;

	if (r->plan->has_icmp)
		st = icmp_elements(r);
	else if (!flow_builder_written(r->ctx->out, FLOW_FIELD_ICMP_TYPE))
		st = rows_icmp_port(r->ctx, r->n);
	if (st == FLOW_OK)
		st = tcp_flags(r);
	if (st == FLOW_OK && rows_role(r, ROLE_TTL).len > 0)
		st = ttl_value(r);
	if (st == FLOW_OK && rows_role(r, ROLE_APP_ID).len > 1)
		st = app_values(r);
	for (i = 0; i < ARRAY_LEN(acl) && st == FLOW_OK; i++)
		st = acl_values(r, acl[i].role, acl[i].field);
	for (i = 0; i < ARRAY_LEN(delay) && st == FLOW_OK; i++)
		st = delay_values(r, delay[i].role, delay[i].field);
	return st;
}
