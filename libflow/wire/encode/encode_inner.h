/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The inside of an encoder, which encode.c, encode_stage.c and encode_message.c share. */

#include "wire/encode/encode.h"
#include "wire/encode/encode_fixed.h"
#include "wire/encode/encode_presence.h"
#include "wire/encode/encode_sets.h"
#include "wire/encode/encode_sflow.h"
#include "wire/encode/device_profile.h"

/* Rows of one template that wait for their datagram, as records. */
struct stage {
	struct encode_layout layout;
	uint16_t id;
	struct encode_field *field;	/* of the layout, which may change; NULL: somebody else's */
	const struct encode_template *template;	/* which rows it takes; NULL: those of IPv4 */
	uint32_t *row;		/* of the chunk at hand, those that it takes */
	size_t rows, cap;
	struct buf records;
	size_t taken;		/* records at the head that are sent already */
	size_t waiting;		/* records behind them that wait */

	/* Where what is absent is omitted: */
	uint16_t base;		/* the stage of the device's template of which it has some fields */
	struct encode_pattern pattern;	/* those */
	bool fresh;		/* its template has not been sent */
	bool unused;		/* a template that no row fills */
	bool looked;		/* presence is that of the chunk at hand; as the next two for a base alone */
	uint16_t last;		/* the stage of its latest row */
	struct encode_presence *presence;
};

struct flow_encoder {
	struct flow_encoder_options options;
	const struct flow_device *device;
	struct flow_device *own;	/* that device, where nobody else frees it */
	const struct encode_fixed *fixed;	/* NULL: templates, or sFlow */
	struct encode_sflow *sflow;	/* NULL: NetFlow or IPFIX */
	struct encode_context context;
	struct encode_addrs addrs;
	struct stage *stage;		/* one a template; of fixed formats one */
	size_t stages;
	size_t bases;			/* the first of them, which are the device's templates */
	uint16_t *slot;			/* a table of stages by their patterns; NULL: what is absent is sent as 0 */
	uint16_t next_id;		/* of a template */
	size_t waiting;			/* records, of all stages */
	size_t waiting_bytes;		/* of their sets */
	int64_t time_ms;		/* of the last row that waits */
	uint32_t sequence;
	uint32_t since_template;	/* datagrams */
	int64_t template_ms;
	int64_t booted_ms, changed_ms;	/* when it last booted, and templates last changed */
	uint64_t bytes, datagrams, records;	/* exported so far */
	bool started;
	bool deltas;			/* some times count from the second in the header */
	uint64_t skipped, shortened;
};

/* The records that wait become a datagram; FLOW_ENOMEM. */
enum flow_status encode_send(struct flow_encoder *e, int64_t time_ms, struct flow_datagrams *out) NODISCARD;

/* Whether one more record of that stage still fits into the datagram. */
bool encode_fits(const struct flow_encoder *e, const struct stage *s);

/* The whole second that headers of v9 and IPFIX tell. */
static inline int64_t
whole_second(int64_t ms)
{
	return ms >= 0 ? ms - ms % 1000 : ms;
}
