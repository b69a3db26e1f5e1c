/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The data of a file of flow-tools that is one zlib stream, part by part.  A stream can only be decompressed from
 * its beginning: reading the next part goes on, reading an earlier one starts again.  Parts that are passed over
 * are kept for a while, as other threads will ask for them.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct flow_tools_file;
struct flow_tools_inflate;

/* NULL when out of memory. */
struct flow_tools_inflate *flow_tools_inflate_new(void);
void flow_tools_inflate_free(struct flow_tools_inflate *z);

/*
 * Decompresses bytes `offset` to `offset + want` of the data to out; *got < want where the data ends. `offset` is
 * a multiple of `want`.  FLOW_ECORRUPT where the stream is damaged, or ends without its end mark, after *got
 * bytes; FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status flow_tools_inflate_read(const struct flow_tools_file *file, uint64_t offset, uint8_t *out,
    size_t want, size_t *got, struct flow_error *err) NODISCARD;
