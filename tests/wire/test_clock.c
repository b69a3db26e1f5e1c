/* SPDX-License-Identifier: BSD-2-Clause */
/* Exporters' clocks against the receive time, and times that cannot be; offsets worked out by hand. */
#include <string.h>

#include "tap.h"
#include "time/span_text.h"
#include "wire/wire_helper.h"

#define S 1000
#define HOUR (3600 * INT64_C(1000))
#define DAY (24 * HOUR)

/* A v5 datagram whose header says `clock_s`, uptime 3600 s; its flow began 5 s and ended 1 s before. */
static void
v5(struct wire *w, uint32_t clock_s)
{
	struct buf b = BUF_INIT;

	put_hex(&b, "0005 0001 0036ee80");
	buf_append_be32(&b, clock_s);
	put_hex(&b, "00000000 00000000 0000 0000"
	    "0a000001 0a000002 00000000 0001 0002 00000005 000001f4 0036daf8 0036ea98"
	    "0001 0002 00 00 06 00 0000 0000 00 00 0000");
	wire_feed(w, &b);
	buf_release(&b);
}

static struct flow_source_info
info_of(const struct wire *w)
{
	struct flow_source_info info;

	flow_decoder_source(w->d, 0, &info);
	return info;
}

/* A minute is not off, a second more is; told once. */
static void
test_minute(struct wire *w)
{
	struct flow_exporter_news news;

	w->dg.received_ms = INT64_C(1700000000) * S;
	v5(w, 1700000060);
	ok(flow_decoder_news(w->d, &news) && news.begins && !news.clock && !news.times);
	is_uint(news.version, 5);
	ok(!news.waits);
	v5(w, 1699999940);
	is_uint(wire_count(w, FLOW_COUNT_CLOCK_WRONG), 0);
	ok(!flow_decoder_news(w->d, &news));
	v5(w, 1699999939);
	is_uint(wire_count(w, FLOW_COUNT_CLOCK_WRONG), 1);
	ok(flow_decoder_news(w->d, &news) && news.clock && !news.times);
	is_int(news.ahead_ms, -61 * S);
	is_int(news.header_ms, INT64_C(1699999939) * S);
	v5(w, 1700003600);
	ok(!flow_decoder_news(w->d, &news));
	is_uint(info_of(w).clock_wrong, 2);
	is_int(info_of(w).clock_ahead_ms, 3600 * S);
	/* As it says, where nothing else was asked for. */
	is_uint(wire_number(w, FLOW_FIELD_LAST, 3), (uint64_t)((INT64_C(1700003600) - 1) * S));
	flow_decoder_slot_begin(w->d);
	is_uint(info_of(w).clock_wrong, 0);
}

/* Moved by the offset, which stays the same while seconds and delays vary by less than two. */
static void
test_fix(struct wire *w)
{
	const int64_t t = INT64_C(1700000000) * S;

	w->dg.received_ms = t;
	v5(w, 1700000000 + 86400);
	w->dg.received_ms = t + 1400;
	v5(w, 1700000001 + 86400);
	w->dg.received_ms = t + 10 * S;
	v5(w, 1700000010 - 3600);
	/* Near enough to be right again. */
	v5(w, 1700000010 + 20);
	is_int((int64_t)wire_number(w, FLOW_FIELD_FIRST, 0), t - 5 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_LAST, 0), t - 1 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_FIRST, 1), t + 1 * S - 5 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_FIRST, 2), t + 10 * S - 5 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_FIRST, 3), t + 30 * S - 5 * S);
	/* A device without a clock: its uptimes are right, its clock is moved by 53 years. */
	v5(w, 0);
	is_int((int64_t)wire_number(w, FLOW_FIELD_FIRST, 4), t + 10 * S - 5 * S);
}

