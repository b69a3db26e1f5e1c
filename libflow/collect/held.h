/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Data that waits for its template, across restarts: DIRECTORY/.flowcap.PORT.held, a pcap file whose
 * first datagram, of no exporter, tells after which journal that was.
 */

#include "collect/collect_options.h"
#include "collect/journal_file.h"

/* Appends the file's bytes; nothing where nothing is held.  Out of memory shows in buf_status(out). */
void held_save(const struct flow_decoder *decoder, const struct collect_options *options,
    const char *journal_id, struct buf *out);

/* Writes them, whole or not at all, or removes the file where there are none; false after a log line. */
bool held_write(const struct collect_options *options, const struct buf *bytes);

/*
 * Gives the decoder what was held.  `after` is the id of the journal, "" where nothing is held:
 * what journals up to it hold is known.
 */
void held_load(const struct collect_options *options, struct flow_decoder *decoder,
    char after[JOURNAL_ID_MAX]);
