/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "net/geo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_MAXMINDDB

#include <arpa/inet.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/stat.h>

struct flow_geo {
	MMDB_s *db;
	size_t count;
};

struct flow_geo *
flow_geo_new(void)
{
	return calloc(1, sizeof(struct flow_geo));
}

void
flow_geo_free(struct flow_geo *geo)
{
	if (geo == NULL)
		return;
	for (size_t i = 0; i < geo->count; i++)
		MMDB_close(&geo->db[i]);
	free(geo->db);
	free(geo);
}

/* The library would block on a pipe, and explains badly why a file cannot be mapped. */
static enum flow_status
check_file(const char *path, struct flow_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return flow_fail_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "%s: not a regular file", path);
	if (st.st_size == 0)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "%s: empty", path);
	return FLOW_OK;
}

enum flow_status
flow_geo_add(struct flow_geo *geo, const char *path, struct flow_error *err)
{
	enum flow_status st = check_file(path, err);
	MMDB_s *more;
	int status;

	if (st != FLOW_OK)
		return st;
	more = realloc(geo->db, (geo->count + 1) * sizeof(*more));
	if (more == NULL)
		return flow_fail_memory(err);
	geo->db = more;
	status = MMDB_open(path, MMDB_MODE_MMAP, &more[geo->count]);
	if (status == MMDB_OUT_OF_MEMORY_ERROR)
		return flow_fail_memory(err);
	if (status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR)
		return flow_fail_errno(err, "%s", path);
	if (status != MMDB_SUCCESS)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "%s: %s", path,
		    MMDB_strerror(status));
	geo->count++;
	return FLOW_OK;
}

/* The entry of an address in one database. */
static bool
find_entry(const MMDB_s *db, const struct addr *a, MMDB_entry_s *entry)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	MMDB_lookup_result_s found;
	int status;

	if (addr_is_v4(a)) {
		memcpy(&v4.sin_addr, a->b + 12, 4);
		found = MMDB_lookup_sockaddr(db, (const struct sockaddr *)&v4, &status);
	} else {
		addr_store_v6(a, v6.sin6_addr.s6_addr);
		found = MMDB_lookup_sockaddr(db, (const struct sockaddr *)&v6, &status);
	}
	*entry = found.entry;
	return status == MMDB_SUCCESS && found.found_entry;
}

/* Paths under which different databases have a word. */
static const char *const paths[FLOW_GEO_WORDS][2][4] = {
	[FLOW_GEO_COUNTRY] = { { "country", "iso_code", NULL }, { "country_code", NULL } },
	[FLOW_GEO_CITY] = { { "city", "names", "en", NULL }, { "city", NULL } },
	[FLOW_GEO_AS_ORG] = { { "autonomous_system_organization", NULL }, { "as_name", NULL } },
};

/* The text at a path of an entry. */
static struct flow_text
entry_text(MMDB_entry_s *entry, const char *const *path)
{
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) == MMDB_SUCCESS && data.has_data &&
	    data.type == MMDB_DATA_TYPE_UTF8_STRING)
		return (struct flow_text){ data.utf8_string, data.data_size };
	return (struct flow_text){ "", 0 };
}

static struct flow_text
entry_word(MMDB_entry_s *entry, enum flow_geo_word word)
{
	struct flow_text t = entry_text(entry, paths[word][0]);

	return t.len > 0 ? t : entry_text(entry, paths[word][1]);
}

struct flow_text
flow_geo_find(const struct flow_geo *geo, enum flow_geo_word word, const struct addr *a)
{
	MMDB_entry_s entry;
	struct flow_text t = { "", 0 };

	for (size_t i = 0; i < geo->count && t.len == 0; i++)
		if (find_entry(&geo->db[i], a, &entry))
			t = entry_word(&entry, word);
	return t;
}

static bool
entry_degrees(MMDB_entry_s *entry, const char *which, double *out)
{
	const char *const path[] = { "location", which, NULL };
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
	    data.type != MMDB_DATA_TYPE_DOUBLE)
		return false;
	*out = data.double_value;
	return true;
}

/* Most bytes of a city's name, so that the coordinates fit after it. */
#define CITY_MAX 64

/* The length of a text, or of the whole characters (UTF-8) in its first `most` bytes. */
static int
cut(const struct flow_text *t, uint32_t most)
{
	uint32_t len = t->len < most ? t->len : most;

	while (len < t->len && len > 0 && ((uint8_t)t->p[len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}

size_t
flow_geo_location(const struct flow_geo *geo, const struct addr *a, char *out)
{
	static const char *const continent_path[] = { "continent", "code", NULL };
	MMDB_entry_s entry;
	double longitude, latitude;

	for (size_t i = 0; i < geo->count; i++) {
		struct flow_text continent, country, city;
		int n;

		if (!find_entry(&geo->db[i], a, &entry) ||
		    !entry_degrees(&entry, "longitude", &longitude) ||
		    !entry_degrees(&entry, "latitude", &latitude))
			continue;
		continent = entry_text(&entry, continent_path);
		country = entry_word(&entry, FLOW_GEO_COUNTRY);
		city = entry_word(&entry, FLOW_GEO_CITY);
		n = snprintf(out, FLOW_GEO_LOCATION_MAX, "%.*s/%.*s/%.*s long/lat: %.4f/%.4f",
		    cut(&continent, 2), continent.p, cut(&country, 2), country.p,
		    cut(&city, CITY_MAX), city.p, longitude, latitude);
		return n < FLOW_GEO_LOCATION_MAX ? (size_t)n : FLOW_GEO_LOCATION_MAX - 1;
	}
	return 0;
}

#else

struct flow_geo {
	char none;
};

struct flow_geo *
flow_geo_new(void)
{
	return calloc(1, sizeof(struct flow_geo));
}

void
flow_geo_free(struct flow_geo *geo)
{
	free(geo);
}

enum flow_status
flow_geo_add(struct flow_geo *geo, const char *path, struct flow_error *err)
{
	UNUSED(geo);
	return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
	    "%s: this program was built without libmaxminddb", path);
}

struct flow_text
flow_geo_find(const struct flow_geo *geo, enum flow_geo_word word, const struct addr *a)
{
	UNUSED(geo);
	UNUSED(word);
	UNUSED(a);
	return (struct flow_text){ "", 0 };
}

size_t
flow_geo_location(const struct flow_geo *geo, const struct addr *a, char *out)
{
	UNUSED(geo);
	UNUSED(a);
	UNUSED(out);
	return 0;
}

#endif
