/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* CRC-32 (the polynomial of GZIP and IEEE 802.3) of a page's bytes as they stand in the file. */
uint32_t crc_page(const void *bytes, size_t len);
