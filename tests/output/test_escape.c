/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/escape.h"

#include <stdint.h>
#include <string.h>

#include "tap.h"

static char out[512];

static const char *
csv(const char *text, size_t len)
{
	out[escape_csv(text, len, out)] = '\0';
	return out;
}

static const char *
json(const char *text, size_t len)
{
	out[escape_json(text, len, out)] = '\0';
	return out;
}

static const char *
plain(const char *text)
{
	out[escape_plain(text, strlen(text), out)] = '\0';
	return out;
}

static const char *
object(const char *text)
{
	out[escape_json_object(text, strlen(text), out)] = '\0';
	return out;
}

#define FFFD "\xef\xbf\xbd"

static void
test_csv(void)
{
	is_str(csv("plain text", 10), "plain text");
	is_str(csv("a,b", 3), "\"a,b\"");
	is_str(csv("a\"b", 3), "\"a\"\"b\"");
	is_str(csv("a\nb\r", 4), "\"a\nb\r\"");
	is_str(csv("", 0), "");
	is_str(csv("a\0b", 3), "a" FFFD "b");
	is_str(csv("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	is_str(csv("\xff,", 2), "\"" FFFD ",\"");
}

static const char *
csv_safe(const char *text)
{
	out[escape_csv_safe(text, strlen(text), out)] = '\0';
	return out;
}

/* The characters of OWASP's page on CSV injection; formulas as they stand in attacks. */
static void
test_csv_safe(void)
{
	is_str(csv_safe("=1+1"), "'=1+1");
	is_str(csv_safe("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
	is_str(csv_safe("=HYPERLINK(\"http://x\",\"a\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"a\"\")\"");
	is_str(csv_safe("+1+cmd"), "'+1+cmd");
	is_str(csv_safe("-1+1"), "'-1+1");
	is_str(csv_safe("@SUM(1)"), "'@SUM(1)");
	is_str(csv_safe("\t=1"), "'\t=1");
	is_str(csv_safe("\r=1"), "\"'\r=1\"");
	is_str(csv_safe("\n=1"), "\"'\n=1\"");
	is_str(csv_safe("=,1"), "\"'=,1\"");
	is_str(csv_safe("\xef\xbc\x9d" "1"), "'\xef\xbc\x9d" "1");
	is_str(csv_safe("\xef\xbc\xa0" "A"), "'\xef\xbc\xa0" "A");
	is_str(csv_safe("="), "'=");
	is_str(csv_safe("-"), "'-");
	is_str(csv_safe("-."), "'-.");
	/* Neither formulas nor changed. */
	is_str(csv_safe("-1"), "-1");
	is_str(csv_safe("+12.5"), "+12.5");
	is_str(csv_safe("-1.2.3"), "'-1.2.3");
	is_str(csv_safe("eth0=1"), "eth0=1");
	is_str(csv_safe("'x"), "'x");
	is_str(csv_safe("\xef\xbc\x9e"), "\xef\xbc\x9e");
	is_str(csv_safe(""), "");
}

/* Cases of RFC 3629: overlong forms, surrogates, beyond U+10FFFF, cut sequences. */
static void
test_utf8(void)
{
	is_str(json("\xc0\x80", 2), FFFD FFFD);
	is_str(json("\xe0\x9f\xbf", 3), FFFD FFFD FFFD);
	is_str(json("\xed\xa0\x80", 3), FFFD FFFD FFFD);
	is_str(json("\xed\x9f\xbf", 3), "\xed\x9f\xbf");
	is_str(json("\xf4\x90\x80\x80", 4), FFFD FFFD FFFD FFFD);
	is_str(json("\xf4\x8f\xbf\xbf", 4), "\xf4\x8f\xbf\xbf");
	is_str(json("a\xe2\x82", 3), "a" FFFD FFFD);
	is_str(json("\x80z", 2), FFFD "z");
}

static void
test_json(void)
{
	is_str(json("\"\\/", 3), "\\\"\\\\/");
	is_str(json("\b\t\n\f\r", 5), "\\b\\t\\n\\f\\r");
	is_str(json("\0\x0b\x1f\x7f", 4), "\\u0000\\u000b\\u001f\x7f");
}

static void
test_plain(void)
{
	is_str(plain("eth0, \"x\""), "eth0, \"x\"");
	is_str(plain("\x1b[2J"), FFFD "[2J");
	is_str(plain("a\xc2\x9b" "b"), "a" FFFD "b");
	is_str(plain("\xc2\xa0"), "\xc2\xa0");
	/* What turns text around: U+202E, U+2066, U+061C, U+200F; U+2028 ends a line; U+2070 and U+2014 do not. */
	is_str(plain("a\xe2\x80\xae" "b\xe2\x81\xa6" "c\xd8\x9c" "d\xe2\x80\x8f" "e\xe2\x80\xa8"),
	    "a" FFFD "b" FFFD "c" FFFD "d" FFFD "e" FFFD);
	is_str(plain("\xe2\x81\xb0\xe2\x80\x94\xd8\x9b"), "\xe2\x81\xb0\xe2\x80\x94\xd8\x9b");
}

static void
test_object(void)
{
	is_str(object("{\"a\":1}"), "{\"a\":1}");
	is_str(object(" {\n\"a\" : [1, -2.5e+3, true,null,\"x\\u00e9\"] } "),
	    " { \"a\" : [1, -2.5e+3, true,null,\"x\\u00e9\"] } ");
	is_str(object("{}"), "{}");
	is_str(object("[1]"), "\"[1]\"");
	is_str(object("{\"a\":1"), "\"{\\\"a\\\":1\"");
	is_str(object(""), "\"\"");
}

static bool
valid(const char *text)
{
	return escape_is_json_object(text, strlen(text));
}

static void
test_checker(void)
{
	static const char *const good[] = {
		"{\"a\":{\"b\":[{},[],[[]]]}}", "{\"a\":0}", "{\"a\":-0.1E-7}", "{\"\":\"\"}",
		"{\"a\":[1,2],\"b\":{\"c\":false}}", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
	};
	static const char *const bad[] = {
		"{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{\"a\":01}",
		"{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":tru}", "{\"a\":'x'}",
		"{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\n\"}", "{\"a\":[1,]}", "{\"a\":[1}",
		"{\"a\":1}{", "{\"a\":1} x", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":\"\xff\"}", "{\"a\":-}",
		"{\"a\":nul", "{\"a\":\"",
	};
	char deep[200];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!valid(good[i]))
			is_str(good[i], "valid");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (valid(bad[i]))
			is_str(bad[i], "invalid");
	/* One object and 63 arrays in it: the deepest that is taken. */
	memcpy(deep, "{\"a\":", 5);
	memset(deep + 5, '[', 63);
	memset(deep + 68, ']', 63);
	deep[131] = '}';
	ok(escape_is_json_object(deep, 132));
	memset(deep + 5, '[', 64);
	memset(deep + 69, ']', 64);
	deep[133] = '}';
	ok(!escape_is_json_object(deep, 134));
}

/* By definition, byte by byte, at every position and length. */
static void
test_needless(void)
{
	bool good = true;

	for (unsigned b = 0; b < 256; b++) {
		bool needless = b >= 0x20 && b < 0x7f && b != ',' && b != '"' && b != '\\';

		for (size_t len = 1; len < 20; len++) {
			for (size_t at = 0; at < len; at++) {
				char text[20];

				/* Neighbours at the edges of what is needless. */
				memset(text, at % 2 ? ' ' : '~', sizeof(text));
				text[at] = (char)b;
				good = good && escape_needless(text, len) == needless;
			}
		}
	}
	ok(good);
	ok(escape_needless("", 0));
}

int
main(void)
{
	test_csv();
	test_csv_safe();
	test_utf8();
	test_json();
	test_plain();
	test_object();
	test_checker();
	test_needless();
	return tap_done();
}
