/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The operator's sampling rate for an exporter (struct flow_sampling_rule, and the general rate). */

#include "wire/decode.h"
#include "wire/source/rate.h"

struct operator_rate {
	uint32_t rate;		/* 0: none, or by interface */
	bool override;
	bool by_interface;	/* some of the rules that fit the exporter name one */
};

/* The rate for an exporter, by all rules. */
struct operator_rate operator_rate_of(const struct flow_decoder_options *o, const struct addr *exporter);

/* The rate for a row that came in by this interface, given the announced rate (RATE_NONE: none). */
struct rate operator_rate_settle(const struct flow_decoder_options *o, const struct addr *exporter,
    const uint32_t *in_if, struct rate announced);
