/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "filter/filter_program.h"
#include "net/addr_fast.h"
#include "net/mac.h"

static bool
is_text(const struct predicate *p, const struct flow_text *text)
{
	for (size_t i = 0; i < p->texts; i++) {
		const struct flow_text *t = &p->text[i];

		if ((text->len == t->len || (p->by_prefix && text->len > t->len)) &&
		    memcmp(text->p, t->p, t->len) == 0)
			return true;
	}
	return false;
}

static bool
is_match(const struct predicate *p, const struct flow_text *text)
{
	if (p->texts == 0)
		return matcher_test(p->matcher, text->p, text->len);
	return bsearch(text, p->text, p->texts, sizeof(*text), predicate_text_compare) != NULL;
}

/* An address that the database does not know fails every comparison. */
static bool
is_place(const struct predicate *p, const struct flow_text *text)
{
	struct flow_text place;
	struct addr a;

	if (!addr_parse_fast(text->p, text->len, &a))
		return false;
	place = flow_geo_find(p->geo.db, p->geo.word, &a);
	return place.len > 0 && is_match(p, &place) != p->negated;
}

static bool
matches(void *matcher, const char *text, size_t len)
{
	return matcher_test(matcher, text, len);
}

/* Of the payload's first 64 KiB, and a row cannot have more. */
static bool
is_payload(const struct predicate *p, const struct flow_text *extra)
{
	uint8_t bytes[PAYLOAD_BYTES_MAX];
	size_t len;

	return payload_find(extra, p->payload.way, bytes, &len) &&
	    payload_any(p->payload.word, bytes, len, matches, p->matcher);
}

/* "id-ace-hash", each hexadecimal. */
static bool
acl_has(const struct ranges *r, const struct flow_text *text)
{
	uint64_t v = 0;
	bool digits = false;

	for (uint32_t i = 0; i <= text->len; i++) {
		char c = i < text->len ? text->p[i] : '-';

		if (c >= '0' && c <= '9') {
			v = v << 4 | (uint64_t)(c - '0');
		} else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
			v = v << 4 | (uint64_t)((c | 0x20) - 'a' + 10);
		} else {
			if (digits && ranges_have(r, v))
				return true;
			v = 0;
			digits = false;
			continue;
		}
		digits = true;
	}
	return false;
}

bool
predicate_entry(const struct predicate *p, const struct flow_text *text)
{
	uint64_t mac;

	switch (p->kind) {
	case PREDICATE_ADDR:
		return p->texts > 0 ? is_text(p, text) :
		    addr_set_has_text(p->set, text->p, text->len);
	case PREDICATE_MAC:
		return mac_parse(text->p, text->len, &mac) && ranges_have(&p->ranges, mac);
	case PREDICATE_ACL:
		return acl_has(&p->ranges, text);
	case PREDICATE_TEXT:
		return is_match(p, text) != p->negated;
	case PREDICATE_GEO:
		return is_place(p, text);
	case PREDICATE_PAYLOAD:
		return is_payload(p, text);
	case PREDICATE_EXTRA:
		return extra_test(p->extra, text);
	default:
		return false;
	}
}

/* The most common predicate, without a function call per entry. */
static void
host_entries(const struct flow_text *host, const struct flow_dict *dict, uint8_t *table)
{
	for (uint32_t i = 0; i < dict->count; i++)
		table[i] = dict->text[i].len == host->len &&
		    memcmp(dict->text[i].p, host->p, host->len) == 0;
}

/* A network that is a text prefix.  Comparing the last and first byte of the prefix rejects most entries. */
static void
network_entries(const struct flow_text *prefix, const struct flow_dict *dict, uint8_t *table)
{
	const char first = prefix->p[0], last = prefix->p[prefix->len - 1];

	for (uint32_t i = 0; i < dict->count; i++) {
		const struct flow_text *t = &dict->text[i];

		table[i] = t->len >= prefix->len && t->p[prefix->len - 1] == last && t->p[0] == first &&
		    memcmp(t->p, prefix->p, prefix->len) == 0;
	}
}

void
predicate_entries(const struct predicate *p, const struct flow_dict *dict, uint8_t *table)
{
	if (p->kind == PREDICATE_ADDR && p->texts == 1 && p->by_prefix && p->text[0].len > 0) {
		network_entries(&p->text[0], dict, table);
		return;
	}
	if (p->kind == PREDICATE_ADDR && p->texts == 1 && !p->by_prefix) {
		host_entries(&p->text[0], dict, table);
		return;
	}
	for (uint32_t i = 0; i < dict->count; i++)
		table[i] = predicate_entry(p, &dict->text[i]);
}
