/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/summary_lines.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void
nfdump_files_read(const struct query_request *request, struct nfdump_files *files)
{
	*files = (struct nfdump_files){ .known = false };
	for (size_t i = 0; i < request->files.count; i++) {
		struct flow_summary one;

		/* Standard input can be read only once; the query reports unreadable files. */
		if (strcmp(request->files.path[i], "-") == 0 ||
		    flow_summary_read(request->files.path[i], &one, NULL) != FLOW_OK)
			continue;
		files->bytes += one.bytes;
		/* Old files may lack their times. */
		if (one.totals.first_ms > one.totals.last_ms)
			one.totals.rows = 0;
		if (one.totals.rows > 0 && (!files->known || one.totals.first_ms < files->first_ms))
			files->first_ms = one.totals.first_ms;
		if (one.totals.rows > 0 && (!files->known || one.totals.last_ms > files->last_ms))
			files->last_ms = one.totals.last_ms;
		files->known |= one.totals.rows > 0;
		flow_summary_clear(&one);
	}
}

void
nfdump_append_duration(struct buf *out, uint64_t ms)
{
	uint64_t s = ms / 1000, days = s / 86400;

	if (days > 0)
		buf_printf(out, "%2" PRIu64 "d ", days);
	else
		buf_append_text(out, "    ");
	buf_printf(out, "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 ".%03" PRIu64, s / 3600 % 24, s / 60 % 60, s % 60,
	    ms % 1000);
}

static void
append_time(struct buf *out, int64_t ms)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];

	buf_append(out, text, stamp_format_text(&cache, ms, STAMP_LOCAL, text));
}

static void
append_sums(struct buf *out, const struct nfdump_totals *t, bool plain)
{
	double seconds = t->rows > 0 && t->last_ms > t->first_ms ?
	    (double)((uint64_t)t->last_ms - (uint64_t)t->first_ms) / 1000.0 : 0;
	uint64_t bpp = seconds > 0 && t->packets > 0 ? t->bytes / t->packets : 0;

	buf_printf(out, "Summary: total flows: %" PRIu64 ", total bytes: ", t->flows);
	nfdump_append_counter(out, t->bytes, plain, 0);
	buf_append_text(out, ", total packets: ");
	nfdump_append_counter(out, t->packets, plain, 0);
	buf_append_text(out, ", avg bps: ");
	nfdump_append_counter(out, nfdump_a_second((double)t->bytes * 8, seconds), plain, 0);
	buf_append_text(out, ", avg pps: ");
	nfdump_append_counter(out, nfdump_a_second((double)t->packets, seconds), plain, 0);
	buf_append_text(out, ", avg bpp: ");
	nfdump_append_counter(out, bpp, plain, 0);
	buf_append_u8(out, '\n');
}

static void
append_window(struct buf *out, const struct nfdump_options *options, const struct nfdump_files *files)
{
	int64_t from = files->first_ms, to = files->last_ms;

	if (!files->known) {
		buf_append_text(out, "Time window: <unknown>\n");
		return;
	}
	if (options->has_window && options->from_ms > from)
		from = options->from_ms;
	if (options->has_window && options->to_ms < to)
		to = options->to_ms;
	buf_append_text(out, "Time window: ");
	append_time(out, from);
	buf_append_text(out, " - ");
	append_time(out, to);
	buf_append_text(out, ", Duration:");
	nfdump_append_duration(out, to > from ? (uint64_t)to - (uint64_t)from : 0);
	buf_append_u8(out, '\n');
}

int64_t
nfdump_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static double
seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

void
nfdump_summary(struct buf *out, const struct nfdump_options *options, const struct nfdump_totals *totals,
    const struct nfdump_files *files, int64_t started_ns)
{
	double wall = (double)(nfdump_now_ns() - started_ns) / 1e9;
	struct rusage used = { 0 };

	(void)getrusage(RUSAGE_SELF, &used);
	append_sums(out, totals, options->plain);
	append_window(out, options, files);
	buf_printf(out, "Total records processed: %" PRIu64 ", passed: %" PRIu64 ", Blocks skipped: 0, Bytes read: "
	    "%" PRIu64 "\n", totals->rows, totals->rows, files->bytes);
	buf_printf(out, "Sys: %.4fs User: %.4fs Wall: %.4fs flows/second: %.1f Runtime: %.4fs\n",
	    seconds_of(used.ru_stime), seconds_of(used.ru_utime), wall, wall > 0 ? (double)totals->rows / wall : 0,
	    wall);
}
