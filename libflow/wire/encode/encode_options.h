/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The sets of v9 and IPFIX that say what is sent: templates, and option data. */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/encode/encode.h"
#include "wire/encode/encode_layout.h"

#define ENCODE_TEMPLATE_IPV4 256
#define ENCODE_TEMPLATE_IPV6 257
#define ENCODE_TEMPLATE_SAMPLING 258
#define ENCODE_TEMPLATE_INTERFACE 259

#define ENCODE_SET_HEADER 4

/* Bytes of an option record of an interface. */
#define ENCODE_INTERFACE_SIZE (4 + FLOW_ENCODER_NAME_MAX + FLOW_ENCODER_TEXT_MAX)

/* Begins a set; returns where it is, for encode_set_end. */
size_t encode_set_begin(struct buf *b, uint16_t id);

/* Pads a set to a multiple of 4 bytes and tells its length. */
void encode_set_end(struct buf *b, size_t at);

/* A set of the two templates of flows. */
void encode_put_templates(struct buf *b, const struct flow_encoder_options *o,
    const struct encode_layout *ipv4, const struct encode_layout *ipv6);

/* Two sets: the options template of sampling, and its one record. */
void encode_put_sampling(struct buf *b, const struct flow_encoder_options *o);

/* A set of the options template of interfaces. */
void encode_put_interface_template(struct buf *b, const struct flow_encoder_options *o);

/* A set of the records of interfaces [from, from + count). */
void encode_put_interfaces(struct buf *b, const struct flow_encoder_options *o, size_t from,
    size_t count);
