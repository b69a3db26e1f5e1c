/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a decoder knows of exporters, as bytes: templates, what option data told (rates, names,
 * types), sequence numbers, uptimes, data that waits for its template, all with their ages, and the
 * order in which sources were used.  A decoder that is loaded goes on as the one that was saved
 * would have, to the byte:
 *
 *	decode A, save | load, decode B    gives the rows of    decode A, flow_decoder_slot_begin, decode B
 *
 * Counts of the slot and flow_decoder_counts begin at zero.
 *
 *	"FLOWSTA1"  record ...  END record
 *	record      u8 tag, u32 length, payload (all little-endian)
 *	END         u64 XXH64 of every byte before this record
 *
 * What is known of a source, and its templates, follow it.  A reader skips records of tags that it does not
 * know, and ignores what a payload has more than it knows; so later versions may add both.
 */

#include <stddef.h>

#include "base/buf.h"
#include "base/status.h"
#include "wire/decode.h"

/*
 * Appends the state; buf_status(out) tells whether memory sufficed.  Proportional to what is known
 * (10 to 20 MB/10 ms), no disk: a thread that decodes may call it, another one writes it.
 */
void flow_decoder_save(const struct flow_decoder *d, struct buf *out);

/*
 * Gives a new decoder the state.  The bytes are checked as hostile ones are, all of them before
 * anything is kept: FLOW_ECORRUPT (damaged, cut, or not a state) and FLOW_ENOMEM leave the decoder as
 * new, FLOW_EINVAL one that already knows a source.  Sources beyond the decoder's limits, or that its
 * flow_scope makes one, are left out.
 */
enum flow_status flow_decoder_load(struct flow_decoder *d, const void *bytes, size_t len,
    struct flow_error *err) NODISCARD;