/* Absolute times in records move too, of all kinds; IPFIX header at 1700000000 - 86400. */
static void
test_fix_absolute(struct wire *w)
{
	const int64_t t = INT64_C(1700000000) * S;
	struct buf b = BUF_INIT;
	size_t set;

	w->dg.received_ms = t;
	put_hex(&b, "000a 0000 65529f80 00000000 00000000");
	set = put_set(&b, 2);
	/* 152, 153 and 323 of 8 bytes; then 150, 151 of 4; then 158, 159: microseconds before the export */
	put_hex(&b, "0100 0003 0098 0008 0099 0008 0143 0008"
	    "0101 0002 0096 0004 0097 0004  0102 0002 009e 0004 009f 0004");
	put_set_end(&b, set);
	set = put_set(&b, 256);
	buf_append_be64(&b, (uint64_t)(t - DAY - 9 * S));
	buf_append_be64(&b, (uint64_t)(t - DAY - 2 * S));
	buf_append_be64(&b, (uint64_t)(t - DAY - 1 * S));
	put_set_end(&b, set);
	set = put_set(&b, 257);
	buf_append_be32(&b, 1700000000 - 86400 - 8);
	buf_append_be32(&b, 1700000000 - 86400 - 3);
	put_set_end(&b, set);
	set = put_set(&b, 258);
	buf_append_be32(&b, 7000000);
	buf_append_be32(&b, 4000000);
	put_set_end(&b, set);
	wire_feed(w, &b);
	is_uint(wire_rows(w), 3);
	is_int((int64_t)wire_number(w, FLOW_FIELD_FIRST, 0), t - 9 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_LAST, 0), t - 2 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_EVENT_TIME, 0), t - 1 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_FIRST, 1), t - 8 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_LAST, 1), t - 3 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_FIRST, 2), t - 7 * S);
	is_int((int64_t)wire_number(w, FLOW_FIELD_LAST, 2), t - 4 * S);
	is_uint(wire_count(w, FLOW_COUNT_TIMES_WRONG), 0);
	buf_release(&b);
}

/* One row with these times. */
static void
row(struct wire *w, int64_t first, int64_t last)
{
	struct buf b = BUF_INIT;
	size_t set;

	put_ipfix_header(&b, 0, 0);
	set = put_set(&b, 256);
	buf_append_be64(&b, (uint64_t)first);
	buf_append_be64(&b, (uint64_t)last);
	put_set_end(&b, set);
	wire_feed(w, &b);
	buf_release(&b);
}

static void
test_impossible(struct wire *w)
{
	const int64_t t = INT64_C(1700000000) * S, begin = INT64_C(631152000) * S;
	struct flow_exporter_news news;

	w->dg.received_ms = t;
	row(w, t - HOUR, t);
	ok(flow_decoder_news(w->d, &news) && news.begins && news.waits);
	is_uint(news.version, 10);
	wire_ipfix(w, 0, 2, "0100 0002 0098 0008 0099 0008");
	row(w, t - (INT64_C(1) << 31) + 1, t);	/* 2^31 - 1 ms: the longest that counts as one */
	row(w, begin, begin);
	row(w, t + 366 * DAY, t + 366 * DAY);
	is_uint(wire_count(w, FLOW_COUNT_TIMES_WRONG), 0);
	ok(!flow_decoder_news(w->d, &news));
	row(w, begin - 1, begin);
	row(w, t - (INT64_C(1) << 31), t);
	row(w, t, t + 366 * DAY + 1);
	is_uint(wire_count(w, FLOW_COUNT_TIMES_WRONG), 3);
	ok(flow_decoder_news(w->d, &news) && news.times && !news.clock);
	is_int(news.first_ms, begin - 1);
	is_uint(info_of(w).times_wrong, 3);
	is_uint(wire_rows(w), 7);	/* flagged, not dropped */
}

static void
test_report(struct wire *w)
{
	struct buf json = BUF_INIT;

	w->dg.received_ms = INT64_C(1700000000) * S;
	v5(w, 1700000000 - 86340);
	flow_decoder_exporters_json(w->d, NULL, &json);
	buf_append_u8(&json, 0);
	ok(strstr((const char *)json.data, ",\"clock_wrong\":1,\"clock_behind_ms\":86340000}") != NULL);
	buf_release(&json);
}

static void
span_is(int64_t ms, const char *want)
{
	char text[SPAN_TEXT_MAX];

	is_mem(text, span_text_format(ms, text), want, strlen(want));
}

static void
test_span(void)
{
	span_is(0, "0 s");
	span_is(59999, "59 s");
	span_is(-60000, "1 min 0 s");
	span_is(23 * HOUR + 59 * 60000, "23 h 59 min");
	span_is(DAY, "1 d 0 h");
	span_is(365 * DAY - 1, "364 d 23 h");
	span_is(-366 * DAY, "1 y 1 d");
	span_is(INT64_MIN, "292471208 y 247 d");
}

int
main(void)
{
	const struct flow_decoder_options fix = { .fix_clock = true };

	wire_run(test_minute, NULL);
	wire_run(test_fix, &fix);
	wire_run(test_fix_absolute, &fix);
	wire_run(test_impossible, NULL);
	wire_run(test_report, NULL);
	test_span();
	return tap_done();
}
