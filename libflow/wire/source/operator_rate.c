/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/source/operator_rate.h"

/* The first rule that fits; NULL: none.  in_if is NULL if the row has none. */
static const struct flow_sampling_rule *
find(const struct flow_decoder_options *o, const struct addr *exporter, const uint32_t *in_if)
{
	for (size_t i = 0; i < o->rules; i++) {
		const struct flow_sampling_rule *r = &o->rule[i];

		if (addr_in_prefix(exporter, &r->net, r->bits) &&
		    (!r->has_interface || (in_if != NULL && r->interface == *in_if)))
			return r;
	}
	return NULL;
}

struct operator_rate
operator_rate_of(const struct flow_decoder_options *o, const struct addr *exporter)
{
	const struct flow_sampling_rule *r = find(o, exporter, NULL);
	struct operator_rate out = { .rate = o->sampling, .override = o->sampling_override };

	for (size_t i = 0; i < o->rules; i++)
		out.by_interface |= o->rule[i].has_interface &&
		    addr_in_prefix(exporter, &o->rule[i].net, o->rule[i].bits);
	if (out.by_interface)
		return (struct operator_rate){ .rate = 0, .by_interface = true };
	if (r != NULL)
		out = (struct operator_rate){ .rate = r->rate, .override = r->override };
	return out;
}

struct rate
operator_rate_settle(const struct flow_decoder_options *o, const struct addr *exporter, const uint32_t *in_if,
    struct rate announced)
{
	const struct flow_sampling_rule *r = find(o, exporter, in_if);
	uint32_t rate = r != NULL ? r->rate : o->sampling;
	bool override = r != NULL ? r->override : o->sampling_override;

	return override || !rate_known(announced) ? rate_whole(rate) : announced;
}
