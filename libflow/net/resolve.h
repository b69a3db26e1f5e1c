/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Names of hosts and services for people: parallel look-ups, a bounded cache,
 * and a bound on the time that an answer is waited for.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "net/addr.h"

/* Longest host name (RFC 1035, 3.1), and longest service name that is shown. */
#define RESOLVE_HOST_MAX 255
#define RESOLVE_SERVICE_MAX 31

struct resolver;

/*
 * Looks one address up; writes a name of at most RESOLVE_HOST_MAX bytes at out
 * and returns its length, 0 for none.  Called by the resolver's own threads.
 */
typedef size_t resolver_lookup_fn(void *context, const struct addr *a, char *out);

struct resolver_options {
	unsigned threads;	/* 0: 16; at most 256 */
	unsigned timeout_ms;	/* from resolver_want on; 0: 2000 */
	size_t cached;		/* addresses remembered; 0: 65536 */
	resolver_lookup_fn *lookup;	/* NULL: the system's resolver (getnameinfo) */
	void *context;		/* for lookup; outlives also those that time out */
};

/* options NULL means all zero.  NULL when out of memory or of threads. */
struct resolver *resolver_new(const struct resolver_options *options) NODISCARD;

/* Look-ups that still run end by themselves; nobody waits for them. */
void resolver_free(struct resolver *r);

/* Begins to look the address up unless it is known; where too much is under way, it is not. */
void resolver_want(struct resolver *r, const struct addr *a);

/*
 * The host's name at out (room RESOLVE_HOST_MAX, no NUL) and its length;
 * 0 where there is none, or none in time.  Names of any other bytes than
 * letters, digits, '-', '_' and '.' count as none.
 */
size_t resolver_host(struct resolver *r, const struct addr *a, char *out);

/*
 * The service of a TCP, UDP, SCTP or DCCP port, from the system's table
 * (getservbyport), at out (room RESOLVE_SERVICE_MAX, no NUL); 0 for none.
 */
size_t resolver_service(struct resolver *r, uint8_t proto, uint16_t port, char *out);
