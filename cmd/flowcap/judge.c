/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/judge.h"

#include <stdio.h>
#include <string.h>

#include "flowcap/metric_text.h"
#include "net/addr.h"

/* Limits for the decoder: time without an answer, and lag. */
#define REPORT_S 2
#define BACKLOG_BYTES 64e6
#define LAG_S 30

#define JOURNALS 3

/* In slots: an exporter that is silent for longer is missing; drops before that are history. */
#define SLOTS 3
/* Exporters with fewer datagrams are never missing: anybody can send a datagram. */
#define EXPORTER_DATAGRAMS 10
/* Exporters send templates again after some minutes: RFC 7011 says 10. */
#define TEMPLATE_S 900
#define LOST_SHARE 0.001
#define CLOCK_S 60
#define DAYS 7

/* Exporters that are named; the others are counted. */
#define NAMED 5
#define NAMES_BYTES (NAMED * 128)

struct report {
	const char *text;
	size_t len;
	double now;
	double slot_s;
	struct findings *out;
};

static double
value(const struct report *r, const char *name, double absent)
{
	return metric_value(r->text, r->len, name, absent);
}

static void
judge_decoding(const struct report *r)
{
	double backlog = value(r, "backlog_bytes", 0), journals = value(r, "journals", 0);
	double ring = value(r, "ring_bytes", 0), room = value(r, "ring_size_bytes", 0);

	if (value(r, "report_age_seconds", 0) > REPORT_S || value(r, "report_age_seconds", 0) < 0)
		findings_add(r->out, FINDING_CRITICAL, "decoding does not answer: it waits for the disk, or files "
		    "what an earlier run left; look at the log, and whether the archive's disk works");
	if (backlog > BACKLOG_BYTES || value(r, "lag_seconds", 0) > LAG_S)
		findings_add(r->out, FINDING_CRITICAL, "behind: %.0f bytes are received and not decoded, for %.0f "
		    "seconds: the disk or the processors are too slow", backlog, value(r, "lag_seconds", 0));
	if (room > 0 && ring > room / 2)
		findings_add(r->out, FINDING_CRITICAL, "the journal's disk is too slow: %.0f bytes wait in memory, "
		    "of which there is room for %.0f", ring, room);
	if (journals > JOURNALS)
		findings_add(r->out, FINDING_CRITICAL, "%.0f slots are in journals and cannot be filed: the log "
		    "says why; they are filed when that is mended", journals);
	if (value(r, "not_journalled_total", 0) > 0)
		findings_add(r->out, FINDING_NOTE, "%.0f datagrams since the start were in no journal when they "
		    "were decoded: a crash would have lost them; the journal's disk was full or slow",
		    value(r, "not_journalled_total", 0));
}

static void
judge_kernel(const struct report *r)
{
	double wanted = value(r, "receive_buffer_wanted_bytes", 0), granted = value(r, "receive_buffer_bytes", wanted);
	double last = value(r, "kernel_drops_last_seconds", 0);

	if (last > 0 && r->now - last < SLOTS * r->slot_s)
		findings_add(r->out, FINDING_CRITICAL, "the kernel drops datagrams, %.0f since the start, the last "
		    "%.0f seconds ago: bursts overrun the receive buffer of %.0f bytes: give it more "
		    "(-B, net.core.rmem_max), or the machine less to do", value(r, "kernel_drops_total", 0),
		    r->now - last, granted);
	if (granted < wanted)
		findings_add(r->out, FINDING_WARNING, "the receive buffer has %.0f bytes of the %.0f that -B asks "
		    "for: bursts can overrun it: sysctl -w net.core.rmem_max=%.0f, and "
		    "restart flowcap", granted, wanted, wanted);
}

