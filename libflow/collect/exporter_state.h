/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Saves a decoder's state across restarts: STATE/.flowcap.PORT.state, where STATE is
 * collect_options.state or, where that is NULL, the directory of the files.
 *
 *	"FLOWKNOW"  u8 length, id of the journal at whose end it was saved  u64 XXH64 of these two
 *	the decoder's state (wire/state/decoder_state.h)
 *
 * Version 0.1.0 had .flowcap.PORT.templates instead, a pcap file of announcements.  Where STATE has no state,
 * that file, or a state with the archive's files, is read; it is removed once there is a state in STATE.
 */

#include "collect/collect_options.h"
#include "collect/journal_file.h"

/* Appends the file's bytes.  Out of memory shows in buf_status(out). */
void exporter_state_save(const struct flow_decoder *decoder, const char *journal_id, struct buf *out);

/* Writes them, all or nothing; false after a log line. */
bool exporter_state_write(const struct collect_options *options, const struct buf *bytes);

/*
 * Gives a new decoder the saved state.  `after` is the id of its journal, "" where there is no state: the
 * state includes the journals up to that one.
 */
void exporter_state_load(const struct collect_options *options, struct flow_decoder *decoder,
    char after[JOURNAL_ID_MAX]);
