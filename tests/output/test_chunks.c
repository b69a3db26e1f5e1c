/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows are the same however they come: in chunks, alone, selected from many,
 * by several threads, with dictionaries small, large and changing.  Expected
 * text is put together by printf.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "output/output_rows.h"
#include "tap.h"

#define ROWS 5000

/* dst_as and dst_vlan no row has; proto, next_hop and, where there is one, out_if are the same in all rows. */
#define SPEC "csv:dst_as,src_port,proto,next_hop,src_addr,out_if,packets,bytes,username,dst_vlan,ip_version"

/* Row i as printf has it; texts are of many lengths, some beyond any slot. */
static void
expect(struct buf *out, unsigned i)
{
	buf_printf(out, ",%u,6,192.0.2.1,10.0.%u.%u,%s,%u,", i % 65536, i / 256, i % 256, i % 200 > 130 ? "" : "17",
	    i % 7 == 0 ? 0 : i * 1000);
	buf_printf(out, "%lld,", (long long)(i % 100 == 99 ? INT64_MAX : (int64_t)i * i * i));
	if (i % 3 != 0)
		buf_printf(out, "user%0*u", (int)(i % 90), i);
	buf_append(out, ",,4\n", 4);
}

static void
fill(struct rows *r, unsigned rows)
{
	char text[128];

	rows_begin(r);
	for (unsigned i = 0; i < rows; i++) {
		rows_number(r, FLOW_FIELD_SRC_PORT, i % 65536);
		rows_number(r, FLOW_FIELD_PROTO, 6);
		rows_number(r, FLOW_FIELD_IP_VERSION, 4);
		rows_addr(r, FLOW_FIELD_NEXT_HOP, "192.0.2.1");
		if (i % 200 <= 130)
			rows_number(r, FLOW_FIELD_OUT_IF, 17);
		(void)snprintf(text, sizeof(text), "10.0.%u.%u", i / 256, i % 256);
		rows_addr(r, FLOW_FIELD_SRC_ADDR, text);
		rows_number(r, FLOW_FIELD_PACKETS, i % 7 == 0 ? 0 : i * 1000);
		rows_number(r, FLOW_FIELD_BYTES,
		    i % 100 == 99 ? (uint64_t)INT64_MAX : (uint64_t)i * i * i);
		if (i % 3 != 0) {
			int n = snprintf(text, sizeof(text), "user%0*u", (int)(i % 90), i);

			rows_text(r, FLOW_FIELD_USERNAME, text, (size_t)n);
		}
		rows_next(r);
	}
}

static struct flow_printer *
printer(const char *spec)
{
	struct flow_printer *p = NULL;

	ok(flow_printer_new(spec, strlen(spec), NULL, &p, NULL) == FLOW_OK);
	return p;
}

static void
test_whole(const struct flow_batch *batch, const struct buf *want)
{
	struct flow_printer *p = printer(SPEC);
	struct flow_printer_state *s = flow_printer_state_new(p);
	struct buf out = BUF_INIT;

	ok(flow_printer_batch(p, s, batch, NULL, &out) == FLOW_OK);
	is_mem(out.data, out.len, want->data, want->len);
	flow_printer_state_free(s);
	flow_printer_free(p);
	buf_release(&out);
}

/* Selections of every size, from one state: dense, sparse and alone. */
static void
test_selected(const struct flow_batch *batch, unsigned step, unsigned per_call)
{
	struct flow_printer *p = printer(SPEC);
	struct flow_printer_state *s = flow_printer_state_new(p);
	struct flow_selection sel = { .all = false, .count = 0 };
	struct buf out = BUF_INIT, want = BUF_INIT;
	bool good = true;

	for (unsigned i = 0; i < ROWS; i += step) {
		sel.row[sel.count++] = (uint16_t)i;
		expect(&want, i);
		if (sel.count == per_call || i + step >= ROWS) {
			good = good && flow_printer_batch(p, s, batch, &sel, &out) == FLOW_OK;
			sel.count = 0;
		}
	}
	ok(good);
	is_mem(out.data, out.len, want.data, want.len);
	flow_printer_state_free(s);
	flow_printer_free(p);
	buf_release(&out);
	buf_release(&want);
}

