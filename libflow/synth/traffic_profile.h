/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The distribution of traffic, measured so that it can be generated: services and their shares, packets, lengths
 * and durations of their flows, the hours of a week.  It has no addresses, names, times or counts; services with
 * less than one flow in two thousand are left out.  As text, a line each:
 *
 *	profile 1
 *	ipv6 152			of 1000 flows
 *	week N ... (168 of them)	each hour's share, from Monday 00:00 UTC
 *	service 6 443 3000 94		protocol, port, its weight, answers to 100 flows
 *	up-packets N N ...		to the service: the share of flows with 1, 2-3, 4-7 ... packets
 *	up-lengths N N ...		with up to 48, 96, 144 ... bytes a packet
 *	down-packets, down-lengths	the same of answers
 *	times N N ...			with a duration of 0, 1, 2-3, 4-7 ... ms
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "record/batch.h"
#include "synth/curve.h"
#include "synth/random.h"

#define PROFILE_SERVICES 64
#define PROFILE_BINS 32
#define PROFILE_LENGTH_STEP 48

/* Cumulative shares of bins. */
struct profile_bins {
	uint32_t count;
	uint32_t sum[PROFILE_BINS];
};

struct profile_service {
	uint8_t proto;
	uint16_t port;
	uint32_t weight;
	uint32_t answered;			/* percent */
	struct profile_bins packets[2], lengths[2];	/* up, down */
	struct profile_bins times;
};

struct flow_profile {
	uint32_t version;			/* 0: no line yet */
	uint32_t ipv6;				/* of 1000 */
	bool has_week;
	uint32_t week[CURVE_WEEK];
	uint32_t services;
	struct profile_service service[PROFILE_SERVICES];
};

/* Adds one line, not empty and without its line end.  FLOW_EINVAL with a message. */
enum flow_status flow_profile_add(struct flow_profile *p, const char *line, struct flow_error *err) NODISCARD;

/* Checks that the profile is complete: FLOW_EINVAL with a message that names what is missing. */
enum flow_status flow_profile_check(const struct flow_profile *p, struct flow_error *err) NODISCARD;

/* The text of a profile. */
void flow_profile_format(const struct flow_profile *p, struct buf *out);

/* The bin that a random `u` selects, by share. */
uint32_t profile_bin(const struct profile_bins *b, uint32_t u);

/* Counts flows for a profile. */
struct flow_profile_tally;

struct flow_profile_tally *flow_profile_tally_new(void) NODISCARD;
void flow_profile_tally_free(struct flow_profile_tally *t);

/* The columns that it needs. */
void flow_profile_tally_fields(struct flow_fieldset *fields);

/* Adds rows; FLOW_ENOMEM. */
enum flow_status flow_profile_tally_add(struct flow_profile_tally *t, const struct flow_batch *batch) NODISCARD;

/*
 * Makes *p from the counts; *covered is the share of flows that its services have, in percent.  FLOW_EINVAL: no flow
 * was counted.
 */
enum flow_status flow_profile_tally_finish(const struct flow_profile_tally *t, struct flow_profile *p,
    unsigned *covered, struct flow_error *err) NODISCARD;
