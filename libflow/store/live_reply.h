/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The protocol between a collector and a reader, over the socket in an archive's directory (flowcap(1), FILES).  The
 * reader sends one byte:
 *
 *	's'   the open slots.  Answered with a header and a record for each slot.
 *	'm'   the state of the collector.  Answered with a header of no slots, then the text of GET /metrics.
 *	'c'   the number of the last slot whose file was, or is being, finished.  Answered with a header of no slots.
 *
 * All numbers little-endian.
 *
 *	header  "flowlive"  u32 version  u32 slots  u64 bytes of it all  u64 run  u64 number  u32 status  u32 unwritten
 *	slot    u16 + path  u64 at  u64 + tail
 *
 * A slot is a file of the profile (flow-file(5)) that is still being written: the first `at` bytes of a file,
 * then `tail`.  The file has no name: if `at` > 0, a descriptor for reading comes (SCM_RIGHTS) with the first
 * byte of the slot's record, one for each.  The path is the one that the finished file will have, relative to the
 * socket's directory, and never leads out of it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

#define LIVE_ASK_SLOTS 's'
#define LIVE_ASK_NUMBER 'c'
#define LIVE_ASK_METRICS 'm'

#define LIVE_HEADER_BYTES ((size_t)48)

/* Longer replies are refused. */
#define LIVE_REPLY_MAX (UINT64_C(1) << 30)

/* Names of sockets: LIVE_PREFIX, a part that the collector chooses, LIVE_SUFFIX. */
#define LIVE_PREFIX ".flowcap."
#define LIVE_SUFFIX ".live"

enum live_status {
	LIVE_OK,
	LIVE_BUSY,	/* the decoding thread does not answer */
};

struct live_header {
	uint64_t bytes;		/* of the reply, header included */
	uint64_t run;		/* differs after each restart */
	uint64_t number;	/* of slots whose files are finished, or being finished */
	uint32_t status;	/* enum live_status */
	uint32_t unwritten;	/* slots that could not be written: only journals have their flows */
	uint32_t slots;
};

struct live_reply_slot {
	const char *path;	/* not NUL-terminated */
	size_t path_len;
	uint64_t at;
	const uint8_t *tail;
	size_t tail_len;
};

/* Appends a header; its `slots` and `bytes` are set by live_reply_end. */
void live_reply_begin(struct buf *out, const struct live_header *header);
void live_reply_slot(struct buf *out, const struct live_reply_slot *slot);
/* `start` is out->len before live_reply_begin. */
void live_reply_end(struct buf *out, size_t start, uint32_t slots);

/* Parses LIVE_HEADER_BYTES.  FLOW_EFORMAT with a message. */
enum flow_status live_header_parse(const uint8_t *bytes, struct live_header *header, struct flow_error *err) NODISCARD;

/*
 * Parses the header->slots slots behind a header into an allocated array, which points into the bytes.
 * FLOW_EFORMAT if they contradict the header, or if a path leads out of the directory; FLOW_ENOMEM.
 */
enum flow_status live_slots_parse(const struct live_header *header, const uint8_t *bytes, size_t len,
    struct live_reply_slot **slots, struct flow_error *err) NODISCARD;

/* Whether a name is that of a socket. */
bool live_is_socket_name(const char *name);
