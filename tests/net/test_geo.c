/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/geo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/geo_file.h"
#include "tap.h"

static char folder[] = "/tmp/geo-test.XXXXXX";
static char path[sizeof(folder) + 16];

/* Writes bytes to a file of that name, whose path is returned. */
static const char *
store(const char *name, const void *bytes, size_t len)
{
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ok(f != NULL && fwrite(bytes, 1, len, f) == len && fclose(f) == 0);
	return path;
}

#ifdef HAVE_MAXMINDDB

static const struct geo_file_place tokyo = { "AS", 139.69171, 35.6895 };
static const struct geo_file_place pole = { "AN", 0, -90 };
static const struct geo_file_place nowhere = { "EU", 1e300, -1e300 };

static const struct geo_file_entry cities[] = {
	{ "192.0.2.0/24", "US", "Springfield", NULL, false, NULL },
	{ "198.51.100.0/25", "DE", NULL, NULL, false, &tokyo },
	{ "198.51.100.128/25", "CH", "Zürich", NULL, false, NULL },
	{ "203.0.113.7/32", NULL, "Nowhere", NULL, false, NULL },
	{ "2001:db8::/48", "JP", "東京", NULL, false, NULL },
	{ "2001:db8:1::1/128", "FR", "Paris", NULL, false, NULL },
};

static const struct geo_file_entry places[] = {
	{ "2001:db8::/48", "JP", "東京", NULL, false, &tokyo },
	{ "192.0.2.0/24", NULL, NULL, NULL, false, &pole },
	/* The 64th byte lies within a character. */
	{ "192.0.3.0/24", "US",
	    "Abcdefghijbcdefghijbcdefghijbcdefghijbcdefghijbcdefghijbcdefghié and more",
	    NULL, true, &pole },
	{ "192.0.4.0/24", "US", "Out of this world", NULL, false, &nowhere },
};

