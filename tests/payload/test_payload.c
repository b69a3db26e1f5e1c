/* SPDX-License-Identifier: BSD-2-Clause */
/* Payload in the objects of `extra`, and not in what only looks like it. */
#include "payload/payload.h"

#include <string.h>

#include "tap.h"

static uint8_t bytes[PAYLOAD_BYTES_MAX];

static size_t
find(const char *extra, enum payload_way way)
{
	const struct flow_text text = { extra, (uint32_t)strlen(extra) };
	size_t len = 77;

	return payload_find(&text, way, bytes, &len) ? len : 0;
}

static bool
is_text(void *context, const char *text, size_t len)
{
	const char *want = context;

	return strlen(want) == len && memcmp(want, text, len) == 0;
}

static bool
has(enum payload_word word, const void *p, size_t len, const char *want)
{
	return payload_any(word, p, len, is_text, (void *)(uintptr_t)want);
}

static void
found(void)
{
	is_uint(find("{\"payload\":\"474554\",\"reversePayload\":\"0a\"}", PAYLOAD_IN), 3);
	is_mem(bytes, 3, "GET", 3);
	is_uint(find("{\"payload\":\"474554\",\"reversePayload\":\"0a\"}", PAYLOAD_OUT), 1);
	is_mem(bytes, 1, "\n", 1);
	/* As files of 0.1 have it. */
	is_uint(find("{\"6871/18\":\"474554\"}", PAYLOAD_IN), 3);
	is_mem(bytes, 3, "GET", 3);
	is_uint(find("{\"6871/18\":\"474554\"}", PAYLOAD_OUT), 0);
	is_uint(find("{\"x\":1,\"6871/18\":\"00ff\",\"6871/16402\":\"0a0B\"}", PAYLOAD_OUT), 1);
	is_uint(find("{\"x\":1,\"6871/18\":\"00ff\",\"6871/16402\":\"0a0b\"}", PAYLOAD_OUT), 2);
	is_mem(bytes, 2, "\n\v", 2);
	/* The first of several. */
	is_uint(find("{\"6871/18\":[\"6162\",\"63\"]}", PAYLOAD_IN), 2);
	is_mem(bytes, 2, "ab", 2);
	is_uint(find("", PAYLOAD_IN), 0);
	is_uint(find("{\"6871/18\":", PAYLOAD_IN), 0);
	is_uint(find("{\"6871/18\":\"", PAYLOAD_IN), 0);
	is_uint(find("{\"6871/18\":\"4", PAYLOAD_IN), 0);
	is_uint(find("{\"6871/18\":null}", PAYLOAD_IN), 0);
	is_uint(find("{\"6871/188\":\"474554\"}", PAYLOAD_IN), 0);
	/* A text that has the key in it. */
	is_uint(find("{\"x\":\"\\\"6871/18\\\":\\\"474554\\\"\"}", PAYLOAD_IN), 0);
}

/* One word of each kind; what they find is tested with dns.h and tls.h. */
static void
words(void)
{
	static const char query[] = "\0\1\1\0\0\1\0\0\0\0\0\0\3www\2ab\0\0\1\0\1";
	static const char hello[] = "\x16\3\0\0\x2d\1\0\0\x29\3\0" "0123456789abcdef0123456789abcdef"
	    "\0\0\2\0\5\1\0";
	size_t query_len = sizeof(query) - 1, hello_len = sizeof(hello) - 1;

	ok(has(PAYLOAD_CONTENT, "a\0b", 3, "a\0b") == false && has(PAYLOAD_CONTENT, "ab", 2, "ab"));
	ok(has(PAYLOAD_DNS, query, query_len, "") && !has(PAYLOAD_DNS, hello, hello_len, ""));
	ok(has(PAYLOAD_DNS_NAME, query, query_len, "www.ab."));
	ok(!has(PAYLOAD_DNS_ADDRESS, query, query_len, "192.0.2.1"));
	ok(has(PAYLOAD_TLS_VERSION, hello, hello_len, "3.0"));
	ok(!has(PAYLOAD_TLS_VERSION, query, query_len, ""));
	ok(!has(PAYLOAD_TLS_SNI, hello, hello_len, ""));
	/* printf 768,5,,, | md5sum */
	ok(has(PAYLOAD_JA3, hello, hello_len, "12e939a2a782d59885d7e40e6323f611"));
	ok(has(PAYLOAD_JA4, hello, hello_len, "ts3i010000_1ed8eb363bcd_000000000000"));
}

/* In a row. */
static void
hellos(void)
{
	/* SSL 3, one cipher, no extensions, as in words. */
	static const char old[] = "{\"6871/18\":\"160300002d010000290300"
	    "3031323334353637383961626364656630313233343536373839616263646566" "000002000501" "00\"}";
	const struct flow_text extra = { old, sizeof(old) - 1 }, none = { "{}", 2 };
	char out[PAYLOAD_TEXT_MAX];
	bool is_server = true;

	is_uint(payload_hello(PAYLOAD_TLS_VERSION, &extra, out, &is_server), 3);
	is_mem(out, 3, "3.0", 3);
	ok(!is_server);
	is_uint(payload_hello(PAYLOAD_TLS_SNI, &extra, out, &is_server), 0);
	is_uint(payload_hello(PAYLOAD_JA3, &extra, out, &is_server), 32);
	is_uint(payload_hello(PAYLOAD_JA4, &extra, out, &is_server), 36);
	is_mem(out, 11, "ts3i010000_", 11);
	is_uint(payload_hello(PAYLOAD_JA4, &none, out, &is_server), 0);
}

int
main(void)
{
	found();
	hellos();
	words();
	return tap_done();
}
