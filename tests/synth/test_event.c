/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/synth.h"

#include <string.h>

#include "base/attr.h"
#include "net/proto.h"
#include "tap.h"

#define VALUE(batch, id, type, row) (((const type *)(batch)->column[FLOW_FIELD_##id].values)[row])
#define NOON INT64_C(1767268800000)	/* 2026-01-01T12:00:00Z */

static struct event_spec
spec(const char *text)
{
	struct event_spec s;
	struct flow_error err;

	memset(&s, 0, sizeof(s));
	tap_check(event_spec_parse(text, strlen(text), NOON, &s, &err) == FLOW_OK, __FILE__, __LINE__, text);
	return s;
}

static bool
refused(const char *text)
{
	struct event_spec s;

	return event_spec_parse(text, strlen(text), NOON, &s, NULL) == FLOW_EINVAL;
}

static void
test_words(void)
{
	struct event_spec s = spec(
	    "syn-flood,start=1m30s,duration=90,ramp=1500ms,rate=0.25,src=10.0.0.0/8,dst=192.0.2.1,port=80");

	is_str(s.name, "syn-flood");
	is_int(s.start_ms, 90000);
	ok(!s.start_is_instant);
	is_int(s.duration_ms, 90000);
	is_int(s.ramp_ms, 1500);
	is_int(s.gap_ns, INT64_C(4000000000));
	is_int(s.src_bits, 8);
	is_int(s.dst_bits, 32);
	is_int(s.port, 80);
	is_int(s.hosts, -1);
	s = spec("spike service=ntp\tname=x,start=2026-01-01T12:30:00Z rate=2k");
	is_int(s.proto, PROTO_UDP);
	is_int(s.port, 123);
	is_str(s.name, "x");
	ok(s.start_is_instant);
	is_int(s.start_ms, NOON + 1800000);
	is_int(s.gap_ns, 500000);
	s = spec("beacon,interval=500ms,start=now-1h");
	is_int(s.gap_ns, 500000000);
	is_int(s.start_ms, NOON - 3600000);
}

static void
test_refused(void)
{
	static const char *const texts[] = {
		"", "beacons", "beacon,rate", "beacon,rate=", "beacon,rate=0", "beacon,rate=0.0001",
		"beacon,rate=-1", "beacon,interval=0", "beacon,interval=2000d", "beacon,jitter=101",
		    "beacon,src=10.0.0.0/33",
		"beacon,src=10.0.0", "beacon,port=0", "beacon,port=65536", "beacon,exporter=65536",
		    "beacon,service=ssh",
		"beacon,name=a\"b", "beacon,name=", "beacon,start=", "beacon,start=-", "beacon,duration=-3",
		"beacon,rate=99999999999999999999", "vertical-scan,port=3",
	};
	size_t i;

	/* A comma at the end says nothing. */
	ok(!refused("beacon,"));
	for (i = 0; i < ARRAY_LEN(texts); i++)
		tap_check(refused(texts[i]), __FILE__, __LINE__, texts[i]);
}

struct seen {
	uint64_t rows, event_rows, unseen;
	int64_t first_min, first_max;
	unsigned faults;
};

/* Runs to the end, and looks at every row of events. */
static struct seen
run(const struct flow_synth_options *o, size_t turn_rows)
{
	struct flow_synth *s = flow_synth_new(o);
	struct flow_builder *b = flow_builder_new();
	struct seen seen = { 0, 0, 0, INT64_MAX, INT64_MIN, 0 };
	struct flow_synth_turn turn;
	int64_t last = 0;
	size_t i;

	for (;;) {
		const struct flow_batch *batch;

		flow_builder_clear(b);
		if (flow_synth_next(s, turn_rows, b, &turn) != FLOW_OK || turn.rows == 0)
			break;
		batch = flow_builder_batch(b);
		seen.faults += batch->rows != turn.rows || turn.rows > turn_rows;
		seen.rows += turn.rows;
		seen.unseen += turn.unseen ? turn.rows : 0;
		for (i = 0; i < turn.rows; i++) {
			int64_t first = VALUE(batch, FIRST, int64_t, i), end = VALUE(batch, LAST, int64_t, i),
			    received = VALUE(batch, RECEIVED, int64_t, i);

			seen.faults += received < last || first > end || end > received / 1000 * 1000;
			last = received;
			if (turn.event == NULL || turn.event[i] == 0)
				continue;
			seen.event_rows++;
			seen.first_min = first < seen.first_min ? first : seen.first_min;
			seen.first_max = first > seen.first_max ? first : seen.first_max;
		}
	}
	for (i = 0; i < o->events; i++)
		seen.faults += flow_synth_event_rows(s, i) == 0;
	flow_builder_free(b);
	flow_synth_free(s);
	return seen;
}