/* Directories that cannot be written to are named. */
static void
judge_directories(const struct report *r)
{
	const char *at = r->text;
	struct metric_line line;
	char path[256];

	while (metric_next(&at, r->text + r->len, &line)) {
		if (!metric_is(&line, "directory_fault") || line.value <= 0)
			continue;
		metric_label(&line, "directory", path, sizeof(path));
		findings_add(r->out, FINDING_CRITICAL, "%s: cannot be written to: it is gone, read-only or another "
		    "user's, the log says which: what is received stays in journals where there are any, and is "
		    "filed when that is mended", path);
	}
	if (value(r, "lost_slots_total", 0) > 0)
		findings_add(r->out, FINDING_CRITICAL, "%.0f slots since the start could not be written, and no "
		    "journal has them: their flows are lost", value(r, "lost_slots_total", 0));
	if (value(r, "journals_removed_total", 0) > 0)
		findings_add(r->out, FINDING_NOTE, "%.0f journals were removed while they were in use: a crash "
		    "would have lost what they had: leave the directory of --state alone",
		    value(r, "journals_removed_total", 0));
}

/* Targets of -R that lost something lately. */
static void
judge_repeating(const struct report *r)
{
	const char *at = r->text;
	struct metric_line line;
	char target[128];

	while (metric_next(&at, r->text + r->len, &line)) {
		if (!metric_is(&line, "repeat_lost_last_seconds") || line.value <= 0 ||
		    r->now - line.value >= SLOTS * r->slot_s)
			continue;
		metric_label(&line, "target", target, sizeof(target));
		findings_add(r->out, FINDING_WARNING, "datagrams do not reach %s (-R), the last one %.0f seconds ago: "
		    "flowcap_repeat_lost_total counts them by cause: does a collector listen there?", target,
		    r->now - line.value);
	}
}

static void
judge_disk(const struct report *r)
{
	double left = value(r, "archive_free_bytes", -1), size = value(r, "archive_size_bytes", 0);
	double days = value(r, "archive_days_left", 1e9);

	if (left >= 0 && left < size / 100)
		findings_add(r->out, FINDING_CRITICAL, "the archive's disk is full, or nearly: %.0f bytes are "
		    "free: flowcat --expire makes room", left);
	else if (days < DAYS && value(r, "archive_expires", 0) < 1)
		findings_add(r->out, days < 1 ? FINDING_CRITICAL : FINDING_WARNING, "the archive's disk is full in "
		    "%.1f days: have the oldest files removed before (flowcap -e free=10%%, or size= of what it can "
		    "hold; an age alone cannot), or give it more room", days);
}

static void
judge_limits(const struct report *r)
{
	double limit = value(r, "open_files_limit", 1e9), refused = value(r, "refused_datagrams_total", 0);

	if (limit < 1024)
		findings_add(r->out, FINDING_WARNING, "only %.0f files may be open: journals and slots of many "
		    "exporters need more: ulimit -n 65536, or LimitNOFILE= of the service", limit);
	if (refused > 0)
		findings_add(r->out, FINDING_NOTE,
		    "%.0f datagrams of senders without a directory were refused: -n, -M", refused);
}

/* Names of the first exporters with a finding, and how many there are. */
struct names {
	unsigned count;
	char text[NAMES_BYTES];
};

static void
add_name(struct names *n, const struct metric_line *line, const char *more)
{
	char address[ADDR_TEXT_MAX + 1], domain[16];
	size_t len = strlen(n->text);

	if (n->count++ >= NAMED)
		return;
	metric_label(line, "exporter", address, sizeof(address));
	metric_label(line, "domain", domain, sizeof(domain));
	(void)snprintf(n->text + len, sizeof(n->text) - len, "%s%s%s%s%s", len > 0 ? ", " : "", address,
	    domain[0] != '\0' && strcmp(domain, "0") != 0 ? " domain " : "",
	    domain[0] != '\0' && strcmp(domain, "0") != 0 ? domain : "", more);
}

static const char *
names_end(struct names *n)
{
	size_t len = strlen(n->text);

	if (n->count > NAMED)
		(void)snprintf(n->text + len, sizeof(n->text) - len, ", and %u more", n->count - NAMED);
	return n->text;
}

/* The same exporter's value of another metric, searched from a line on. */
static double
beside(const struct report *r, const struct metric_line *line, const char *name, double absent)
{
	const char *at = r->text;
	struct metric_line other;

	while (metric_next(&at, r->text + r->len, &other))
		if (other.labels != NULL && metric_is(&other, name) && other.labels_len == line->labels_len &&
		    memcmp(other.labels, line->labels, line->labels_len) == 0)
			return other.value;
	return absent;
}

struct exporters {
	struct names silent, waiting, unsampled, losing, clock;
};

