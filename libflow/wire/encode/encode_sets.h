/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The sets of v9 and IPFIX besides data: templates and option data. */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/encode/encode.h"
#include "wire/encode/device_profile.h"

#define ENCODE_SET_HEADER 4

/* Begins a set; returns its offset, for encode_set_end. */
size_t encode_set_begin(struct buf *b, uint16_t id);

/* Ends a set: fills in its length and, with `padding`, pads it to a multiple of 4 bytes. */
void encode_set_end(struct buf *b, size_t at, bool padding);

/* The bytes of a template, or an options template, in its set. */
size_t encode_template_bytes(const struct encode_layout *layout, unsigned version);

/* Appends a template whose fields are the layout's, rotated to begin at `turn`. */
void encode_put_template(struct buf *b, uint16_t id, const struct encode_layout *layout, size_t turn);

/* Appends a set of one options template. */
void encode_put_options_template(struct buf *b, unsigned version, const struct encode_option *o, bool padding);

/* The exporter's facts for option data. */
struct encode_facts {
	struct encode_context context;
	const struct flow_encoder_options *options;
	uint64_t bytes, datagrams, records;	/* exported so far */
};

/* The number of records of this option data. */
size_t encode_option_records(const struct encode_option *o, const struct encode_facts *facts);

/* Appends record i of them. */
void encode_put_option_record(struct buf *b, const struct encode_option *o, const struct encode_facts *facts, size_t i);
