/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* SHA-256 (FIPS 180-4), for JA4, which is defined by it.  Our own for the reason in base/md5.h. */

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32

void sha256(const void *bytes, size_t len, uint8_t out[SHA256_BYTES]);
