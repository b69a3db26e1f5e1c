/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf8.h"

#include <string.h>

#include "tap.h"

static size_t
length(const char *text)
{
	return utf8_length((const uint8_t *)text, strlen(text));
}

/* The first and the last of each row of the table in RFC 3629, section 4, and what lies beside them. */
static void
test_sequences(void)
{
	is_uint(length("a\xc3"), 1);
	is_uint(utf8_length((const uint8_t *)"\0", 1), 1);
	is_uint(length("\x7f"), 1);
	is_uint(length("\xc2\x80"), 2);
	is_uint(length("\xdf\xbf"), 2);
	is_uint(length("\xe0\xa0\x80"), 3);
	is_uint(length("\xed\x9f\xbf"), 3);
	is_uint(length("\xee\x80\x80"), 3);
	is_uint(length("\xef\xbf\xbf"), 3);
	is_uint(length("\xf0\x90\x80\x80"), 4);
	is_uint(length("\xf4\x8f\xbf\xbf"), 4);
}

static void
test_stray(void)
{
	is_uint(length("\x80"), 0);
	is_uint(length("\xbf"), 0);
	is_uint(length("\xc1\xbf"), 0);
	is_uint(length("\xe0\x9f\xbf"), 0);
	is_uint(length("\xed\xa0\x80"), 0);
	is_uint(length("\xf0\x8f\xbf\xbf"), 0);
	is_uint(length("\xf4\x90\x80\x80"), 0);
	is_uint(length("\xf5\x80\x80\x80"), 0);
	is_uint(length("\xff"), 0);
	is_uint(length("\xc3"), 0);
	is_uint(length("\xc3("), 0);
	is_uint(length("\xe2\x82"), 0);
	is_uint(length("\xe2\x82("), 0);
	is_uint(length("\xf0\x9f\x98("), 0);
	/* What lies beyond is not looked at. */
	is_uint(utf8_length((const uint8_t *)"\xc3\xa9", 1), 0);
}

int
main(void)
{
	test_sequences();
	test_stray();
	return tap_done();
}
