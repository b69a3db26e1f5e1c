/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Countries and names of networks by address, from databases in MaxMind's format.  Without
 * libmaxminddb nothing opens.  Lookups of several threads at once are sound.
 */

#include <stddef.h>

#include "base/status.h"
#include "base/text.h"
#include "net/addr.h"

enum flow_geo_word {
	FLOW_GEO_COUNTRY,	/* country.iso_code, or country_code */
	FLOW_GEO_CITY,		/* city.names.en, or city */
	FLOW_GEO_AS_ORG,	/* autonomous_system_organization, or as_name */
	FLOW_GEO_WORDS
};

struct flow_geo;

/* NULL when out of memory. */
struct flow_geo *flow_geo_new(void);
void flow_geo_free(struct flow_geo *geo);

/* FLOW_EUNSUPPORTED without the library, FLOW_EIO or FLOW_EFORMAT for a bad file. */
enum flow_status flow_geo_add(struct flow_geo *geo, const char *path, struct flow_error *err)
    NODISCARD;

/*
 * What the first database that knows says of an address; a text of length 0 if none does.
 * Valid as long as geo is.
 */
struct flow_text flow_geo_find(const struct flow_geo *geo, enum flow_geo_word word,
    const struct addr *a);
