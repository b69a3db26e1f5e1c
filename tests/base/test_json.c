/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/json.h"

#include <string.h>

#include "tap.h"

static const char *
find(const char *text, const char *path)
{
	static char found[100];
	struct json_slice at;

	if (!json_find(text, strlen(text), path, &at) || at.len >= sizeof(found))
		return "(none)";
	memcpy(found, at.p, at.len);
	found[at.len] = '\0';
	return found;
}

static void
string_is(const char *text, size_t len, const char *want)
{
	struct buf b = BUF_INIT;

	json_append_string(&b, text, len);
	is_mem(b.data, b.len, want, strlen(want));
	buf_release(&b);
}

int
main(void)
{
	const char *object = "{ \"a\": 1, \"b\\\"\": [1,{\"x\":\"}\"}], \"tcp\" : {\"flows\":18446744073709551615,"
	    "\"p\":18446744073709551616,\"n\":-1}, \"s\":\"t,x\" }";
	uint64_t v = 7;
	size_t i;

	is_str(find(object, "a"), "1");
	is_str(find(object, "tcp.flows"), "18446744073709551615");
	is_str(find(object, "s"), "\"t,x\"");
	is_str(find(object, "b\\\""), "[1,{\"x\":\"}\"}]");
	is_str(find(object, "x"), "(none)");
	is_str(find(object, "a.x"), "(none)");
	is_str(find("[1]", "a"), "(none)");
	is_str(find("{}", "a"), "(none)");
	is_str(find("", "a"), "(none)");
	ok(json_find_uint(object, strlen(object), "tcp.flows", &v) && v == UINT64_MAX);
	v = 7;
	ok(!json_find_uint(object, strlen(object), "tcp.p", &v) && v == 7);
	ok(!json_find_uint(object, strlen(object), "tcp.n", &v));
	/* Cut anywhere, the last member is not found, and nothing is read past the end. */
	for (i = 0; i + 2 < strlen(object); i++)
		ok(!json_find_uint(object, i, "s", &v));

	string_is("a\"b\\c\n\x01", 7, "\"a\\\"b\\\\c\\u000a\\u0001\"");
	string_is("\xc3\xa9\xff\xc3", 4, "\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"");
	string_is("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	string_is("\xf0\x9f\x98\x80", 4, "\"\xf0\x9f\x98\x80\"");
	return tap_done();
}
