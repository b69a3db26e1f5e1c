/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/json.h"

#include <stdio.h>
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

/* The elements, parted by blanks, keys before an equals sign; "!" for a text that is no list. */
static const char *
walk(const char *text)
{
	static char all[256];
	struct json_slice key, value;
	struct json_walk w;
	size_t len = 0;

	all[0] = '\0';
	if (!json_walk_begin(&w, (struct json_slice){ text, strlen(text) }))
		return "!";
	while (json_walk_next(&w, &key, &value))
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%.*s=%.*s ", (int)key.len, key.p,
		    (int)value.len, value.p);
	return all;
}

static const char *
unescape(const char *text)
{
	static char out[64];

	out[json_unescape((struct json_slice){ text, strlen(text) }, out)] = '\0';
	return out;
}

static void
lists(void)
{
	is_str(walk("[1, [2,3] , {\"a\":4}]"), "=1 =[2,3] ={\"a\":4} ");
	is_str(walk(" { \"a\" : 1, \"b\":\"x,y\" } "), "a=1 b=\"x,y\" ");
	is_str(walk("[]"), "");
	is_str(walk("{}"), "");
	is_str(walk("17"), "!");
	is_str(walk(""), "!");
	is_str(walk("[1,"), "=1 ");
	is_str(walk("{\"a\":1,\"b\""), "a=1 ");
	is_str(walk("{1:2}"), "");
	is_str(unescape("\"plain\""), "plain");
	is_str(unescape("\"a\\\"b\\\\c\\n\\/\\u0041\\u00e9\\u20ac\""),
	    "a\"b\\c\n/A\xc3\xa9\xe2\x82\xac");
	is_str(unescape("\"\\ud83d\""), "\xef\xbf\xbd");
	is_str(unescape("\"\\u12\""), "u12");
	is_str(unescape("\"\\"), "");
	is_str(unescape("17"), "");
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
	lists();
	return tap_done();
}
