/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sflow/sflow.h"

#include "wire/sflow/sflow_counters.h"

#define V5_FLOW 1
#define V5_COUNTERS 2
#define V5_FLOW_EXPANDED 3
#define V5_COUNTERS_EXPANDED 4
#define V5_DISCARDED 5	/* sflow.org, "sFlow Discarded Packet Notification Structures" */
#define V4_FLOW 1
#define V4_COUNTERS 2

/* A datagram whose samples are being decoded. */
struct sflow_datagram {
	struct context ctx;
	struct cursor in;
	struct addr agent;
	struct sequence_step step;
};

/* The format is in the two upper bits. */
static void
read_interface(struct cursor *in, uint32_t *format, uint32_t *value)
{
	uint32_t v = cursor_be32(in);

	*format = v >> 30;
	*value = v & 0x3fffffff;
}

static enum flow_status
finish_sample(struct sflow_datagram *m, enum flow_status st)
{
	if (st != FLOW_EFORMAT)
		return st;
	decoder_count(m->ctx.d, FLOW_COUNT_SAMPLE_BAD, 1);
	return FLOW_OK;
}

/* sequence, source, rate, pool, drops, input, output, number of records */
static enum flow_status
flow_sample_v5(struct sflow_datagram *m, struct cursor body, bool expanded)
{
	struct sflow_sample s = { .ctx = &m->ctx, .in = body };

	cursor_skip(&s.in, expanded ? 12 : 8);
	s.rate = cursor_be32(&s.in);
	cursor_skip(&s.in, 8);
	if (expanded) {
		s.in_format = cursor_be32(&s.in);
		s.in_value = cursor_be32(&s.in);
		s.out_format = cursor_be32(&s.in);
		s.out_value = cursor_be32(&s.in);
	} else {
		read_interface(&s.in, &s.in_format, &s.in_value);
		read_interface(&s.in, &s.out_format, &s.out_value);
	}
	s.records = cursor_be32(&s.in);
	return finish_sample(m, cursor_failed(&s.in) ? FLOW_EFORMAT : sflow_row_v5(&s));
}

static enum flow_status
samples_v5(struct sflow_datagram *m, uint32_t samples)
{
	enum flow_status st = FLOW_OK;

	for (; samples > 0 && st == FLOW_OK; samples--) {
		uint32_t kind = cursor_be32(&m->in);
		struct cursor body = cursor_sub(&m->in, cursor_be32(&m->in));

		if (cursor_failed(&m->in)) {
			decoder_count(m->ctx.d, FLOW_COUNT_DATAGRAM_CUT, 1);
			break;
		}
		if (kind == V5_FLOW || kind == V5_FLOW_EXPANDED)
			st = flow_sample_v5(m, body, kind == V5_FLOW_EXPANDED);
		else if (kind == V5_COUNTERS || kind == V5_COUNTERS_EXPANDED)
			st = sflow_counters_v5(&m->ctx, body, kind == V5_COUNTERS_EXPANDED);
		else if (kind == V5_DISCARDED)
			decoder_count(m->ctx.d, FLOW_COUNT_DISCARDED_PACKETS, 1);
		else
			decoder_count(m->ctx.d, FLOW_COUNT_SAMPLE_UNKNOWN, 1);
	}
	return st;
}

/* v4 has no lengths: a sample ends where its last part ends. */
static enum flow_status
flow_sample_v4(struct sflow_datagram *m)
{
	struct sflow_sample s = { .ctx = &m->ctx, .in = m->in };
	enum flow_status st;

	cursor_skip(&s.in, 8);
	s.rate = cursor_be32(&s.in);
	cursor_skip(&s.in, 8);
	read_interface(&s.in, &s.in_format, &s.in_value);
	read_interface(&s.in, &s.out_format, &s.out_value);
	st = cursor_failed(&s.in) ? FLOW_EFORMAT : sflow_row_v4(&s);
	m->in = s.in;
	m->in.failed |= st == FLOW_EFORMAT;
	return finish_sample(m, st);
}

static enum flow_status
samples_v4(struct sflow_datagram *m, uint32_t samples)
{
	enum flow_status st = FLOW_OK;

	for (; samples > 0 && st == FLOW_OK; samples--) {
		uint32_t kind = cursor_be32(&m->in);

		if (kind == V4_FLOW && !cursor_failed(&m->in)) {
			st = flow_sample_v4(m);
		} else if (kind == V4_COUNTERS) {
			st = sflow_counters_v4(&m->ctx, &m->in);
		} else {
			decoder_count(m->ctx.d, FLOW_COUNT_SAMPLE_UNKNOWN, 1);
			return st;
		}
		if (cursor_failed(&m->in)) {
			decoder_count(m->ctx.d, FLOW_COUNT_DATAGRAM_CUT, 1);
			break;
		}
	}
	return st;
}

struct addr
sflow_agent(struct cursor *in, const struct flow_datagram *dg)
{
	struct addr agent;

	if (!sflow_addr(in, &agent) || addr_equal(&agent, &addr_any4) ||
	    (addr_hi(&agent) == 0 && addr_lo(&agent) == 0))
		return dg->exporter;
	return agent;
}

enum flow_status
sflow_decode(struct flow_decoder *d, const struct flow_datagram *dg, unsigned version,
    struct flow_builder *out)
{
	struct sflow_datagram m = { .in = cursor_make(dg->bytes, dg->len),
		.ctx = { .d = d, .out = out } };
	struct source_key key;
	uint32_t sub_agent, samples;

	m.ctx.version = version == 5 ? SFLOW_V5_EXPORT : SFLOW_V4_EXPORT;
	m.ctx.when = (struct moment){ .received_ms = dg->received_ms, .export_ms = dg->received_ms };
	cursor_skip(&m.in, 4);
	m.agent = sflow_agent(&m.in, dg);
	sub_agent = version == 5 ? cursor_be32(&m.in) : 0;
	m.step.number = cursor_be32(&m.in);
	m.step.uptime_ms = cursor_be32(&m.in);
	samples = cursor_be32(&m.in);
	if (cursor_failed(&m.in)) {
		decoder_count(d, FLOW_COUNT_DATAGRAM_SHORT, 1);
		return FLOW_OK;
	}
	key = source_key(d, dg, m.ctx.version, sub_agent);
	key.exporter = m.agent;
	key.port = 0;		/* the sequence number is the sub-agent's on any port */
	m.ctx.src = source_of(d, dg, &key);
	if (m.ctx.src == NULL)
		return FLOW_ENOMEM;
	m.step.advance = m.step.other = 1;
	m.step.has_uptime = true;
	source_step(d, m.ctx.src, &m.step);
	return version == 5 ? samples_v5(&m, samples) : samples_v4(&m, samples);
}
