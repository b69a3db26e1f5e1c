/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The ledger of imports into an archive: DIRECTORY/.flow-import, a text that is appended to.  A block is
 *
 *	file SIZE MTIME-NS PATH			for each file that was read
 *	damaged SIZE MTIME-NS PATH		the same, but some of it could not be read
 *	counts FLOWS OTHERS LOST DAMAGED FILED	what became of their records
 *	done N					they are filed, or wait in .flow-import.N to be moved
 *
 * and is valid once its last line is there.  A lock on the file excludes a second import.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct import_counts {
	uint64_t flows, others, lost, damaged;	/* records, as the files tell */
	uint64_t filed;				/* rows */
};

struct import_source {
	char *path;		/* absolute */
	uint64_t size;
	int64_t mtime_ns;
	bool damaged;		/* some of it could not be read */
};

struct import_ledger {
	int fd;
	struct import_source *source;	/* sorted by path after reading */
	size_t sources;
	uint64_t *batch;		/* numbers of finished batches */
	size_t batches;
	uint64_t next;			/* an unused number */
	struct import_counts counts;	/* of all blocks */
};

/* Opens (or makes) and locks the ledger of a directory and reads it.  FLOW_ELIMIT where another import runs there. */
enum flow_status import_ledger_open(const char *directory, struct import_ledger *l, struct flow_error *err) NODISCARD;
void import_ledger_close(struct import_ledger *l);

/* Its entry for a file; NULL: none. */
const struct import_source *import_ledger_find(const struct import_ledger *l, const char *path);

/* Whether a batch of that number is done. */
bool import_ledger_has(const struct import_ledger *l, uint64_t batch);

/* Appends a block and syncs it. */
enum flow_status import_ledger_add(struct import_ledger *l, const struct import_source *source, size_t n,
    const struct import_counts *counts, uint64_t batch, struct flow_error *err) NODISCARD;
