/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Rows -> export datagrams: NetFlow v1, v5, v7, v8, v9, IPFIX and sFlow, as one exporter would
 * send them.  The reverse of wire/decode.h.
 *
 *	encoder = flow_encoder_new(&options)
 *	flow_encoder_batch(encoder, batch, 0, batch->rows, &datagrams)   full datagrams so far
 *	... send or write datagrams.item[i], flow_datagrams_clear ...
 *	flow_encoder_flush(encoder, now_ms, &datagrams)                  what is left
 *
 * Time       A datagram is exported at the `received` of its last row; callers give
 *            rows in that order.  v9 headers know whole seconds only, so the header's
 *            uptime is that of the begun second: `first` and `last` keep their
 *            milliseconds.
 * Templates  Those of the device (wire/encode/device.h), in datagrams of their own, with option
 *            data, at the beginning and as often as it has them again.
 * Sequence   v5, v7, v8 flows, v9 and sFlow datagrams, IPFIX data records (option records too).
 * Absent     A device that omits what is absent (v9 and IPFIX; "usual" and "all" do) has a template for
 *            each set of columns that rows have, up to 512.  Others send it as 0, and so do fixed formats.
 *            Rows that no template takes are skipped and counted, such as IPv6 in versions before 9; an AS above
 *            65535 becomes 23456 where it has 2 bytes (RFC 6793).
 * Sampling   Counters are divided by the announced rate, where it can be announced: in v5, and by devices of v9 and
 *            IPFIX that do.
 * sFlow      Without `skip` a row is one sample: its rate is the row's packets, the packet's length bytes / packets.
 *            With it rows are whole flows, of which an agent takes packets: each is a sample, of the rate `sampling`.
 *            The pool of an interface counts all packets that came in by it; of the lengths of frames, all packets
 *            of a flow together have its bytes; the first packet has its SYN, the last one its FIN or RST.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "net/addr.h"
#include "record/batch.h"

/* Numbers of sFlow's versions beside those of NetFlow, as in the column export_version. */
#define FLOW_SFLOW4 104
#define FLOW_SFLOW5 105

#define FLOW_ENCODER_NAME_MAX 16
#define FLOW_ENCODER_TEXT_MAX 32

/* What option data tells about an interface; texts are padded with NULs. */
struct flow_encoder_interface {
	uint32_t index;
	char name[FLOW_ENCODER_NAME_MAX];
	char text[FLOW_ENCODER_TEXT_MAX];	/* description */
};

struct flow_device;

struct flow_encoder_options {
	uint8_t version;	/* 1, 5, 7, 8, 9, 10 (IPFIX), 104, 105 (sFlow v4, v5) */
	uint8_t scheme;		/* of v8: 1 .. 14; 0 is 1 */
	const struct flow_device *device;	/* of that version, borrowed; NULL: the usual one */
	struct addr exporter;	/* sFlow's agent, and where templates name it */
	uint32_t domain;	/* source id, observation domain; v5: engine type << 8 | id */
	uint32_t sampling;	/* announced rate, 1 too; 0: none (v5: at most 16383) */
	const struct flow_encoder_interface *interface;	/* announced; borrowed; v5: ignored */
	size_t interfaces;
	/* sFlow: draws how many packets pass before the next one is taken; NULL: rows are samples. */
	uint64_t (*skip)(void *skipper);
	void *skipper;		/* borrowed */
	size_t max_bytes;	/* of a v9, IPFIX or sFlow datagram, 512 .. 65487; 0: the device's */
};

/* Datagrams, one behind the other in `bytes`. */
struct flow_datagrams {
	struct buf bytes;
	struct flow_datagram_span {
		size_t offset, len;
		int64_t time_ms;	/* when it is exported */
		uint32_t rows;		/* flows in it */
	} *item;
	size_t count, cap;
};

#define FLOW_DATAGRAMS_INIT { BUF_INIT, NULL, 0, 0 }

void flow_datagrams_release(struct flow_datagrams *d);
/* Forgets the datagrams, keeps the memory. */
void flow_datagrams_clear(struct flow_datagrams *d);

struct flow_encoder;

/* NULL when out of memory or for options out of range. */
struct flow_encoder *flow_encoder_new(const struct flow_encoder_options *options) NODISCARD;
void flow_encoder_free(struct flow_encoder *e);

/*
 * Encodes rows [from, from + rows) of a batch (addresses FLAT or DICT) and appends
 * the datagrams that are full; the rest waits.  FLOW_ENOMEM loses the rows of this call.
 */
enum flow_status flow_encoder_batch(struct flow_encoder *e, const struct flow_batch *batch,
    size_t from, size_t rows, struct flow_datagrams *out) NODISCARD;

/* Appends a datagram of the rows that wait, exported now (or at its last row's time if later). */
enum flow_status flow_encoder_flush(struct flow_encoder *e, int64_t now_ms,
    struct flow_datagrams *out) NODISCARD;

/* Rows that the version cannot express, skipped since flow_encoder_new. */
uint64_t flow_encoder_skipped(const struct flow_encoder *e);

/* Samples that an sFlow encoder with `skip` has made, and the bytes of their frames; 0 for others. */
struct flow_encoder_taken {
	uint64_t samples, frame_bytes;
};
struct flow_encoder_taken flow_encoder_taken(const struct flow_encoder *e);

/* Rows that were sent without some of their columns, as there are too many kinds of rows for a template each. */
uint64_t flow_encoder_shortened(const struct flow_encoder *e);
