/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sflow/sflow_length.h"

#define IPV6_HEADER 40

/* The longest frame that ports accept, and the most that may follow its IP packet: FCS, padding, time stamps. */
#define JUMBO_MAX 9216
#define TRAILER_MAX 64

/* Bytes of tags, which some agents count and others do not. */
#define TAG_SLACK 8

/* The longest packet that hosts with segmentation offload have. */
#define PACKET_MAX (65535 + TRAILER_MAX)

/* The length by the headers, up to the end of the IP packet; 0 if they do not tell. */
static uint32_t
own_length(const struct packet *p)
{
	const struct packet_ip *ip = &p->outer;

	/* Segmentation offload and jumbograms (RFC 2675) have a length of 0. */
	if (ip->version == 0 || ip->length == 0 || (ip->version == 6 && ip->length == IPV6_HEADER))
		return 0;
	return p->ip_offset + ip->length;
}

uint32_t
sflow_length_of(const struct sflow_length *told, const struct packet *p, bool *replaced)
{
	uint32_t own = own_length(p), least = own != 0 ? own : (uint32_t)told->sampled;
	uint64_t frame = told->frame, whole = frame + told->stripped;

	*replaced = true;
	if (frame == 0 || whole + TAG_SLACK < least)
		return least;
	if (own != 0 ? frame > JUMBO_MAX + TRAILER_MAX && frame > (uint64_t)own + TRAILER_MAX :
	    frame > PACKET_MAX)
		return least;
	*replaced = false;
	return told->frame;
}

uint32_t
sflow_length_bare(uint32_t bytes, bool *replaced)
{
	*replaced = bytes == 0 || bytes > PACKET_MAX;
	return *replaced ? 0 : bytes;
}
