/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/print_summary.h"

#include <inttypes.h>
#include <string.h>

#include "common/cli.h"
#include "flowcat/metadata.h"

/* Counters that tools expect as Name_tcp, Name_udp, ... */
static void
print_counter(struct buf *out, const char *name, uint64_t all, uint64_t tcp, uint64_t udp,
    uint64_t icmp, uint64_t other)
{
	buf_printf(out, "%s: %" PRIu64 "\n%s_tcp: %" PRIu64 "\n%s_udp: %" PRIu64 "\n%s_icmp: %" PRIu64
	    "\n%s_other: %" PRIu64 "\n", name, all, name, tcp, name, udp, name, icmp, name, other);
}

/* A biflow counts with both directions, as in flowstat's totals and nfdump's. */
static uint64_t
both(uint64_t forward, uint64_t reverse)
{
	return forward > UINT64_MAX - reverse ? UINT64_MAX : forward + reverse;
}

static uint64_t
packets_of(const struct flow_protocol_totals *p)
{
	return both(p->packets, p->rev_packets);
}

static uint64_t
bytes_of(const struct flow_protocol_totals *p)
{
	return both(p->bytes, p->rev_bytes);
}

static void
print_time(struct buf *out, const char *name, int64_t ms, enum stamp_zone zone)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];
	size_t len = stamp_format_text(&cache, ms, zone, text);

	buf_printf(out, "%s: %.*s\n", name, (int)len, text);
}

static void
print_times(struct buf *out, const struct flow_totals *t, enum stamp_zone zone)
{
	if (t->rows == 0)
		return;
	print_time(out, "First", t->first_ms, zone);
	print_time(out, "Last", t->last_ms, zone);
	print_time(out, "Received_first", t->received_min_ms, zone);
	print_time(out, "Received_last", t->received_max_ms, zone);
	buf_printf(out, "msec_first: %" PRId64 "\nmsec_last: %" PRId64 "\n", t->first_ms, t->last_ms);
}

/* The file's writer is not trusted: removes terminal control sequences. */
static void
print_text(struct buf *out, const char *name, const char *text)
{
	size_t len = strlen(text);

	buf_printf(out, "%s: ", name);
	if (buf_reserve(out, escape_room(len)))
		out->len += escape_plain(text, len, (char *)buf_end(out));
	buf_append_u8(out, '\n');
}

static void
print_summary(struct buf *out, const struct flow_summary *s, enum stamp_zone zone)
{
	const struct flow_totals *t = &s->totals;

	print_text(out, "Ident", s->ident != NULL ? s->ident : "none");
	if (s->created_by != NULL)
		print_text(out, "Created_by", s->created_by);
	buf_printf(out, "Files: %" PRIu64 "\nSize: %" PRIu64 "\nRow_groups: %" PRIu64 "\nRows: %" PRIu64
	    "\n", s->files, s->bytes, s->groups, s->rows);
	if (s->without_totals > 0)
		buf_printf(out, "Files_without_sums: %" PRIu64 "\n", s->without_totals);
	if (s->without_totals < s->files || s->files == 0) {
		print_counter(out, "Flows", t->flows, t->tcp.flows, t->udp.flows, t->icmp.flows,
		    t->other.flows);
		print_counter(out, "Packets", both(t->packets, t->rev_packets), packets_of(&t->tcp),
		    packets_of(&t->udp), packets_of(&t->icmp), packets_of(&t->other));
		print_counter(out, "Bytes", both(t->bytes, t->rev_bytes), bytes_of(&t->tcp),
		    bytes_of(&t->udp), bytes_of(&t->icmp), bytes_of(&t->other));
	}
	print_times(out, t, zone);
	if (s->with_losses > 0 || s->files == 0)
		buf_printf(out, "Sequence_failures: %" PRIu64 "\nKernel_drops: %" PRIu64 "\n",
		    s->sequence_gaps, s->kernel_drops);
	if (s->exporters != NULL)
		print_text(out, "Exporters", s->exporters);
}

int
flowcat_summary(struct flowcat_options *options)
{
	struct buf out = BUF_INIT;
	struct flow_summary all;
	struct metadata m;

	metadata_begin(&m, options);
	metadata_sum(&m, &all);
	print_summary(&out, &all, options->printer.zone);
	flow_summary_clear(&all);
	return metadata_end(&m, &out);
}

static void
print_line(struct buf *out, const struct flow_summary *s, enum stamp_zone zone)
{
	struct stamp_cache cache = { 0 };
	const struct flow_totals *t = &s->totals;
	char text[STAMP_TEXT_MAX];
	size_t len;

	if (t->rows == 0)
		return;
	len = stamp_format_text(&cache, t->received_min_ms, zone, text);
	/* Without milliseconds. */
	buf_printf(out, "%.*s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", (int)(len < 19 ? len : 19), text,
	    t->flows, both(t->packets, t->rev_packets), both(t->bytes, t->rev_bytes));
}

int
flowcat_gnuplot(struct flowcat_options *options)
{
	struct buf out = BUF_INIT;
	struct flow_summary one;
	struct metadata m;
	const char *path;

	metadata_begin(&m, options);
	do {
		buf_clear(&out);
		buf_append_text(&out, "# yyyy-mm-dd HH:MM:SS,flows,packets,bytes\n");
		while (metadata_next(&m, &path, &one)) {
			if (one.without_totals > 0)
				m.status = cli_fail("%s: no sums in its metadata", path);
			else
				print_line(&out, &one, options->printer.zone);
			flow_summary_clear(&one);
		}
	} while (metadata_again(&m));
	return metadata_end(&m, &out);
}
