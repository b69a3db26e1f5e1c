/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who observed a flow, where a proxy or a mediator (RFC 7119 4.2) sent its record: elements 403, 404, 130,
 * 131, the first that is set.
 */
#include "wire/decoder.h"

/* The first of these addresses that row i has; false if it has none. */
static bool
named_exporter(const struct rows *r, size_t i, struct addr *out)
{
	unsigned role;

	for (role = ROLE_ORIGINAL4; role <= ROLE_EXPORTER6; role++) {
		struct span s = rows_role(r, (enum element_role)role);
		const uint8_t *p;

		if (s.len == 0)
			continue;
		p = s.p + i * r->stride;
		if (s.len == 4 && load_be32(p) != 0) {
			*out = addr_from_v4(load_be32(p));
			return true;
		}
		if (s.len == 16 && (load_be64(p) != 0 || load_be64(p + 8) != 0)) {
			*out = addr_from_v6(p);
			return true;
		}
	}
	return false;
}

enum flow_status
rows_origin(const struct rows *r)
{
	struct addr *exporter = flow_builder_flat(r->ctx->out, FLOW_FIELD_EXPORTER, r->n);
	size_t i;

	if (exporter == NULL)
		return FLOW_ENOMEM;
	for (i = 0; i < r->n; i++)
		(void)named_exporter(r, i, &exporter[i]);
	return FLOW_OK;
}

const struct addr *
rows_sender(const struct rows *r, size_t i)
{
	const struct addr *sender = &r->ctx->src->sender;
	struct addr named;

	if (!r->plan->has_origin || !named_exporter(r, i, &named) || addr_equal(&named, sender))
		return NULL;
	return sender;
}
