/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * MD5 (RFC 1321), for JA3, which is defined by it; not for security.  Our own, because loading libcrypto
 * takes 0.5 ms at each start, a tenth of a search of 288 files that finds nothing.
 */

#include <stddef.h>
#include <stdint.h>

#define MD5_BYTES 16

void md5(const void *bytes, size_t len, uint8_t out[MD5_BYTES]);
