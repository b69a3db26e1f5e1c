/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/tally.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "net/proto.h"

/* Above this number, exporters are not listed. */
#define EXPORTERS_SHOWN 50

enum flow_status
tally_init(struct tally *t, uint32_t exporters, size_t events)
{
	memset(t, 0, sizeof(*t));
	t->exporters = exporters;
	t->events = events;
	t->exporter = calloc(exporters, sizeof(*t->exporter));
	t->event = calloc(events + 1, sizeof(*t->event));
	return t->exporter != NULL && t->event != NULL ? FLOW_OK : FLOW_ENOMEM;
}

void
tally_release(struct tally *t)
{
	free(t->exporter);
	free(t->event);
}

static void
count(struct tally_sum *s, int64_t packets, int64_t bytes)
{
	s->flows++;
	s->packets += (uint64_t)packets;
	s->bytes += (uint64_t)bytes;
}

void
tally_batch(struct tally_sum *s, const struct flow_batch *b)
{
	const int64_t *packets, *bytes;
	size_t i;

	if (b == NULL)
		return;
	packets = b->column[FLOW_FIELD_PACKETS].values;
	bytes = b->column[FLOW_FIELD_BYTES].values;
	for (i = 0; i < b->rows; i++)
		count(s, packets[i], bytes[i]);
}

void
tally_add(struct tally *t, const struct flow_batch *b, const struct flow_synth_turn *turn)
{
	const int64_t *packets = b->column[FLOW_FIELD_PACKETS].values, *bytes = b->column[FLOW_FIELD_BYTES].values;
	const uint8_t *proto = b->column[FLOW_FIELD_PROTO].values;
	size_t i;

	for (i = 0; i < b->rows; i++) {
		count(&t->all, packets[i], bytes[i]);
		count(&t->proto[proto[i]], packets[i], bytes[i]);
		count(&t->exporter[turn->exporter], packets[i], bytes[i]);
		count(&t->event[turn->event != NULL ? turn->event[i] : 0], packets[i], bytes[i]);
		if (turn->unseen)
			count(&t->unseen, packets[i], bytes[i]);
	}
}

static void
print(const char *what, const char *name, const struct tally_sum *s)
{
	if (s->flows > 0)
		cli_warn("made: %s%s: flows %" PRIu64 ", packets %" PRIu64 ", bytes %" PRIu64, what, name, s->flows,
		    s->packets, s->bytes);
}

void
tally_print(const struct tally *t, const struct event_spec *event)
{
	char name[ADDR_TEXT_MAX + 1];
	struct addr addr;
	uint32_t i, shown = 0, left = 0;

	for (i = 0; i < 256; i++) {
		name[proto_format((uint8_t)i, name)] = '\0';
		print("protocol ", name, &t->proto[i]);
	}
	for (i = 0; i < t->exporters; i++) {
		if (t->exporter[i].flows == 0)
			continue;
		if (shown == EXPORTERS_SHOWN) {
			left++;
			continue;
		}
		addr = flow_synth_exporter(i);
		name[addr_format(&addr, name)] = '\0';
		print("exporter ", name, &t->exporter[i]);
		shown++;
	}
	if (left > 0)
		cli_warn("made: %" PRIu32 " further exporters are not listed", left);
	for (i = 0; i < t->events; i++)
		print("event ", event[i].name, &t->event[i + 1]);
	print("kept back by outages", "", &t->unseen);
	print("in all", "", &t->all);
}
