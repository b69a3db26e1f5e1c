/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CRC-32 (the polynomial of GZIP and IEEE 802.3) of a page's bytes in the file. */
uint32_t crc_page(const void *bytes, size_t len);

enum crc_way {
	CRC_PLAIN,		/* zlib's */
	CRC_FOLDED,		/* 16 bytes at a time */
	CRC_FOLDED_WIDE,	/* 64 bytes at a time */
	CRC_WAYS
};

/* The same by one method, for tests; false if the machine lacks it, or len is too small for it. */
bool crc_page_by(enum crc_way way, const void *bytes, size_t len, uint32_t *crc);