static const struct geo_file_entry networks[] = {
	{ "192.0.2.0/25", NULL, NULL, "Example Inc., a company with a longer name", false, NULL },
	{ "203.0.113.0/24", "AU", "Perth", "Flat Networks", true, NULL },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What geo says of an address, as COUNTRY/CITY/AS_ORG. */
static const char *
all_of(const struct flow_geo *geo, const char *text)
{
	static char out[256];
	struct flow_text t[FLOW_GEO_WORDS];
	struct addr a;

	if (!addr_parse(text, strlen(text), &a))
		return "no address";
	for (unsigned i = 0; i < FLOW_GEO_WORDS; i++)
		t[i] = flow_geo_find(geo, (enum flow_geo_word)i, &a);
	(void)snprintf(out, sizeof(out), "%.*s/%.*s/%.*s", (int)t[0].len, t[0].p, (int)t[1].len,
	    t[1].p, (int)t[2].len, t[2].p);
	return out;
}

static const char *
location(const struct flow_geo *geo, const char *text)
{
	static char out[FLOW_GEO_LOCATION_MAX + 1];
	struct addr a;

	if (!addr_parse(text, strlen(text), &a))
		return "no address";
	out[flow_geo_location(geo, &a, out)] = '\0';
	return out;
}

static void
add(struct flow_geo *geo, const struct geo_file_entry *entry, size_t n, unsigned version)
{
	struct buf b = BUF_INIT;
	struct flow_error err = { 0 };

	ok(geo_file_make(entry, n, version, &b));
	is_int(flow_geo_add(geo, store("db", b.data, b.len), &err), FLOW_OK);
	is_str(err.message, "");
	buf_release(&b);
	ok(unlink(path) == 0);
}

static void
test_lookups(void)
{
	struct flow_geo *geo = flow_geo_new();

	is_str(all_of(geo, "192.0.2.1"), "//");
	add(geo, cities, COUNT(cities), 6);
	is_str(all_of(geo, "192.0.2.0"), "US/Springfield/");
	is_str(all_of(geo, "192.0.2.255"), "US/Springfield/");
	is_str(all_of(geo, "192.0.1.255"), "//");
	is_str(all_of(geo, "192.0.3.0"), "//");
	is_str(all_of(geo, "198.51.100.127"), "DE//");
	is_str(all_of(geo, "198.51.100.128"), "CH/Zürich/");
	is_str(all_of(geo, "203.0.113.7"), "/Nowhere/");
	is_str(all_of(geo, "203.0.113.8"), "//");
	is_str(all_of(geo, "2001:db8::"), "JP/東京/");
	is_str(all_of(geo, "2001:db8:0:ffff::1"), "JP/東京/");
	is_str(all_of(geo, "2001:db8:1::1"), "FR/Paris/");
	is_str(all_of(geo, "2001:db8:1::2"), "//");
	is_str(all_of(geo, "0.0.0.0"), "//");
	is_str(all_of(geo, "::"), "//");
	is_str(all_of(geo, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "//");
	flow_geo_free(geo);
}

/* Coordinates of Tokyo as everybody knows them, what is not named, and what has no room. */
static void
test_location(void)
{
	struct flow_geo *geo = flow_geo_new();

	is_str(location(geo, "192.0.2.1"), "");
	add(geo, cities, COUNT(cities), 6);
	is_str(location(geo, "2001:db8::1"), "");
	add(geo, places, COUNT(places), 6);
	is_str(location(geo, "2001:db8::1"), "AS/JP/東京 long/lat: 139.6917/35.6895");
	is_str(location(geo, "192.0.2.1"), "AN// long/lat: 0.0000/-90.0000");
	is_str(location(geo, "192.0.3.1"),
	    "AN/US/Abcdefghijbcdefghijbcdefghijbcdefghijbcdefghijbcdefghijbcdefghi"
	    " long/lat: 0.0000/-90.0000");
	is_uint(strlen(location(geo, "192.0.4.1")), FLOW_GEO_LOCATION_MAX - 1);
	is_str(location(geo, "192.0.5.1"), "");
	flow_geo_free(geo);
}

/* The first that knows a word is believed; an IPv4 database says nothing of IPv6. */
static void
test_several(void)
{
	struct flow_geo *geo = flow_geo_new();

	add(geo, networks, COUNT(networks), 4);
	is_str(all_of(geo, "192.0.2.127"), "//Example Inc., a company with a longer name");
	is_str(all_of(geo, "192.0.2.128"), "//");
	is_str(all_of(geo, "203.0.113.7"), "AU/Perth/Flat Networks");
	is_str(all_of(geo, "2001:db8::1"), "//");
	add(geo, cities, COUNT(cities), 6);
	is_str(all_of(geo, "192.0.2.127"), "US/Springfield/Example Inc., a company with a longer name");
	is_str(all_of(geo, "192.0.2.128"), "US/Springfield/");
	is_str(all_of(geo, "203.0.113.7"), "AU/Perth/Flat Networks");
	is_str(all_of(geo, "2001:db8::1"), "JP/東京/");
	flow_geo_free(geo);
	flow_geo_free(NULL);
}

static void
test_bad_files(void)
{
	struct flow_geo *geo = flow_geo_new();
	char want[128];
	struct flow_error err;

	(void)snprintf(path, sizeof(path), "%s/none", folder);
	is_int(flow_geo_add(geo, path, &err), FLOW_EIO);
	(void)snprintf(want, sizeof(want), "%s: %s", path, strerror(ENOENT));
	is_str(err.message, want);
	is_int(flow_geo_add(geo, folder, &err), FLOW_EFORMAT);
	(void)snprintf(want, sizeof(want), "%s: not a regular file", folder);
	is_str(err.message, want);
	is_int(flow_geo_add(geo, store("empty", "", 0), &err), FLOW_EFORMAT);
	ok(unlink(path) == 0);
	is_int(flow_geo_add(geo, store("text", "no database\n", 12), &err), FLOW_EFORMAT);
	ok(unlink(path) == 0);
	is_str(all_of(geo, "192.0.2.1"), "//");
	flow_geo_free(geo);
}

/* Whatever a damaged file says: no crash, no read beyond it. */
static void
try_file(const void *bytes, size_t len)
{
	struct flow_geo *geo = flow_geo_new();
	FILE *f = fopen(path, "w");
	struct flow_error err;

	if (f == NULL || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) {
		_exit(1);
	} else if (flow_geo_add(geo, path, &err) == FLOW_OK) {
		for (size_t i = 0; i < COUNT(cities); i++) {
			char text[64];

			(void)snprintf(text, sizeof(text), "%s", cities[i].prefix);
			*strchr(text, '/') = '\0';
			(void)all_of(geo, text);
			(void)location(geo, text);
		}
	}
	flow_geo_free(geo);
}

static void
try_damage(struct buf *b)
{
	for (size_t i = 0; i < b->len; i += 1 + b->len / 500)
		try_file(b->data, i);
	for (size_t i = 0; i < b->len; i += i + 700 < b->len ? 5 : 1) {
		uint8_t was = b->data[i];

		b->data[i] = (uint8_t)(was ^ (1u << i % 8));
		try_file(b->data, b->len);
		b->data[i] = 0xff;
		try_file(b->data, b->len);
		b->data[i] = was;
	}
}

/* In a process of its own: the library forgets some memory when metadata is damaged. */
static void
test_damage(void)
{
	struct buf b = BUF_INIT;
	int status = -1;
	pid_t child;

	ok(geo_file_make(cities, COUNT(cities), 6, &b));
	(void)store("db", b.data, b.len);
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		try_damage(&b);
		_exit(0);
	}
	ok(child > 0 && waitpid(child, &status, 0) == child);
	is_int(status, 0);
	ok(unlink(path) == 0);
	buf_release(&b);
}

static void
test_all(void)
{
	test_lookups();
	test_location();
	test_several();
	test_bad_files();
	test_damage();
}

#else

static void
test_all(void)
{
	struct flow_geo *geo = flow_geo_new();
	struct addr a = { { 0 } };
	struct flow_error err;

	is_int(flow_geo_add(geo, store("db", "", 0), &err), FLOW_EUNSUPPORTED);
	ok(strstr(err.message, "built without libmaxminddb") != NULL);
	is_uint(flow_geo_find(geo, FLOW_GEO_COUNTRY, &a).len, 0);
	flow_geo_free(geo);
	ok(unlink(path) == 0);
	tap_skip("built without libmaxminddb");
}

#endif

int
main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	test_all();
	ok(rmdir(folder) == 0);
	return tap_done();
}
