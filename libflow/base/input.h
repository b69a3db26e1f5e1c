/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Bytes in order, from a file, standard input or memory, with a bounded look
 * ahead; files compressed with gzip (RFC 1952) are decompressed on the way.
 *
 *	while (input_peek(in, 16, &p, err) == FLOW_OK) {	p: 16 bytes
 *		... decide how many there are to be ...
 *		input_peek(in, n, &p, err)
 *		input_skip(in, n)
 *	}
 *
 * Reads are large and plain: a file that shrinks while it is read is a
 * truncated file, not a signal.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct input;

/* The most that one input_peek may ask for. */
#define INPUT_PEEK_MAX ((size_t)16 << 20)

/* Opens a path, "-" being standard input.  Errors: FLOW_EIO, FLOW_ENOMEM. */
enum flow_status input_open(const char *path, struct input **in, struct flow_error *err) NODISCARD;

/* Reads the caller's bytes, which stay where they are (never decompressed).  NULL: out of memory. */
struct input *input_memory(const void *bytes, size_t len) NODISCARD;

void input_close(struct input *in);

/*
 * *p points at the next `n` bytes, which stay unread; valid until the next call.
 *   FLOW_END         nothing is left (n > 0)
 *   FLOW_ETRUNCATED  fewer are left; no message, the caller knows what was to come
 *   FLOW_EIO, FLOW_ECORRUPT (gzip), FLOW_ENOMEM, FLOW_ELIMIT (n > INPUT_PEEK_MAX)
 */
enum flow_status input_peek(struct input *in, size_t n, const uint8_t **p,
    struct flow_error *err) NODISCARD;

/* Consumes `n` bytes that were peeked. */
void input_skip(struct input *in, size_t n);

/* Consumes `n` bytes, however many; FLOW_ETRUNCATED if they are not there. */
enum flow_status input_discard(struct input *in, uint64_t n, struct flow_error *err) NODISCARD;

/* Bytes that are there without reading more. */
size_t input_ready(const struct input *in);

/* Bytes consumed so far (after decompression): the offset for messages. */
uint64_t input_offset(const struct input *in);

/* The name for messages: the path, "standard input" or "memory". */
const char *input_name(const struct input *in);
