/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Countries, cities and names of ASes by address, from databases in MaxMind's format.  Without libmaxminddb
 * nothing opens.  Several threads may look up at once.
 */

#include <stddef.h>

#include "base/status.h"
#include "base/text.h"
#include "net/addr.h"

enum flow_geo_word {
	FLOW_GEO_COUNTRY,	/* country.iso_code, or country_code */
	FLOW_GEO_CITY,		/* city.names.en, or city */
	FLOW_GEO_AS_ORG,	/* autonomous_system_organization, or as_name */
	FLOW_GEO_WORDS,
	FLOW_GEO_LOCATION = FLOW_GEO_WORDS	/* no word of a database: flow_geo_location */
};

struct flow_geo;

/* NULL when out of memory. */
struct flow_geo *flow_geo_new(void);
void flow_geo_free(struct flow_geo *geo);

/* FLOW_EUNSUPPORTED without the library, FLOW_EIO or FLOW_EFORMAT for a bad file. */
enum flow_status flow_geo_add(struct flow_geo *geo, const char *path, struct flow_error *err)
    NODISCARD;

/*
 * What the first database that has an answer says of an address; a text of length 0 where none has. Valid as
 * long as geo is.
 */
struct flow_text flow_geo_find(const struct flow_geo *geo, enum flow_geo_word word,
    const struct addr *a);

/* Most bytes of a location; longer names of cities are cut. */
#define FLOW_GEO_LOCATION_MAX 128

/*
 * "CONTINENT/COUNTRY/CITY long/lat: 8.5500/47.3667" (WGS 84, degrees) as nfdump prints it, from the first
 * database that has coordinates of the address; a missing name leaves an empty place between the slashes.
 * Returns the bytes written to `out`, of FLOW_GEO_LOCATION_MAX bytes; 0 where no database has any.
 */
size_t flow_geo_location(const struct flow_geo *geo, const struct addr *a, char *out);
