/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The templates that exporters have announced over UDP, as they sent them, for receivers of -R that were away when
 * they did.  They go out in messages of their own, before the next datagram of the exporter, so that the receiver can
 * decode that one.  Bounded: 1024 sources, and 64 KiB of each; of more, who was not heard for longest is forgotten.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

struct kept_templates;

/* For so many receivers; NULL when out of memory. */
struct kept_templates *kept_templates_new(size_t receivers);
void kept_templates_free(struct kept_templates *k);

/* An exporter's datagram: keeps what it announces.  What is no NetFlow v9 or IPFIX is nobody's. */
struct kept_source *kept_templates_see(struct kept_templates *k, const struct addr *sender, uint16_t port,
    const uint8_t *bytes, size_t len);

/* The receiver has lost what it knew. */
void kept_templates_owe(struct kept_templates *k, size_t receiver);

/*
 * The next message for a receiver that is owed templates of that source (NULL: none), to be sent before this datagram of it;
 * NULL: there is no more, and nothing is owed now.  *len is its length; *step is 0 at first.  Valid until the next call.
 * The number of a v9 message is that before the datagram's, of an IPFIX one the same, so that no sequence is broken.
 */
const uint8_t *kept_templates_next(struct kept_templates *k, struct kept_source *source, size_t receiver,
    const uint8_t *datagram, size_t *step, size_t *len);
