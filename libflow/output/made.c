/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts made of others (the part of cell_column.h about that), and their names. */
#include <string.h>

#include "base/attr.h"
#include "net/addr_fast.h"
#include "output/cell.h"

/* What nfdump puts before JA3 and JA4. */
#define NAME_BYTES 6

static struct flow_text
text_of_place(const struct column *c, const struct flow_text *entry, char *room)
{
	struct addr a;

	if (c->geo == NULL || !addr_parse_fast(entry->p, entry->len, &a))
		return (struct flow_text){ "", 0 };
	if (c->word == FLOW_GEO_LOCATION)
		return (struct flow_text){ room, (uint32_t)flow_geo_location(c->geo, &a, room) };
	return flow_geo_find(c->geo, c->word, &a);
}

/* "ja3 : 70e47b...", "ja3s: 15af97...", "TLS 1.2", "SSL 3  ", "www.example.com" */
static size_t
name_hello(const struct column *c, bool is_server, char *room, size_t len)
{
	if (c->payload == PAYLOAD_TLS_SNI || len == 0)
		return len;
	if (c->payload == PAYLOAD_TLS_VERSION) {
		bool ssl = room[0] == '3';

		memmove(room + 4, room, len);
		memcpy(room, ssl ? "SSL " : "TLS ", 4);
		if (ssl)
			memcpy(room + 5, "  ", 2);
		return len + 4;
	}
	memmove(room + NAME_BYTES, room, len);
	memcpy(room, c->payload == PAYLOAD_JA4 ? "ja4 : " : is_server ? "ja3s: " : "ja3 : ", NAME_BYTES);
	return len + NAME_BYTES;
}

static bool
take_first(void *context, struct json_slice value)
{
	*(struct json_slice *)context = value;
	return true;
}

/* Strings without quotes; escapes stay in those too long for the room. */
static struct flow_text
text_of_member(const struct column *c, const struct flow_text *entry, char *room)
{
	struct json_slice value = { "", 0 };
	struct extra_path path;

	if (!extra_path_parse(c->member, c->member_len, &path) ||
	    !extra_each(entry, &path, take_first, &value))
		return (struct flow_text){ "", 0 };
	if (value.len < 2 || value.p[0] != '"')
		return (struct flow_text){ value.p, (uint32_t)value.len };
	if (value.len <= MADE_BYTES_MAX && memchr(value.p, '\\', value.len) != NULL)
		return (struct flow_text){ room, (uint32_t)json_unescape(value, room) };
	return (struct flow_text){ value.p + 1, (uint32_t)value.len - 2 };
}

struct flow_text
column_made_text(const struct column *c, const struct flow_text *entry, char *room)
{
	bool is_server = false;
	size_t len;

	if (c->made == MADE_PLACE)
		return text_of_place(c, entry, room);
	if (c->made == MADE_MEMBER)
		return text_of_member(c, entry, room);
	len = payload_hello(c->payload, entry, room, &is_server);
	if (c->made == MADE_HELLO_PEOPLE)
		len = name_hello(c, is_server, room, len);
	return (struct flow_text){ room, (uint32_t)len };
}

static const struct {
	char name[16];
	enum flow_field field;
	enum flow_geo_word word;
} places[] = {
	{ "src_country", FLOW_FIELD_SRC_ADDR, FLOW_GEO_COUNTRY },
	{ "dst_country", FLOW_FIELD_DST_ADDR, FLOW_GEO_COUNTRY },
	{ "src_city", FLOW_FIELD_SRC_ADDR, FLOW_GEO_CITY },
	{ "dst_city", FLOW_FIELD_DST_ADDR, FLOW_GEO_CITY },
	{ "src_location", FLOW_FIELD_SRC_ADDR, FLOW_GEO_LOCATION },
	{ "dst_location", FLOW_FIELD_DST_ADDR, FLOW_GEO_LOCATION },
	{ "src_as_org", FLOW_FIELD_SRC_ADDR, FLOW_GEO_AS_ORG },
	{ "dst_as_org", FLOW_FIELD_DST_ADDR, FLOW_GEO_AS_ORG },
};

static const struct {
	char name[16];
	enum payload_word word;
} hellos[] = {
	{ "tls_version", PAYLOAD_TLS_VERSION },
	{ "tls_sni", PAYLOAD_TLS_SNI },
	{ "ja3", PAYLOAD_JA3 },
	{ "ja4", PAYLOAD_JA4 },
};

static bool
is_name(const char *a, const char *name, size_t len)
{
	return strlen(a) == len && memcmp(a, name, len) == 0;
}

/* extra.NAME; NAME needs no escapes */
static bool
made_of_member(struct column *c, const char *name, size_t len)
{
	const size_t head = sizeof("extra.") - 1;
	struct extra_path path;

	if (len <= head || memcmp(name, "extra.", head) != 0 ||
	    !extra_path_parse(name + head, len - head, &path))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == '"' || name[i] == '\\')
			return false;
	c->field = FLOW_FIELD_EXTRA;
	c->made = MADE_MEMBER;
	c->member_len = (uint8_t)(len - head);
	memcpy(c->member, name + head, len - head);
	return true;
}

bool
cell_made(struct column *c, const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (!is_name(places[i].name, name, len))
			continue;
		c->field = places[i].field;
		c->word = places[i].word;
		c->made = MADE_PLACE;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(hellos); i++) {
		if (!is_name(hellos[i].name, name, len))
			continue;
		c->field = FLOW_FIELD_EXTRA;
		c->payload = hellos[i].word;
		c->made = MADE_HELLO;
		return true;
	}
	return made_of_member(c, name, len);
}
