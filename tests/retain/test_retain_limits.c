/* SPDX-License-Identifier: BSD-2-Clause */
#include "retain/limits.h"

#include "tap.h"

static void
all_of_them(void)
{
	struct retain_limits l;
	bool each;

	ok(retain_limits_parse("age=90d", &l, &each, NULL) == FLOW_OK);
	is_int(l.age_ms, INT64_C(7776000000));
	ok(!each && l.size_bytes == 0 && l.free_bytes == 0 && l.free_percent == 0);
	ok(retain_limits_parse("size=1.5T,each,free=10%,age=1d12h", &l, &each, NULL) == FLOW_OK);
	is_int(l.age_ms, 129600000);
	is_uint(l.size_bytes, UINT64_C(1500000000000));
	is_uint(l.free_percent, 10);
	is_uint(l.free_bytes, 0);
	ok(each);
	ok(retain_limits_parse("free=50G", &l, &each, NULL) == FLOW_OK);
	is_uint(l.free_bytes, UINT64_C(50000000000));
	is_uint(l.free_percent, 0);
}

/* More milliseconds than 64 bits hold. */
#define W "999999999w999999999w999999999w999999999w"
#define WEEKS "age=" W W W W

static void
none_of_them(void)
{
	static const char *const texts[] = {
		"", ",", "each", "age", "age=", "age=90", "age=-90d", "age=59s", "age=0d", "age=90d,",
		    "age=90d,,free=1%",
		"age=90 d", "age=90y", "size=0", "size=-1", "size=2", "size=999999", "free=10",
		"free=999999", "size=2X", "size=99999999T", "size=1.00001k", "free=0%",
		"free=100%", "free=%", "free=1.5%", "free=", WEEKS, "Age=1d",
		"keep=1d", "age=3m", "age=59m59s", "age=90d,age=1d", "size=2T,size=1T", "free=50G,free=99%",
	};
	struct retain_limits l;
	bool each = true;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct flow_error err = { .message = "" };

		is_str(retain_limits_parse(texts[i], &l, &each, &err) == FLOW_OK ? texts[i] : "", "");
		ok(err.message[0] != '\0');
	}
	ok(each);
}

int
main(void)
{
	all_of_them();
	none_of_them();
	return tap_done();
}
