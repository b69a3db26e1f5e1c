/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/set.h"

#include <string.h>

#include "tap.h"

static struct addr
addr(const char *text)
{
	struct addr a = addr_any4;

	if (!addr_parse(text, strlen(text), &a))
		tap_check(false, __FILE__, __LINE__, text);
	return a;
}

static void
add(struct addr_list *list, const char *net, unsigned bits)
{
	struct addr a = addr(net);

	ok(addr_list_add(list, addr_range_prefix(&a, bits)));
}

static bool
has(const struct addr_set *set, const char *text)
{
	struct addr a = addr(text);

	is_int(addr_set_has_text(set, text, strlen(text)), addr_set_has(set, &a));
	return addr_set_has(set, &a);
}

static void
test_few(struct arena *arena)
{
	struct addr_list list = { 0 };
	const struct addr_set *set, *others;

	add(&list, "10.0.0.0", 8);
	add(&list, "10.1.0.0", 16);
	add(&list, "11.0.0.0", 8);
	add(&list, "255.255.255.255", 32);
	add(&list, "2001:db8::", 32);
	add(&list, "ffff::", 16);
	set = addr_set_new(arena, list.range, list.count);
	is_uint(addr_set_ranges(set), 4);
	ok(has(set, "10.0.0.0"));
	ok(has(set, "11.255.255.255"));
	ok(!has(set, "12.0.0.0"));
	ok(!has(set, "9.255.255.255"));
	ok(has(set, "255.255.255.255"));
	ok(has(set, "2001:db8:ffff::1"));
	ok(!has(set, "2001:db9::"));
	ok(has(set, "ffff:ffff::"));
	ok(!addr_set_has_text(set, "10.0.0", 6));
	ok(!addr_set_has_text(set, "10.0.0.1 ", 9));

	others = addr_set_complement(arena, set);
	ok(!has(others, "10.0.0.0"));
	ok(has(others, "0.0.0.0"));
	ok(has(others, "12.0.0.0"));
	ok(has(others, "255.255.255.254"));
	ok(!has(others, "255.255.255.255"));
	ok(has(others, "::"));
	ok(!has(others, "2001:db8::"));
	ok(has(others, "fffe:ffff::"));
	ok(!has(others, "ffff::"));
	addr_list_release(&list);
}

/* All of IPv6 holds no IPv4 address, though those lie in its middle. */
static void
test_all(struct arena *arena)
{
	struct addr_list list = { 0 };
	const struct addr_set *set;

	add(&list, "::", 0);
	add(&list, "2001:db8::", 32);
	set = addr_set_new(arena, list.range, list.count);
	is_uint(addr_set_ranges(set), 1);
	ok(has(set, "::"));
	ok(has(set, "2002::"));
	ok(has(set, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
	ok(!has(set, "10.0.0.1"));
	set = addr_set_complement(arena, set);
	is_uint(addr_set_ranges(set), 1);
	ok(has(set, "0.0.0.0"));
	ok(has(set, "255.255.255.255"));
	ok(!has(set, "::1"));
	addr_list_release(&list);
}

/* Enough for the index: every other /24 of 10/8 and /48 of 2001:db8::/32. */
static void
test_many(struct arena *arena)
{
	struct addr_list list = { 0 };
	const struct addr_set *set;
	struct addr a;
	bool right = true;

	for (uint32_t i = 0; i < 65536; i += 2) {
		a = addr_from_v4(UINT32_C(0x0a000000) | i << 8);
		right = right && addr_list_add(&list, addr_range_prefix(&a, 24));
		a = addr("2001:db8::");
		a.b[4] = (uint8_t)(i >> 8);
		a.b[5] = (uint8_t)i;
		right = right && addr_list_add(&list, addr_range_prefix(&a, 48));
	}
	set = addr_set_new(arena, list.range, list.count);
	is_uint(addr_set_ranges(set), 65536);
	for (uint32_t i = 0; i < 65536; i++) {
		a = addr_from_v4(UINT32_C(0x0a000000) | i << 8 | (i & 0xff));
		right = right && addr_set_has(set, &a) == (i % 2 == 0);
		a = addr("2001:db8::ffff");
		a.b[4] = (uint8_t)(i >> 8);
		a.b[5] = (uint8_t)i;
		right = right && addr_set_has(set, &a) == (i % 2 == 0);
	}
	ok(right);
	ok(!has(set, "9.255.255.255"));
	ok(!has(set, "11.0.0.0"));
	addr_list_release(&list);
}

static void
test_enumerate(struct arena *arena)
{
	struct addr_list list = { 0 };
	const struct addr_set *set;
	struct addr out[5];

	add(&list, "192.0.2.254", 31);
	add(&list, "2001:db8::", 127);
	set = addr_set_new(arena, list.range, list.count);
	is_uint(addr_set_enumerate(set, out, 3), 4);
	is_uint(addr_set_enumerate(set, out, 5), 4);
	is_uint(addr_v4(&out[1]), 0xc00002ff);
	is_uint(out[3].b[15], 1);
	addr_list_release(&list);
}

int
main(void)
{
	struct arena *arena = arena_new();

	test_few(arena);
	test_all(arena);
	test_many(arena);
	test_enumerate(arena);
	arena_free(arena);
	return tap_done();
}
