/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CRC-32 (the polynomial of GZIP and IEEE 802.3) of a page's bytes as they stand in the file. */
uint32_t crc_page(const void *bytes, size_t len);

enum crc_way {
	CRC_PLAIN,		/* zlib's */
	CRC_FOLDED,		/* 16 bytes at a time */
	CRC_FOLDED_WIDE,	/* 64 */
	CRC_WAYS
};

/* The same in one way, for tests; false where this machine, or so few bytes, cannot have it. */
bool crc_page_by(enum crc_way way, const void *bytes, size_t len, uint32_t *crc);
