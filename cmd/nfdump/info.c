/* SPDX-License-Identifier: BSD-2-Clause */
/* -I and -g: the files' metadata, in nfdump's words. */
#include <inttypes.h>
#include <string.h>

#include "common/cli.h"
#include "nfdump/run.h"
#include "nfdump/row_counters.h"

static uint64_t
packets_of(const struct flow_protocol_totals *p)
{
	return nfdump_sum(p->packets, p->rev_packets);
}

static uint64_t
bytes_of(const struct flow_protocol_totals *p)
{
	return nfdump_sum(p->bytes, p->rev_bytes);
}

static void
append_counter(struct buf *out, const char *name, uint64_t all, uint64_t tcp, uint64_t udp, uint64_t icmp,
    uint64_t other)
{
	buf_printf(out, "%s: %" PRIu64 "\n%s_tcp: %" PRIu64 "\n%s_udp: %" PRIu64 "\n%s_icmp: "
	    "%" PRIu64 "\n%s_other: %" PRIu64 "\n", name, all, name, tcp, name, udp, name, icmp, name, other);
}

static void
append_info(struct buf *out, const struct flow_summary *s)
{
	const struct flow_totals *t = &s->totals;
	int64_t first = t->rows > 0 ? t->first_ms : 0, last = t->rows > 0 ? t->last_ms : 0;

	buf_printf(out, "Ident: %s\n", s->ident != NULL ? s->ident : "none");
	append_counter(out, "Flows", t->flows, t->tcp.flows, t->udp.flows, t->icmp.flows, t->other.flows);
	append_counter(out, "Packets", nfdump_sum(t->packets, t->rev_packets), packets_of(&t->tcp), packets_of(&t->udp),
	    packets_of(&t->icmp), packets_of(&t->other));
	append_counter(out, "Bytes", nfdump_sum(t->bytes, t->rev_bytes), bytes_of(&t->tcp), bytes_of(&t->udp),
	    bytes_of(&t->icmp), bytes_of(&t->other));
	buf_printf(out, "First: %" PRId64 "\nLast: %" PRId64 "\nmsec_first: %" PRId64 "\nmsec_last: %" PRId64 "\n",
	    first / 1000, last / 1000, first % 1000, last % 1000);
	buf_printf(out, "Sequence failures: %" PRIu64 "\n", s->sequence_gaps);
}

/* A line of -g, with the begin of the slot. */
static void
append_line(struct buf *out, const struct flow_summary *s)
{
	const struct flow_totals *t = &s->totals;
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];

	if (t->rows == 0)
		return;
	/* Without milliseconds. */
	buf_append(out, text, stamp_format_text(&cache, t->received_min_ms, STAMP_LOCAL, text) - 4);
	buf_printf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", t->flows, nfdump_sum(t->packets, t->rev_packets),
	    nfdump_sum(t->bytes, t->rev_bytes));
}

int
nfdump_info(struct nfdump_options *options)
{
	struct flow_files *files = &options->request.files;
	struct flow_merged merged = FLOW_MERGED_INIT;
	bool lines = options->action == NFDUMP_GNUPLOT, closed = false;
	struct flow_summary all = { 0 }, one;
	struct buf out = BUF_INIT;
	struct flow_error err;
	int status = CLI_OK;

	flow_files_sort(files);
	for (size_t i = 0; i < files->problems; i++)
		status = cli_fail("%s", files->problem[i]);
	if (lines)
		buf_append_text(&out, "# yyyy-mm-dd HH:MM:SS,flows,packets,bytes\n");
	for (size_t i = 0; i < files->count; i++) {
		if (flow_merged_has(&merged, files->path[i], NULL))
			continue;
		if (flow_summary_read(files->path[i], &one, &err) != FLOW_OK) {
			status = cli_fail_error(&err);
			continue;
		}
		if (one.without_totals > 0)
			status = cli_fail("%s: no sums in its metadata", files->path[i]);
		if (lines)
			append_line(&out, &one);
		flow_summary_add(&all, &one);
		if (one.merged != NULL)
			(void)!flow_merged_add(&merged, files->path[i], one.merged, strlen(one.merged));
		flow_summary_clear(&one);
	}
	if (!lines)
		append_info(&out, &all);
	if (buf_status(&out) != FLOW_OK)
		status = cli_fail("out of memory");
	else if (cli_write(out.data, out.len, &closed) != CLI_OK)
		status = CLI_FAILURE;
	flow_merged_clear(&merged);
	flow_summary_clear(&all);
	buf_release(&out);
	return status;
}