/* One state, dictionaries that come and go. */
static void
test_serials(void)
{
	struct flow_printer *p = printer("csv:username");
	struct flow_printer_state *s = flow_printer_state_new(p);
	struct buf out = BUF_INIT, want = BUF_INIT;

	for (unsigned i = 0; i < 50; i++) {
		struct rows r;
		char text[32];

		rows_begin(&r);
		for (unsigned j = 0; j <= i; j++) {
			int n = snprintf(text, sizeof(text), "%u of %u", j, i);

			rows_text(&r, FLOW_FIELD_USERNAME, text, (size_t)n);
			rows_next(&r);
			buf_printf(&want, "%u of %u\n", j, i);
		}
		ok(flow_printer_batch(p, s, rows_batch(&r), NULL, &out) == FLOW_OK);
		rows_end(&r);
	}
	is_mem(out.data, out.len, want.data, want.len);
	flow_printer_state_free(s);
	flow_printer_free(p);
	buf_release(&out);
	buf_release(&want);
}

/* A text of a million bytes, each of which takes six in JSON. */
static void
test_large_text(void)
{
	const size_t len = 1000000;
	char *text = calloc(1, len);
	struct rows r;
	const char *out;

	rows_begin(&r);
	rows_text(&r, FLOW_FIELD_USERNAME, text, len);
	rows_next(&r);
	out = rows_print(&r, "ndjson:username", NULL);
	is_uint(strlen(out), 6 * len + strlen("{\"username\":\"\"}\n"));
	ok(strncmp(out, "{\"username\":\"\\u0000\\u0000", 25) == 0);
	out = rows_print(&r, "fmt:[%uname]", &(struct flow_printer_options){ .quiet = true });
	is_uint(strlen(out), 3 * len + 3);
	rows_end(&r);
	free(text);
}

struct job {
	const struct flow_printer *p;
	const struct flow_batch *batch;
	struct buf out;
};

static void *
run(void *arg)
{
	struct job *job = arg;
	struct flow_printer_state *s = flow_printer_state_new(job->p);

	for (int i = 0; i < 5; i++)
		if (flow_printer_batch(job->p, s, job->batch, NULL, &job->out) != FLOW_OK)
			job->out.failed = true;
	flow_printer_state_free(s);
	return NULL;
}

static void
test_threads(const struct flow_batch *batch)
{
	struct flow_printer *p = printer("line");
	struct job job[2] = { { p, batch, BUF_INIT }, { p, batch, BUF_INIT } };
	pthread_t thread[2];

	for (int i = 0; i < 2; i++)
		ok(pthread_create(&thread[i], NULL, run, &job[i]) == 0);
	for (int i = 0; i < 2; i++)
		ok(pthread_join(thread[i], NULL) == 0);
	is_mem(job[0].out.data, job[0].out.len, job[1].out.data, job[1].out.len);
	ok(job[0].out.len > (size_t)5 * ROWS * 100 && !job[0].out.failed);
	buf_release(&job[0].out);
	buf_release(&job[1].out);
	flow_printer_free(p);
}

int
main(void)
{
	struct rows r;
	struct buf want = BUF_INIT;
	const struct flow_batch *batch;

	fill(&r, ROWS);
	batch = rows_batch(&r);
	for (unsigned i = 0; i < ROWS; i++)
		expect(&want, i);
	test_whole(batch, &want);
	test_selected(batch, 1, 1);
	test_selected(batch, 1, 129);
	test_selected(batch, 3, 1000);
	test_selected(batch, 1000, 5);
	test_selected(batch, 40, 127);
	test_threads(batch);
	test_serials();
	test_large_text();
	rows_end(&r);
	buf_release(&want);
	return tap_done();
}
