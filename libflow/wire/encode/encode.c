/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows to the records of their templates, which wait for a datagram. */
#include "wire/encode/encode.h"

#include <stdlib.h>
#include <string.h>

#include "wire/encode/device.h"
#include "wire/encode/encode_datagrams.h"
#include "wire/encode/encode_stage.h"

#define V5_SAMPLING_MAX 16383

/* A flow is at most so long, so that none is older than a router that booted anew. */
#define OLDEST_FLOW_MS 120000

static bool
is_sflow(unsigned version)
{
	return version == 104 || version == 105;
}

static bool
options_valid(const struct flow_encoder_options *o)
{
	if (o->max_bytes < 512 || o->max_bytes > ENCODE_PAYLOAD_MAX)
		return false;
	if (o->version == 5 && o->sampling > V5_SAMPLING_MAX)
		return false;
	return o->version == 9 || o->version == 10 || is_sflow(o->version) ||
	    encode_fixed_find(o->version, o->scheme) != NULL;
}

/* Whether it can tell a rate for all records. */
static bool
announces(const struct flow_encoder *e)
{
	return e->options.version == 5 || ((e->options.version == 9 || e->options.version == 10) &&
	    e->device->tells_rate);
}

static bool
set_up(struct flow_encoder *e)
{
	const struct flow_encoder_options *o = &e->options;

	e->context.sampling = o->sampling > 1 && announces(e) ? o->sampling : 1;
	e->context.domain = o->domain;
	e->context.exporter = o->exporter;
	if (is_sflow(o->version)) {
		e->sflow = encode_sflow_new(o, &e->device->sflow);
		return e->sflow != NULL;
	}
	e->fixed = encode_fixed_find(o->version, o->scheme);
	return encode_stages_new(e);
}

struct flow_encoder *
flow_encoder_new(const struct flow_encoder_options *options)
{
	struct flow_encoder *e = calloc(1, sizeof(*e));
	struct flow_error err;

	if (e == NULL)
		return NULL;
	e->options = *options;
	e->device = options->device;
	if (options->version == 8 && options->scheme == 0)
		e->options.scheme = 1;
	if (e->device == NULL && options->version >= 9 &&
	    flow_device_named("usual", options->version, &e->own, &err) != FLOW_OK) {
		free(e);
		return NULL;
	}
	if (e->device == NULL)
		e->device = e->own;
	if (e->options.max_bytes == 0)
		e->options.max_bytes = e->device != NULL ? e->device->habits.max_bytes : 1400;
	if (options_valid(&e->options) && set_up(e))
		return e;
	flow_encoder_free(e);
	return NULL;
}

void
flow_encoder_free(struct flow_encoder *e)
{
	if (e == NULL)
		return;
	encode_addrs_release(&e->addrs);
	encode_stages_free(e);
	encode_sflow_free(e->sflow);
	flow_device_free(e->own);
	free(e);
}

uint64_t
flow_encoder_skipped(const struct flow_encoder *e)
{
	return e->skipped;
}

struct flow_encoder_taken
flow_encoder_taken(const struct flow_encoder *e)
{
	return e->sflow != NULL ? encode_sflow_taken(e->sflow) : (struct flow_encoder_taken){ 0, 0 };
}

uint64_t
flow_encoder_shortened(const struct flow_encoder *e)
{
	return e->shortened;
}

/* Sorts rows to the stages that take them. */
static enum flow_status
classify(struct flow_encoder *e, const struct flow_batch *batch, size_t from, size_t rows, uint16_t *stage)
{
	enum flow_status st = FLOW_OK;
	size_t i;

	for (i = 0; i < rows && st == FLOW_OK; i++) {
		struct addr src = encode_addr(&e->addrs, batch, FLOW_FIELD_SRC_ADDR, from + i);
		struct addr dst = encode_addr(&e->addrs, batch, FLOW_FIELD_DST_ADDR, from + i);
		unsigned family = addr_is_v4(&src) && addr_is_v4(&dst) ? 4 : 6;

		st = encode_stage_row(e, batch, from + i, family, &stage[i]);
	}
	return st;
}

static enum flow_status
stage_rows(struct flow_encoder *e, const struct flow_batch *batch)
{
	size_t i;

	for (i = 0; i < e->stages; i++) {
		struct stage *s = &e->stage[i];

		if (s->rows == 0)
			continue;
		if (!buf_reserve(&s->records, s->rows * s->layout.size))
			return FLOW_ENOMEM;
		encode_records(&s->layout, &e->context, &e->addrs, batch, s->row, s->rows, buf_end(&s->records));
		s->records.len += s->rows * s->layout.size;
	}
	return FLOW_OK;
}

