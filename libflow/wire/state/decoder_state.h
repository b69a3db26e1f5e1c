/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A decoder's knowledge of exporters, as bytes: templates, facts from option data (rates, names,
 * types), sequence numbers, uptimes, data that waits for its template, all with their ages, and the
 * order in which sources were used.  A loaded decoder continues exactly as the saved one would have:
 *
 *	decode A, save | load, decode B    gives the rows of    decode A, flow_decoder_slot_begin, decode B
 *
 * Counts of the slot and flow_decoder_counts begin at zero.
 *
 *	"FLOWSTA1"  record ...  END record
 *	record      u8 tag, u32 length, payload (all little-endian)
 *	END         u64 XXH64 of every byte before this record
 *
 * A source's facts and templates follow its record.  A reader skips records of unknown tags, and
 * ignores bytes of a payload beyond those it knows; so later versions may add both.
 */

#include <stddef.h>

#include "base/buf.h"
#include "base/status.h"
#include "wire/decode.h"

/*
 * Appends the state; buf_status(out) tells whether memory sufficed.  The time is proportional to the
 * state (10 to 20 MB/10 ms); no disk is touched, so a decoding thread may call it and another write it.
 */
void flow_decoder_save(const struct flow_decoder *d, struct buf *out);

/*
 * Gives a new decoder the state.  The bytes are treated as hostile, and all are checked before any
 * is kept: FLOW_ECORRUPT (damaged, cut, or not a state) and FLOW_ENOMEM leave the decoder new.
 * FLOW_EINVAL: the decoder already knows a source.  Sources beyond the decoder's limits, or
 * duplicates under its flow_scope, are left out.
 */
enum flow_status flow_decoder_load(struct flow_decoder *d, const void *bytes, size_t len,
    struct flow_error *err) NODISCARD;
