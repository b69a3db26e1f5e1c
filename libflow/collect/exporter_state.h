/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a tree's decoder knows of exporters, across restarts: STATE/.flowcap.PORT.state, where STATE is
 * collect_options.state or, where that is NULL, the directory of the files.
 *
 *	"FLOWKNOW"  u8 length, id of the journal at whose end that was  u64 XXH64 of these two
 *	the decoder's state (wire/state/decoder_state.h)
 *
 * Version 0.1.0 had .flowcap.PORT.templates instead, a pcap file of announcements: it is read where there
 * is no state, and removed when there is one.  A state that is with the files while there is none in STATE is read, and removed, too.
 */

#include "collect/collect_options.h"
#include "collect/journal_file.h"

/* Appends the file's bytes.  Out of memory shows in buf_status(out). */
void exporter_state_save(const struct flow_decoder *decoder, const char *journal_id, struct buf *out);

/* Writes them, whole or not at all; false after a log line. */
bool exporter_state_write(const struct collect_options *options, const struct buf *bytes);

/*
 * Gives a new decoder what was saved.  `after` is the id of the journal, "" where there is no state:
 * what journals up to it hold is known.
 */
void exporter_state_load(const struct collect_options *options, struct flow_decoder *decoder,
    char after[JOURNAL_ID_MAX]);