/* 100 s, 100 flows of the mix a second. */
static struct flow_synth_options
options(const struct event_spec *event, size_t events)
{
	struct flow_synth_options o = FLOW_SYNTH_OPTIONS_INIT;

	o.flows = 10000;
	o.rate = 100000;
	o.exporters = 3;
	o.event = event;
	o.events = events;
	return o;
}

/* Each kind: flows begin in the window (answers up to 40 ms later), all times are in order, the mix is all there. */
static void
test_kinds(void)
{
	size_t i;

	for (i = 0; event_kind(i) != NULL; i++) {
		struct event_spec s = spec(event_kind(i)->name);
		struct flow_synth_options o = options(&s, 1);
		struct seen seen;

		s.start_ms = 20000;
		s.duration_ms = 70000;
		seen = run(&o, 256);
		is_uint(seen.faults, 0);
		if (event_kind(i)->effect != EFFECT_FLOWS) {
			is_uint(seen.rows, 10000);
			continue;
		}
		is_uint(seen.rows - seen.event_rows, 10000);
		tap_check(seen.first_min >= o.start_ms + 20000 && seen.first_max < o.start_ms + 90040, __FILE__,
		    __LINE__,
		    s.name);
	}
}

/*
 * The area under 10 s up, 60 s, 10 s down at 50 a second is 3500, and a little more, since it begins with a
 * fiftieth; a beacon without jitter comes every 7 s: 15 times in 100 s, with answers 30.
 */
static void
test_rates(void)
{
	struct event_spec s = spec("udp-flood,start=10,duration=80,ramp=10,rate=50"),
	    b = spec("beacon,interval=7,jitter=0");
	struct flow_synth_options o = options(&s, 1);
	struct seen seen = run(&o, 256);

	ok(seen.event_rows > 3400 && seen.event_rows < 3600);
	o = options(&b, 1);
	is_uint(run(&o, 256).event_rows, 30);
	/* The size of turns changes nothing of that. */
	is_uint(run(&o, 7).event_rows, 30);
	is_uint(run(&o, 5000).event_rows, 30);
}

/* With one exporter its outage is all of those seconds; a moved way is no exporter's. */
static void
test_unseen(void)
{
	struct event_spec s = spec("outage,start=50,duration=10"), a = spec("asymmetric,interface=3");
	struct flow_synth_options o = options(&s, 1);

	o.exporters = 1;
	is_uint(run(&o, 256).unseen, 1000);
	o.event = &a;
	ok(run(&o, 256).unseen > 10);
	o.exporters = 2;
	is_uint(run(&o, 256).unseen, 0);
}

/* Everything at once, as addresses of IPv6 as well. */
static void
test_together(void)
{
	struct event_spec s[64];
	struct flow_synth_options o = options(s, 0);
	struct seen seen;

	for (o.events = 0; event_kind(o.events) != NULL; o.events++) {
		s[o.events] = spec(event_kind(o.events)->name);
		if (o.events % 2 == 0) {
			s[o.events].src = spec("beacon,src=2001:db8::/64").src;
			s[o.events].src_bits = 64;
		}
	}
	seen = run(&o, 256);
	is_uint(seen.faults, 0);
	is_uint(seen.event_rows > 10000, 1);
	o.start_ms = FLOW_SYNTH_EVENTS_BEFORE_MS;
	ok(flow_synth_new(&o) == NULL);
	o.start_ms--;
	is_uint(run(&o, 256).faults, 0);
	/* Far away, too long. */
	s[0] = spec("beacon,start=9999-01-01,duration=100000d,ramp=100000d");
	s[1] = spec("worm,start=100000d,interval=300d");
	o.events = 2;
	is_uint(run(&o, 256).event_rows, 0);
}

int
main(void)
{
	test_words();
	test_refused();
	test_kinds();
	test_rates();
	test_unseen();
	test_together();
	return tap_done();
}
