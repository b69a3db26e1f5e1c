/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/status_report.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <time.h>

#include "flowcap/directory_watch.h"
#include "flowcap/disk_room.h"
#include "flowcap/program_log.h"

/* Time-out for the decoder's answer. */
#define PATIENCE_MS 2000

struct status_report {
	const struct options *options;
	struct intake *intake;
	struct status_parts parts;
	time_t since;
	pthread_mutex_t lock;		/* intake_report may only run once at a time */
};

struct status_report *
status_report_new(const struct options *options, struct intake *intake, const struct status_parts *parts)
{
	struct status_report *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return NULL;
	}
	*r = (struct status_report){ .options = options, .intake = intake, .parts = *parts,
		.since = time(NULL) };
	(void)pthread_mutex_init(&r->lock, NULL);
	return r;
}

void
status_report_free(struct status_report *r)
{
	if (r != NULL)
		(void)pthread_mutex_destroy(&r->lock);
	free(r);
}

bool
status_report_failed(const struct status_report *r)
{
	return intake_failed(r->intake);
}

static void
put_text(struct buf *out, const char *name, const char *type, const char *help, const char *value)
{
	buf_printf(out, "# HELP flowcap_%s %s\n# TYPE flowcap_%s %s\nflowcap_%s %s\n", name, help, name, type, name,
	    value);
}

static void
put_number(struct buf *out, const char *name, const char *type, const char *help, double value)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.0f", value);
	put_text(out, name, type, help, text);
}

static const char *
archive_of(const struct collect_options *o)
{
	return o->directory != NULL ? o->directory : o->dynamic != NULL ? o->dynamic : o->source[0].directory;
}

static void
put_disk(const struct status_report *r, const struct intake_health *h, struct buf *out)
{
	double left, size, days;
	struct expiry_state expiry;
	struct statvfs fs;
	char text[40];

	if (statvfs(archive_of(&r->options->collect), &fs) != 0)
		return;
	expiry_state(r->parts.expiry, &expiry);
	left = (double)fs.f_bavail * (double)fs.f_frsize;
	size = (double)fs.f_blocks * (double)fs.f_frsize;
	/* What earlier runs had received was not received in this time. */
	days = disk_room_days(left, (double)h->written.own_bytes, (double)expiry.removed_bytes,
	    (double)h->written.own_until_ms / 1000 - (double)r->since);
	put_number(out, "archive_free_bytes", "gauge", "free on the archive's file system", left);
	put_number(out, "archive_size_bytes", "gauge", "size of the archive's file system", size);
	put_number(out, "archive_expires", "gauge", "1 where limits of size or free space (-e) keep it from being full",
	    disk_room_is_kept(&expiry, left, size));
	if (days < 0)
		return;
	(void)snprintf(text, sizeof(text), "%.2f", days);
	put_text(out, "archive_days_left", "gauge", "until it is full, growing as since the start", text);
}

static void
put_files(const struct intake_health *h, struct buf *out)
{
	char text[40];

	put_number(out, "files_total", "counter", "files finished", (double)h->written.files);
	put_number(out, "file_rows_total", "counter", "rows in them", (double)h->written.rows);
	put_number(out, "file_bytes_total", "counter", "their bytes", (double)h->written.bytes);
	put_number(out, "lost_slots_total", "counter", "slots that could not be written, and are in no journal",
	    (double)h->written.lost_slots);
	if (h->written.rows == 0)
		return;
	(void)snprintf(text, sizeof(text), "%.2f", (double)h->written.bytes / (double)h->written.rows);
	put_text(out, "file_bytes_per_flow", "gauge", "bytes of files by their rows", text);
}

static void
put_queues(const struct intake_health *h, struct buf *out)
{
	put_number(out, "report_age_seconds", "gauge", "how old the ledger above is, where decoding is stuck",
	    h->report_age_ms == INT64_MAX ? -1 : (double)(h->report_age_ms / 1000));
	put_number(out, "backlog_bytes", "gauge", "received and not decoded yet", (double)h->backlog_bytes);
	put_number(out, "lag_seconds", "gauge", "how far decoding is behind, at most", (double)h->lag_ms / 1000);
	put_number(out, "ring_bytes", "gauge", "received, and in no journal yet", (double)h->unwritten_bytes);
	put_number(out, "ring_size_bytes", "gauge", "as much of it as there can be", (double)h->ring_bytes);
	put_number(out, "journals", "gauge", "slots that are not filed yet", (double)h->journals);
	put_number(out, "journals_removed_total", "counter", "journals that others removed while they were in use",
	    (double)h->journals_removed);
	put_number(out, "kernel_drops_last_seconds", "gauge",
	    "when the kernel dropped datagrams last, since 1970; 0: never", (double)h->kernel_drops_s);
}

static void
put_settings(const struct status_report *r, struct buf *out)
{
	struct rlimit limit;
	int granted = 0;
	socklen_t len = sizeof(granted);

	put_number(out, "start_seconds", "gauge", "when it began, since 1970", (double)r->since);
	put_number(out, "port", "gauge", "UDP port that it listens on", udp_port(r->parts.udp));
	put_number(out, "slot_seconds", "gauge", "length of a file's slot", r->options->collect.slot_s);
	put_number(out, "receive_buffer_wanted_bytes", "gauge", "what -B asks for", (double)r->options->buffer_bytes);
	/* socket(7): the kernel doubles what it grants, and tells the doubled value. */
	if (getsockopt(r->parts.udp, SOL_SOCKET, SO_RCVBUF, &granted, &len) == 0)
		put_number(out, "receive_buffer_bytes", "gauge", "what the system has granted of it",
		    (double)granted / 2);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		put_number(out, "open_files_limit", "gauge", "descriptors that it may have",
		    limit.rlim_cur == RLIM_INFINITY ? 1e9 : (double)limit.rlim_cur);
}

/* The rules of -s; the general rate is a rule for all. */
static void
put_rules(const struct status_report *r, struct buf *out)
{
	const struct flow_decoder_options *d = &r->options->collect.decoder;
	char text[ADDR_TEXT_MAX];

	if (d->rules == 0 && d->sampling == 0)
		return;
	buf_append_text(out, "# HELP flowcap_sampling_rule the rate that -s sets, of these exporters and interfaces\n"
	    "# TYPE flowcap_sampling_rule gauge\n");
	for (size_t i = 0; i < d->rules; i++) {
		const struct flow_sampling_rule *rule = &d->rule[i];

		buf_printf(out, "flowcap_sampling_rule{rule=\"%zu\",net=\"%.*s/%u\",interface=\"", i + 1,
		    (int)addr_format(&rule->net, text), text, rule->bits);
		if (rule->has_interface)
			buf_printf(out, "%u", (unsigned)rule->interface);
		buf_printf(out, "\",override=\"%d\"} %u\n", rule->override, (unsigned)rule->rate);
	}
	if (d->sampling != 0)
		buf_printf(out, "flowcap_sampling_rule{rule=\"general\",net=\"\",interface=\"\",override=\"%d\"} %u\n",
		    d->sampling_override, (unsigned)d->sampling);
}

void
status_report_put(struct status_report *r, struct buf *out)
{
	struct intake_health h;

	(void)pthread_mutex_lock(&r->lock);
	intake_report(r->intake, PATIENCE_MS, out);
	(void)pthread_mutex_unlock(&r->lock);
	intake_health(r->intake, &h);
	put_queues(&h, out);
	put_files(&h, out);
	put_disk(r, &h, out);
	directory_watch_put(r->parts.watch, out);
	repeater_put(r->parts.repeater, out);
	put_settings(r, out);
	put_rules(r, out);
}
