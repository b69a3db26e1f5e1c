/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Random access to the bytes of an old file: a descriptor, or memory.  Any number of threads may read. */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct old_bytes {
	int fd;			/* borrowed; -1: in memory */
	const uint8_t *memory;	/* borrowed */
	uint64_t size;
};

/* The bytes of a regular file; FLOW_EIO, FLOW_EUNSUPPORTED for a file without a size (a pipe). */
enum flow_status old_bytes_of_fd(int fd, struct old_bytes *bytes, struct flow_error *err) NODISCARD;

/*
 * Reads exactly `len` bytes at `offset` to `out`.  FLOW_ETRUNCATED if the file ends before, also if it shrank
 * meanwhile; FLOW_EIO.
 */
enum flow_status old_bytes_read(const struct old_bytes *bytes, uint64_t offset, void *out, size_t len,
    struct flow_error *err) NODISCARD;
