/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/name_set.h"

#include <stdio.h>
#include <string.h>

#include "store/exporters.h"
#include "tap.h"

static struct flow_text
text(const char *s)
{
	return (struct flow_text){ s, (uint32_t)strlen(s) };
}

static const char *
find(const struct flow_names *n, enum flow_name_kind kind, const char *exporter, uint64_t number)
{
	static char out[FLOW_NAME_MAX + 1];
	struct flow_text t = flow_names_find(n, kind, text(exporter), number);

	(void)snprintf(out, sizeof(out), "%.*s", (int)t.len, t.p);
	return out;
}

static void
set_and_find(void)
{
	struct flow_names *n = flow_names_new();
	char name[32];
	unsigned i, right = 0;

	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.1", 1), "");
	ok(!flow_names_any(n, FLOW_NAME_INTERFACE));
	ok(flow_names_set(n, FLOW_NAME_INTERFACE, text("192.0.2.1"), 1, text("eth1")) == FLOW_OK);
	ok(flow_names_set(n, FLOW_NAME_INTERFACE, text("192.0.2.2"), 1, text("ge1")) == FLOW_OK);
	ok(flow_names_set(n, FLOW_NAME_INTERFACE, text("192.0.2.2"), 2, text("ge2")) == FLOW_OK);
	ok(flow_names_set(n, FLOW_NAME_VRF, text("192.0.2.2"), 2, text("red")) == FLOW_OK);
	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.1", 1), "eth1");
	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.2", 1), "ge1");
	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.1", 2), "");
	is_str(find(n, FLOW_NAME_VRF, "192.0.2.2", 2), "red");
	/* Without an exporter: 1 is disputed, 2 is not. */
	is_str(find(n, FLOW_NAME_INTERFACE, "", 1), "");
	is_str(find(n, FLOW_NAME_INTERFACE, "", 2), "ge2");
	/* A later name wins; an empty one says nothing. */
	ok(flow_names_set(n, FLOW_NAME_INTERFACE, text("192.0.2.1"), 1, text("eth1.5")) == FLOW_OK);
	ok(flow_names_set(n, FLOW_NAME_INTERFACE, text("192.0.2.1"), 1, text("")) == FLOW_OK);
	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.1", 1), "eth1.5");
	for (i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "if%u", i);
		right += flow_names_set(n, FLOW_NAME_INTERFACE, text("2001:db8::1"), i, text(name)) ==
		    FLOW_OK;
	}
	is_uint(right, 5000);
	right = 0;
	for (i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "if%u", i);
		right += strcmp(find(n, FLOW_NAME_INTERFACE, "2001:db8::1", i), name) == 0;
	}
	is_uint(right, 5000);
	ok(flow_names_any(n, FLOW_NAME_VRF));
	flow_names_free(n);
}

/* 59 letters and a letter of two bytes: 61 bytes, cut before that letter. */
static void
long_name(void)
{
	struct flow_names *n = flow_names_new();
	char name[64];

	memset(name, 'x', 59);
	(void)strcpy(name + 59, "\xc3\xa9");
	ok(flow_names_set(n, FLOW_NAME_INTERFACE, text("192.0.2.1"), 1, text(name)) == FLOW_OK);
	is_uint(strlen(find(n, FLOW_NAME_INTERFACE, "192.0.2.1", 1)), 59);
	flow_names_free(n);
}

static void
from_metadata(void)
{
	static const char *const good = "[{\"exporter\":\"192.0.2.1\",\"version\":9,\"interfaces\":"
	    "{\"7\":{\"name\":\"a\\\"b\",\"description\":\"up\"},\"8\":{\"description\":\"only\"},"
	    "\"x\":{\"name\":\"no number\"}},\"vrfs\":{\"3\":\"red\"}},"
	    "{\"exporter\":\"2001:db8::1\",\"interfaces\":{\"7\":{\"name\":\"c\"}}}]";
	static const char *const bad[] = { "", "{}", "[1]", "[{}]", "[{\"exporter\":1,\"interfaces\":{}}]",
		"[{\"exporter\":\"a\",\"interfaces\":[1,2]}]", "[{\"exporter\":\"a\",\"interfaces\":7}]",
		"[{\"exporter\":\"a\",\"interfaces\":{\"7\":{\"name\":7}}}]" };
	struct flow_names *n = flow_names_new();
	size_t i, failed = 0;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(store_exporters_names(bad[i], strlen(bad[i]), n) == FLOW_OK);
	ok(!flow_names_any(n, FLOW_NAME_INTERFACE));
	/* Cut anywhere: what is whole is taken, nothing is read past the end. */
	for (i = 0; i < strlen(good); i++)
		failed += store_exporters_names(good, i, n) != FLOW_OK;
	is_uint(failed, 0);
	ok(store_exporters_names(good, strlen(good), n) == FLOW_OK);
	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.1", 7), "a\"b");
	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.1", 8), "");
	is_str(find(n, FLOW_NAME_INTERFACE, "2001:db8::1", 7), "c");
	is_str(find(n, FLOW_NAME_VRF, "192.0.2.1", 3), "red");
	/* What was said before counts again where something else was said since. */
	for (i = 0; i < 5; i++) {
		static const char *const said[] = { "a", "a", "b", "a", "a" };
		char json[100];

		(void)snprintf(json, sizeof(json),
		    "[{\"exporter\":\"192.0.2.9\",\"interfaces\":{\"7\":{\"name\":\"%s\"}}}]", said[i]);
		ok(store_exporters_names(json, strlen(json), n) == FLOW_OK);
		is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.9", 7), said[i]);
	}
	flow_names_free(n);
}

/* Speeds are of one exporter's interface, with or without a name. */
static void
speeds(void)
{
	static const char json[] = "[{\"exporter\":\"192.0.2.1\",\"interfaces\":{\"7\":{\"name\":\"a\","
	    "\"speed_bps\":10000000000},\"8\":{\"speed_bps\":0},\"9\":{\"speed_bps\":-1}}},"
	    "{\"exporter\":\"192.0.2.2\",\"interfaces\":{\"7\":{\"speed_bps\":100000000}},"
	    "\"vrfs\":{\"5\":{\"speed_bps\":3}}}]";
	struct flow_names *n = flow_names_new();

	ok(!flow_names_any_speed(n));
	is_uint(flow_names_speed(n, text("192.0.2.1"), 7), 0);
	ok(store_exporters_names(json, strlen(json), n) == FLOW_OK);
	ok(flow_names_any_speed(n));
	is_uint(flow_names_speed(n, text("192.0.2.1"), 7), 10000000000);
	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.1", 7), "a");
	is_uint(flow_names_speed(n, text("192.0.2.1"), 8), 0);
	is_uint(flow_names_speed(n, text("192.0.2.1"), 9), 0);
	is_uint(flow_names_speed(n, text("192.0.2.2"), 7), 100000000);
	is_str(find(n, FLOW_NAME_INTERFACE, "192.0.2.2", 7), "");
	is_uint(flow_names_speed(n, text("192.0.2.2"), 5), 0);
	ok(flow_names_set_speed(n, text("192.0.2.2"), 7, 1000) == FLOW_OK);
	is_uint(flow_names_speed(n, text("192.0.2.2"), 7), 1000);
	flow_names_free(n);
}

int
main(void)
{
	speeds();
	set_and_find();
	long_name();
	from_metadata();
	return tap_done();
}
