/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the operator said of an exporter's sampling rate (struct flow_sampling_rule, and the general rate). */

#include "wire/decode.h"
#include "wire/source/rate.h"

struct operator_rate {
	uint32_t rate;		/* 0: none, or by interface */
	bool override;
	bool by_interface;	/* some of the rules that fit the exporter name one */
};

/* Of an exporter, by all rules. */
struct operator_rate operator_rate_of(const struct flow_decoder_options *o, const struct addr *exporter);

/* Of a row that came in by that interface, where an announced rate (none: RATE_NONE) is known. */
struct rate operator_rate_settle(const struct flow_decoder_options *o, const struct addr *exporter, const uint32_t *in_if,
    struct rate announced);
