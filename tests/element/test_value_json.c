/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of elements as JSON, by type and width; and what of unknown octets is text. */
#include "element/value_json.h"

#include <string.h>

#include "tap.h"

static struct buf out;

static const char *
json(enum element_type type, const void *p, size_t len)
{
	buf_clear(&out);
	value_json(&out, type, p, len);
	buf_append_u8(&out, 0);
	return (const char *)out.data;
}

static void
numbers(void)
{
	is_str(json(ELEMENT_U32, "\0\0\1\0", 4), "256");
	is_str(json(ELEMENT_U32, "\1\0", 2), "256");	/* reduced size, RFC 7011 6.2 */
	is_str(json(ELEMENT_U64, "\377\377\377\377\377\377\377\377", 8), "18446744073709551615");
	is_str(json(ELEMENT_S32, "\377\376", 2), "-2");
	is_str(json(ELEMENT_S32, "\200\0\0\0\0\0\0\0", 8), "-9223372036854775808");
	is_str(json(ELEMENT_FLOAT, "\277\300\0\0", 4), "-1.5");
	is_str(json(ELEMENT_BOOL, "\1", 1), "true");
	is_str(json(ELEMENT_BOOL, "\2", 1), "false");
	is_str(json(ELEMENT_BOOL, "\3", 1), "\"03\"");
	is_str(json(ELEMENT_U64, "\1\2\3\4\5\6\7\10\11", 9), "\"010203040506070809\"");
	/* NTP: 2208988800 s are 1970; half a second on */
	is_str(json(ELEMENT_MICROS, "\203\252\176\200\200\0\0\0", 8), "500000");
}

static void
texts(void)
{
	is_str(json(ELEMENT_STRING, "ab\0\0", 4), "\"ab\"");
	is_str(json(ELEMENT_STRING, "a\"b\n", 4), "\"a\\\"b\\u000a\"");
	is_str(json(ELEMENT_IPV4, "\300\0\2\1", 4), "\"192.0.2.1\"");
	is_str(json(ELEMENT_IPV6, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1", 16), "\"2001:db8::1\"");
	is_str(json(ELEMENT_IPV6, "\0\0\0\0\0\0\0\0\0\0\377\377\300\0\2\1", 16), "\"::ffff:192.0.2.1\"");
	is_str(json(ELEMENT_MAC, "\2\0\0\0\0\1", 6), "\"02:00:00:00:00:01\"");
	is_str(json(ELEMENT_OCTETS, "abcdefghij", 10), "\"6162636465666768696a\"");
}

static void
guesses(void)
{
	is_str(json(ELEMENT_UNKNOWN, "LSN-Host@100.64.1.1", 19), "\"LSN-Host@100.64.1.1\"");
	is_str(json(ELEMENT_UNKNOWN, "Z\303\274rich\0\0\0", 9), "\"Z\303\274rich\"");
	is_str(json(ELEMENT_UNKNOWN, "a\tb\r\n", 5), "\"a\\u0009b\\u000d\\u000a\"");
	/* Too short, control characters, not UTF-8, a zero within, C1. */
	is_str(json(ELEMENT_UNKNOWN, "abc", 3), "\"616263\"");
	is_str(json(ELEMENT_UNKNOWN, "abcd\1", 5), "\"6162636401\"");
	is_str(json(ELEMENT_UNKNOWN, "abcd\377", 5), "\"61626364ff\"");
	is_str(json(ELEMENT_UNKNOWN, "ab\0cd", 5), "\"6162006364\"");
	is_str(json(ELEMENT_UNKNOWN, "abcd\302\205", 6), "\"61626364c285\"");
	is_str(json(ELEMENT_UNKNOWN, "abc\177", 4), "\"6162637f\"");
	is_str(json(ELEMENT_UNKNOWN, "\0\0\0\0", 4), "\"00000000\"");
	/* What reads as digits of octets would be taken for them. */
	is_str(json(ELEMENT_UNKNOWN, "cafe", 4), "\"63616665\"");
	is_str(json(ELEMENT_UNKNOWN, "cafes", 5), "\"cafes\"");
	is_str(json(ELEMENT_UNKNOWN, "12345", 5), "\"12345\"");
	is_str(json(ELEMENT_UNKNOWN, "CAFE", 4), "\"CAFE\"");
}

int
main(void)
{
	numbers();
	texts();
	guesses();
	buf_release(&out);
	return tap_done();
}
