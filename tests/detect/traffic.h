/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Ordinary traffic with known events in it, through the detectors, and how well these did. */

#include "detect/detect.h"

/* A flow; its answer is another one. */
struct traffic_flow {
	struct addr src, dst;
	uint8_t proto;
	uint16_t sport, dport;
	uint16_t flags;		/* of TCP */
	uint8_t icmp_type;
	uint32_t sampling;	/* 0: none */
	int64_t first_ms, last_ms;
	int64_t packets, bytes;
	int64_t rev_packets, rev_bytes;	/* of a biflow, from dst to src */
};

/* 2026-01-01T00:00:00Z, where all traffic begins. */
#define TRAFFIC_START_MS INT64_C(1767225600000)
#define TRAFFIC_HOUR_MS INT64_C(3600000)

struct traffic;

struct traffic *traffic_new(void);
void traffic_free(struct traffic *t);

/* Adds so many flows of flowgen's usual mix over that many hours. */
void traffic_ordinary(struct traffic *t, uint64_t seed, uint64_t flows, unsigned hours);
void traffic_add(struct traffic *t, const struct traffic_flow *flow);

/* A flow from the client, and where it is answered the server's, with bytes as given. */
void traffic_talk(struct traffic *t, struct traffic_flow client, int64_t packets_back, int64_t bytes_back);

/* Looks through all flows, with that many workers which take batches in turn, share by share. */
struct flow_detect *traffic_detect(const struct traffic *t, const struct flow_detect_options *options,
    size_t workers, unsigned shares);

/* All tables as text: a title, then "a b port proto ..." cells of each row. */
void traffic_text(const struct flow_detect *d, unsigned what, char *out, size_t size);

/* An address of text; a number from 0 to n - 1, the next of a series that *state stands for. */
struct addr traffic_addr(const char *text);
uint64_t traffic_random(uint64_t *state, uint64_t n);
