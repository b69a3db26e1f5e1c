/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Bytes of an old file at any place: of a descriptor, or in memory.  Any number of threads may read. */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct old_bytes {
	int fd;			/* borrowed; -1: in memory */
	const uint8_t *memory;	/* borrowed */
	uint64_t size;
};

/* The bytes of a regular file; FLOW_EIO, FLOW_EUNSUPPORTED for what has no size (pipes). */
enum flow_status old_bytes_of_fd(int fd, struct old_bytes *bytes, struct flow_error *err) NODISCARD;

/*
 * Reads exactly `len` bytes at `offset` to `out`.  FLOW_ETRUNCATED where the file ends before, also
 * because it became shorter; FLOW_EIO.
 */
enum flow_status old_bytes_read(const struct old_bytes *bytes, uint64_t offset, void *out, size_t len,
    struct flow_error *err) NODISCARD;
