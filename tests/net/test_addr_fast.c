/* SPDX-License-Identifier: BSD-2-Clause */
/* All ways to parse do what addr_parse does, on addresses and on texts that nearly are some. */
#include "net/addr_fast.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "tap.h"

/* All ways on a text of its own allocation, so that sanitizers see reads beyond it. */
static bool
same(const char *text, size_t len)
{
	char *exact = malloc(len > 0 ? len : 1);
	bool equal = true;

	memcpy(exact, text, len);
	for (int way = ADDR_BY_BYTES; way <= ADDR_BY_PLACES + 1; way++) {
		struct addr a, b;
		bool got, want;

		memset(&a, 0x55, sizeof(a));
		memset(&b, 0x55, sizeof(b));
		want = addr_parse(exact, len, &b);
		got = way > ADDR_BY_PLACES ? addr_parse_fast(exact, len, &a) :
		    addr_parse_by((enum addr_way)way, exact, len, &a);
		if (got != want || !addr_equal(&a, &b)) {
			printf("# differs in way %d: '%.*s'\n", way, (int)len, text);
			equal = false;
		}
	}
	free(exact);
	return equal;
}

static const char *const texts[] = {
	"0.0.0.0", "1.2.3.4", "255.255.255.255", "256.1.1.1", "1.1.1.256", "10.0.0.1", "100.200.30.4",
	"1.2.3", "1.2.3.4.5", "1..2.3.4", ".1.2.3.4", "1.2.3.4.", "01.02.03.04", "001.002.003.004",
	"1.2.3.4444", "1234.1.1.1", "1234.1.1", "1.2..3.4", "..1.2.3", "1.2.3..", "1.2.3.4.5.6.7",
	"111.222.233.244", "999.1.1.1", "1.2.3.99", "0001.2.3.4", "1.2.3.0004", "1.2.3.a", "1.2.3./", "1.2.3.:",
	    "12345678", "...", "        ",
	"::", "::1", "1::", ":", ":1", "1:", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
	"::2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1::8", ":::", "1:::2", "1::2::3", "12345::", "g::",
	"2001:DB8::aBcD", "::ffff:1.2.3.4", "::ffff:102:304", "::fffe:102:304", "::fffd:102:304",
	"0:0:0:0:0:ffff:a01:101", "::ffff:0:a01:101", "0:0:0:0:0:ffff::", "1:2:3:4:5:6:1.2.3.4", "fe80::1%eth0",
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0:0:0:0:0:0:0:0", "::@", "::`", "::/", "::G",
	"\xff\xff::", "1.2.3.4\xff", "1:2:3:4:5:6:7:", "::1:2:3:4:5:6:7:8", "",
};

/* A random address's text with up to two characters changed. */
static bool
random_same(uint64_t i)
{
	static const char some[] = "0123456789abcdefABCDEF.:/@g ";
	uint64_t r = hash_mix64(i + 1), mask = hash_mix64(r);
	char text[ADDR_TEXT_MAX + 1];
	struct addr a;
	size_t len;

	if (i % 2 == 0) {
		a = addr_from_v4((uint32_t)r & (uint32_t)(i % 4 == 0 ? UINT32_MAX : mask));
	} else {
		store_be64(a.b, r);
		store_be64(a.b + 8, hash_mix64(r + i));
		for (size_t k = 0; k < 8; k++)
			if ((mask >> k & 1) != 0)
				store_be16(a.b + 2 * k, 0);
	}
	len = addr_format(&a, text);
	if (!same(text, len))
		return false;
	text[(mask >> 8) % len] = some[(mask >> 16) % (sizeof(some) - 1)];
	if (!same(text, len) || !same(text, (mask >> 24) % (len + 1)))
		return false;
	text[(mask >> 32) % len] = some[(mask >> 40) % (sizeof(some) - 1)];
	return same(text, len);
}

int
main(void)
{
	bool all = true;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ok(same(texts[i], strlen(texts[i])));
	for (uint64_t i = 0; i < 200000; i++)
		all = random_same(i) && all;
	ok(all);
	return tap_done();
}
