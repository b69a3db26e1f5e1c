/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* nfdump's block compression; the values are nfdump's own numbers. */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum block_codec {
	BLOCK_PLAIN,
	BLOCK_LZO,
	BLOCK_BZ2,
	BLOCK_LZ4,
	BLOCK_ZSTD,
	BLOCK_CODECS
};

/* The size of nfdump's buffer: a block that decompresses to more is damaged. */
#define BLOCK_BYTES_MAX ((size_t)5 << 20)

/* FLOW_EUNSUPPORTED, with what to do, for unknown numbers and for codecs that were not built in. */
enum flow_status block_codec_check(unsigned codec, struct flow_error *err) NODISCARD;

/*
 * Decompresses a block to out, which has room for BLOCK_BYTES_MAX bytes; *out_len is set.
 * FLOW_ECORRUPT (no offset), FLOW_ENOMEM.
 */
enum flow_status block_decompress(enum block_codec codec, const void *in, size_t len, void *out,
    size_t *out_len, struct flow_error *err) NODISCARD;