static void
judge_exporter(const struct report *r, const struct metric_line *line, struct exporters *e)
{
	char more[64];

	if (line->labels == NULL)
		return;
	if (metric_is(line, "exporter_last_seconds") && line->value > 0 && r->now - line->value > SLOTS * r->slot_s &&
	    beside(r, line, "exporter_datagrams_total", 0) >= EXPORTER_DATAGRAMS) {
		(void)snprintf(more, sizeof(more), " for %.0f s", r->now - line->value);
		add_name(&e->silent, line, more);
	} else if (metric_is(line, "exporter_waiting_seconds") && line->value > TEMPLATE_S) {
		add_name(&e->waiting, line, "");
	} else if (metric_is(line, "exporter_sampling") && line->value <= 0 &&
	    beside(r, line, "exporter_flows_total", 0) > 0) {
		add_name(&e->unsampled, line, "");
	} else if (metric_is(line, "exporter_lost_lately") && line->value > 0) {
		double got = beside(r, line, "exporter_received_lately", 0);

		(void)snprintf(more, sizeof(more), " %.0f of %.0f", line->value, line->value + got);
		if (line->value > LOST_SHARE * (line->value + got))
			add_name(&e->losing, line, more);
	} else if (metric_is(line, "exporter_clock_ahead_seconds") &&
	    (line->value > CLOCK_S || line->value < -CLOCK_S)) {
		(void)snprintf(more, sizeof(more), " by %.0f s", line->value);
		add_name(&e->clock, line, more);
	}
}

static void
judge_exporters(const struct report *r)
{
	struct exporters e = { .silent = { .count = 0 } };
	const char *at = r->text;
	struct metric_line line;

	while (metric_next(&at, r->text + r->len, &line))
		judge_exporter(r, &line, &e);
	if (e.silent.count > 0)
		findings_add(r->out, FINDING_WARNING, "silent for more than %d slots: %s: is it up, does it still "
		    "export to this address and port, does a firewall stop it?", SLOTS, names_end(&e.silent));
	if (e.waiting.count > 0)
		findings_add(r->out, FINDING_WARNING, "data without template for a quarter of an hour: %s: its "
		    "flows cannot be read until it sends one: set its template timeout (or refresh rate) to some "
		    "minutes", names_end(&e.waiting));
	if (e.losing.count > 0)
		findings_add(r->out, FINDING_WARNING, "missing by sequence number in this slot and the one before: "
		    "%s: lost on the way, or by the exporter (kernel drops are counted apart)", names_end(&e.losing));
	if (e.clock.count > 0)
		findings_add(r->out, FINDING_WARNING,
		    "clocks are off: %s: set NTP up there; --fix-clock moves times meanwhile", names_end(&e.clock));
	if (e.unsampled.count > 0)
		findings_add(r->out, FINDING_NOTE, "no sampling rate is announced: %s: if it samples, its volumes "
		    "are too small: have it announce the rate, or set it here (-s)", names_end(&e.unsampled));
}

static void
judge_what_came(const struct report *r)
{
	double since = r->now - value(r, "start_seconds", r->now), other = value(r, "unknown_version_total", 0);

	if (value(r, "datagrams_total", 1) < 1 && since > 60)
		findings_add(r->out, FINDING_WARNING, "nothing has come to port %.0f for %.0f seconds: point "
		    "exporters at it, and look at firewalls: tcpdump -ni any "
		    "udp port %.0f", value(r, "port", 0), since, value(r, "port", 0));
	if (other > 0)
		findings_add(r->out, FINDING_NOTE,
		    "%.0f datagrams were of no known version: something else sends to this port", other);
	if (value(r, "no_template_total", 0) > 0)
		findings_add(r->out, FINDING_NOTE,
		    "%.0f data sets since the start were given up, as their template never came",
		    value(r, "no_template_total", 0));
}

void
judge_collector(const char *text, size_t len, time_t now, struct findings *out)
{
	struct report r = { text, len, (double)now, 300, out };

	r.slot_s = value(&r, "slot_seconds", 300);
	judge_decoding(&r);
	judge_kernel(&r);
	judge_directories(&r);
	judge_disk(&r);
	judge_limits(&r);
	judge_repeating(&r);
	judge_what_came(&r);
	judge_exporters(&r);
}
