/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/proxy_header.h"

#include <string.h>

#include "base/bytes.h"

/* Section 2.2 */
static const uint8_t signature[12] = "\x0d\x0a\x0d\x0a\x00\x0d\x0aQUIT\x0a";

#define V2_HEADER 16
#define VERSION_2 0x20
#define LOCAL 0
#define PROXY 1
#define TCP_OVER_IPV4 0x11
#define TCP_OVER_IPV6 0x21
#define IPV4_BYTES 12		/* two addresses, two ports */
#define IPV6_BYTES 36

/* Section 2.1: "PROXY TCP6 " and the rest are 107 bytes at most. */
#define V1_MAX 107
#define V1_WORDS 6

/* Whether the bytes so far agree with the expected ones. */
static bool
begins(const uint8_t *bytes, size_t len, const void *with, size_t with_len)
{
	return memcmp(bytes, with, len < with_len ? len : with_len) == 0;
}

static enum flow_status
parse_2(const uint8_t *p, size_t len, struct proxy_header *out)
{
	struct proxy_header h = { .has_source = false };
	size_t rest;

	if (len >= 13 && (p[12] & 0xf0) != VERSION_2)
		return FLOW_EFORMAT;
	if (len >= 13 && (p[12] & 0x0f) > PROXY)
		return FLOW_EFORMAT;
	if (len < V2_HEADER)
		return FLOW_END;
	rest = load_be16(p + 14);
	h.has_source = (p[12] & 0x0f) == PROXY && (p[13] == TCP_OVER_IPV4 || p[13] == TCP_OVER_IPV6);
	if (h.has_source && rest < (p[13] == TCP_OVER_IPV4 ? IPV4_BYTES : IPV6_BYTES))
		return FLOW_EFORMAT;
	if (len < V2_HEADER + rest)
		return FLOW_END;
	h.len = V2_HEADER + rest;
	if (h.has_source && p[13] == TCP_OVER_IPV4) {
		h.source = addr_from_v4(load_be32(p + 16));
		h.port = load_be16(p + 24);
	} else if (h.has_source) {
		h.source = addr_from_v6(p + 16);
		h.port = load_be16(p + 48);
	}
	*out = h;
	return FLOW_OK;
}

/* A decimal number of five digits at most without leading zeros. */
static bool
take_port(const char *text, size_t len, uint16_t *port)
{
	uint32_t number = 0;

	if (len == 0 || len > 5 || (len > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (uint32_t)(text[i] - '0');
	}
	*port = (uint16_t)number;
	return number <= UINT16_MAX;
}

/*
 * Splits a line into words with one space between two; returns how many, V1_WORDS + 1 where there are more.
 */
static size_t
split(const char *line, size_t len, const char *word[V1_WORDS], size_t word_len[V1_WORDS])
{
	const char *end = line + len;
	size_t words = 0;

	for (;;) {
		const char *space = memchr(line, ' ', (size_t)(end - line));

		if (words == V1_WORDS)
			return V1_WORDS + 1;
		word[words] = line;
		word_len[words++] = (size_t)((space != NULL ? space : end) - line);
		if (space == NULL)
			return words;
		line = space + 1;
	}
}

static bool
is_word(const char *word, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(word, text, len) == 0;
}

/* PROXY TCP4 SOURCE DESTINATION PORT PORT, or PROXY UNKNOWN and anything. */
static enum flow_status
parse_line(const char *line, size_t len, struct proxy_header *out)
{
	const char *word[V1_WORDS] = { NULL };
	size_t word_len[V1_WORDS] = { 0 }, words = split(line, len, word, word_len);
	struct addr destination;
	uint16_t port;
	bool v4;

	if (words >= 2 && is_word(word[1], word_len[1], "UNKNOWN"))
		return FLOW_OK;
	v4 = words == V1_WORDS && is_word(word[1], word_len[1], "TCP4");
	if (words != V1_WORDS || (!v4 && !is_word(word[1], word_len[1], "TCP6")))
		return FLOW_EFORMAT;
	if (!addr_parse(word[2], word_len[2], &out->source) || !addr_parse(word[3], word_len[3], &destination) ||
	    (memchr(word[2], ':', word_len[2]) == NULL) != v4 || !take_port(word[4], word_len[4], &out->port) ||
	    !take_port(word[5], word_len[5], &port))
		return FLOW_EFORMAT;
	out->has_source = true;
	return FLOW_OK;
}

static enum flow_status
parse_1(const uint8_t *p, size_t len, struct proxy_header *out)
{
	struct proxy_header h = { .has_source = false };
	size_t most = len < V1_MAX ? len : V1_MAX;
	const uint8_t *end = memchr(p, '\r', most);

	if (end == NULL)
		return len < V1_MAX ? FLOW_END : FLOW_EFORMAT;
	if (end + 1 == p + len)
		return len < V1_MAX ? FLOW_END : FLOW_EFORMAT;
	if (end[1] != '\n' || parse_line((const char *)p, (size_t)(end - p), &h) != FLOW_OK)
		return FLOW_EFORMAT;
	h.len = (size_t)(end - p) + 2;
	*out = h;
	return FLOW_OK;
}

enum flow_status
proxy_header_parse(const uint8_t *bytes, size_t len, struct proxy_header *out)
{
	static const char word[] = "PROXY ";

	if (len == 0)
		return FLOW_END;
	if (begins(bytes, len, signature, sizeof(signature)))
		return parse_2(bytes, len, out);
	if (begins(bytes, len, word, sizeof(word) - 1))
		return parse_1(bytes, len, out);
	return FLOW_EFORMAT;
}
