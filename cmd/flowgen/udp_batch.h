/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Sends datagrams with few system calls and few walks through the kernel: sendmmsg takes several messages, and a
 * message several datagrams of one length, which the kernel cuts apart late (UDP_SEGMENT, Linux 4.18).  Receivers
 * get the same datagrams either way.
 */

#include <stdbool.h>
#include <stddef.h>

#include "flow.h"

/* Datagrams per system call. */
#define UDP_BATCH_MAX 64

/* A connected socket; `segments`: its kernel and its route cut messages into datagrams, as far as is known. */
struct udp_batch {
	int fd;
	bool segments;
};

/* Sets up what to do with that socket, which stays the caller's. */
void udp_batch_init(struct udp_batch *b, int fd);

/*
 * Sends datagrams [from, from + n), n <= UDP_BATCH_MAX, or the first of them.  Returns how many; -1 with errno if
 * none was sent.  Where the kernel declines to cut, tries again without, from then on.
 */
int udp_batch_send(struct udp_batch *b, const struct flow_datagrams *d, size_t from, size_t n);
