/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Templates that exporters announced over UDP, byte for byte, and their option data (kept_data.h), for receivers
 * of -R that were away at the time.  They are sent in separate messages before the exporter's next datagram, so that
 * the receiver can decode it.  Bounded: 1024 sources with 64 KiB of templates, and as much option data, each; beyond
 * that, the source silent for longest is forgotten.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

struct kept_templates;

/* For this number of receivers; NULL when out of memory. */
struct kept_templates *kept_templates_new(size_t receivers);
void kept_templates_free(struct kept_templates *k);

/* Keeps the templates in an exporter's datagram; returns its source, NULL if no v9 or IPFIX, or out of memory. */
struct kept_source *kept_templates_see(struct kept_templates *k, const struct addr *sender, uint16_t port,
    const uint8_t *bytes, size_t len);

/* The receiver has lost its templates: all are owed to it again. */
void kept_templates_owe(struct kept_templates *k, size_t receiver);

/*
 * The next message of templates or option data that this receiver is owed of that source, to be sent before this
 * datagram; NULL when none is left (or the source is NULL).  *len is its length; *step is 0 at first.  Valid until
 * the next call.  A v9 message has the sequence number before the datagram's, an IPFIX message the datagram's less the
 * records of option data that are still to come before it, so that no sequence breaks.
 */
const uint8_t *kept_templates_next(struct kept_templates *k, struct kept_source *source, size_t receiver,
    const uint8_t *datagram, size_t *step, size_t *len);
