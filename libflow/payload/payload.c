/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "payload/payload.h"

#include <string.h>

#include "payload/dns.h"
#include "payload/tls.h"

/* The value of a digit as element/value_json.c writes it, in lower case; or 16. */
static unsigned
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	return 16;
}

/* Where a member's value begins.  Quotes within texts are escaped, so a quoted key occurs nowhere else. */
static const char *
find_member(const struct flow_text *extra, const char *key)
{
	size_t len = strlen(key);
	const char *p = memmem(extra->p, extra->len, key, len);

	return p != NULL ? p + len : NULL;
}

bool
payload_find(const struct flow_text *extra, enum payload_way way,
    uint8_t out[PAYLOAD_BYTES_MAX], size_t *len)
{
	const char *p, *end = extra->p + extra->len;

	if (extra->len == 0)
		return false;
	p = find_member(extra, way == PAYLOAD_IN ? "\"payload\":" : "\"reversePayload\":");
	if (p == NULL)	/* files of 0.1 have the numbers */
		p = find_member(extra, way == PAYLOAD_IN ? "\"6871/18\":" : "\"6871/16402\":");
	if (p == NULL)
		return false;
	if (p < end && *p == '[')	/* it is there more than once */
		p++;
	if (p == end || *p++ != '"')
		return false;
	for (*len = 0; *len < PAYLOAD_BYTES_MAX && end - p >= 2; p += 2) {
		unsigned high = digit_of(p[0]), low = digit_of(p[1]);

		if (high > 15 || low > 15)
			break;
		out[(*len)++] = (uint8_t)(high << 4 | low);
	}
	return *len > 0;
}

/* The text that a word finds in a hello; it may point into the hello.  `room` is for TLS_JA4_BYTES. */
static struct flow_text
text_of_hello(enum payload_word word, const struct tls_hello *hello, char *room)
{
	const char *version;

	switch (word) {
	case PAYLOAD_TLS_VERSION:
		version = tls_version_text(hello->highest);
		return (struct flow_text){ version, (uint32_t)strlen(version) };
	case PAYLOAD_TLS_SNI:
		return hello->name;
	case PAYLOAD_JA3:
		tls_ja3(hello, room);
		return (struct flow_text){ room, TLS_JA3_BYTES };
	default:
		return (struct flow_text){ room, tls_ja4(hello, room) ? TLS_JA4_BYTES : 0 };
	}
}

size_t
payload_hello(enum payload_word word, const struct flow_text *extra, char out[PAYLOAD_TEXT_MAX],
    bool *is_server)
{
	uint8_t bytes[PAYLOAD_BYTES_MAX];
	char room[TLS_JA4_BYTES];
	struct tls_hello hello;
	struct flow_text text;
	size_t len;

	if (!payload_find(extra, PAYLOAD_IN, bytes, &len) || !tls_hello_read(&hello, bytes, len))
		return 0;
	*is_server = hello.is_server;
	text = text_of_hello(word, &hello, room);
	len = text.len < PAYLOAD_TEXT_MAX ? text.len : PAYLOAD_TEXT_MAX;
	memcpy(out, text.p, len);
	return len;
}

/* Only of the version there may be a hello without a text for it. */
static bool
any_of_hello(enum payload_word word, const uint8_t *bytes, size_t len, payload_visit *visit,
    void *context)
{
	char room[TLS_JA4_BYTES];
	struct tls_hello hello;
	struct flow_text text;

	if (!tls_hello_read(&hello, bytes, len))
		return false;
	text = text_of_hello(word, &hello, room);
	return (text.len > 0 || word == PAYLOAD_TLS_VERSION) && visit(context, text.p, text.len);
}

bool
payload_any(enum payload_word word, const uint8_t *bytes, size_t len, payload_visit *visit,
    void *context)
{
	switch (word) {
	case PAYLOAD_CONTENT:
		return visit(context, (const char *)bytes, len);
	case PAYLOAD_DNS:
		return dns_is_message(bytes, len) && visit(context, "", 0);
	case PAYLOAD_DNS_NAME:
		return dns_any_name(bytes, len, visit, context);
	case PAYLOAD_DNS_ADDRESS:
		return dns_any_address(bytes, len, visit, context);
	default:
		return any_of_hello(word, bytes, len, visit, context);
	}
}
