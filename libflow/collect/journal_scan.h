/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads a complete journal, as much of it as possible: after bytes that are no record, or cannot be read, it
 * continues at the next whole record.
 */

#include <stdint.h>

#include "base/status.h"
#include "wire/decode.h"

struct journal_scan;

/* FLOW_EIO (errno is set), FLOW_ENOMEM. */
enum flow_status journal_scan_open(const char *path, struct journal_scan **scan,
    struct flow_error *err) NODISCARD;
void journal_scan_close(struct journal_scan *scan);

/* The next datagram, whose bytes are valid until the next call; false at the end. */
bool journal_scan_next(struct journal_scan *scan, struct flow_datagram *out);

struct journal_damage {
	uint64_t places;	/* where reading had to begin anew */
	uint64_t bytes;		/* passed over there */
	int64_t first;		/* the offset of the first; -1: none */
	int error;		/* errno of the last failed read; 0: none */
	uint64_t cut;		/* bytes of a partial last record, as a kill leaves it: no damage */
	uint64_t unwritten;	/* bytes at the end lost in a power cut: zeros, and the record they cut; no damage */
};

/* So far. */
const struct journal_damage *journal_scan_damage(const struct journal_scan *scan);