static int64_t
received(const struct flow_batch *batch, size_t row)
{
	const struct flow_column *c = &batch->column[FLOW_FIELD_RECEIVED];
	int64_t ms = c->form == FLOW_FORM_FLAT ? ((const int64_t *)c->values)[row] : 0;

	return ms > 0 ? ms : 0;
}

/* Times that count from the header's second are those of rows of one second. */
static bool
too_late(const struct flow_encoder *e, int64_t received_ms)
{
	return e->deltas && e->waiting > 0 && whole_second(e->time_ms) != whole_second(received_ms);
}

static enum flow_status
encode_chunk(struct flow_encoder *e, const struct flow_batch *batch, size_t from, size_t rows,
    struct flow_datagrams *out)
{
	uint16_t stage[CHUNK_ROWS];
	size_t i;

	encode_stages_begin(e);
	if (classify(e, batch, from, rows, stage) != FLOW_OK || stage_rows(e, batch) != FLOW_OK)
		return FLOW_ENOMEM;
	for (i = 0; i < rows; i++) {
		struct stage *s;

		if (stage[i] == NO_STAGE)
			continue;
		s = &e->stage[stage[i]];
		if ((!encode_fits(e, s) || too_late(e, received(batch, from + i))) &&
		    encode_send(e, e->time_ms, out) != FLOW_OK)
			return FLOW_ENOMEM;
		e->waiting_bytes += s->layout.size + (s->waiting == 0 ? ENCODE_SET_HEADER + 3 : 0);
		s->waiting++;
		e->waiting++;
		e->time_ms = received(batch, from + i);
	}
	return FLOW_OK;
}

/* The first field of every template moves to its end. */
static void
change_templates(struct flow_encoder *e)
{
	size_t i;

	for (i = 0; i < e->stages; i++) {
		struct stage *s = &e->stage[i];
		struct encode_field first = s->field[0];

		memmove(s->field, s->field + 1, (s->layout.fields - 1) * sizeof(first));
		s->field[s->layout.fields - 1] = first;
	}
	e->started = false;
}

/* What a device does now and then: it boots, or has other templates.  Between rows. */
static enum flow_status
live(struct flow_encoder *e, int64_t now, struct flow_datagrams *out)
{
	const struct encode_habits *h = e->device != NULL ? &e->device->habits : NULL;
	bool boots, changes;

	if (e->context.boot_ms == 0) {
		e->context.boot_ms = whole_second(now) - (h != NULL ? h->uptime_ms : INT64_C(1000000000));
		e->booted_ms = e->changed_ms = now;
	}
	if (h == NULL)
		return FLOW_OK;
	boots = h->reboot_ms > 0 && now - e->booted_ms >= h->reboot_ms;
	changes = h->change_ms > 0 && now - e->changed_ms >= h->change_ms;
	if (!boots && !changes)
		return FLOW_OK;
	if (e->waiting > 0 && encode_send(e, e->time_ms, out) != FLOW_OK)
		return FLOW_ENOMEM;
	encode_stages_begin(e);
	if (changes) {
		change_templates(e);
		e->changed_ms = now;
	}
	if (boots) {
		e->context.boot_ms = whole_second(now) - OLDEST_FLOW_MS;
		e->booted_ms = now;
		e->sequence = 0;
		e->started = false;
	}
	return FLOW_OK;
}

enum flow_status
flow_encoder_batch(struct flow_encoder *e, const struct flow_batch *batch, size_t from,
    size_t rows, struct flow_datagrams *out)
{
	enum flow_status st = encode_addrs_prepare(&e->addrs, batch);
	size_t done, n;

	if (st == FLOW_OK && rows > 0)
		st = live(e, received(batch, from), out);
	if (e->sflow != NULL)
		return st == FLOW_OK ? encode_sflow_rows(e->sflow, &e->addrs, batch, from, rows, out) : st;
	for (done = 0; st == FLOW_OK && done < rows; done += n) {
		n = rows - done < CHUNK_ROWS ? rows - done : CHUNK_ROWS;
		st = encode_chunk(e, batch, from + done, n, out);
	}
	return st;
}

enum flow_status
flow_encoder_flush(struct flow_encoder *e, int64_t now_ms, struct flow_datagrams *out)
{
	if (e->sflow != NULL)
		return encode_sflow_flush(e->sflow, now_ms, out);
	if (e->waiting == 0)
		return FLOW_OK;
	return encode_send(e, now_ms > e->time_ms && !e->deltas ? now_ms : e->time_ms, out);
}
