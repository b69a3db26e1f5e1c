/* SPDX-License-Identifier: BSD-2-Clause */
/* What flowcap --check says of counters that take a quarter of an hour, a full disk or a slow one to come about. */
#include "flowcap/judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "flowcap/disk_room.h"
#include "flowcap/metric_text.h"
#include "tap.h"

#define NOW 1000000

static struct findings
judge(const char *text)
{
	struct findings f = FINDINGS_INIT;

	judge_collector(text, strlen(text), NOW, &f);
	return f;
}

/* Whether just one thing is found, of that level and with these words. */
static void
finds(const char *text, enum finding_level level, const char *words)
{
	struct findings f = judge(text);

	tap_check(f.count == 1 && f.finding[0].level == level && strstr(f.finding[0].text, words) != NULL, __FILE__,
	    __LINE__,
	    words);
	findings_clear(&f);
}

static void
finds_nothing(const char *text, const char *what)
{
	struct findings f = judge(text);

	tap_check(f.count == 0, __FILE__, __LINE__, what);
	findings_clear(&f);
}

#define E(name, value) "flowcap_exporter_" name "{exporter=\"192.0.2.1\",version=\"9\",domain=\"0\"} " value "\n"
#define E7(name, value) "flowcap_exporter_" name "{exporter=\"192.0.2.1\",version=\"9\",domain=\"7\"} " value "\n"

static void
test_exporters(void)
{
	finds_nothing(E("waiting_seconds", "899"), "data that waits for a template for a while");
	finds(E("waiting_seconds", "901"), FINDING_WARNING,
	    "data without template for a quarter of an hour: 192.0.2.1:");
	finds(E7("waiting_seconds", "901"), FINDING_WARNING, "192.0.2.1 domain 7:");
	finds_nothing("flowcap_slot_seconds 60\n" E("datagrams_total", "10") E("last_seconds", "999820"),
	    "180 s of 3 * 60");
	finds("flowcap_slot_seconds 60\n" E("datagrams_total", "10") E("last_seconds", "999819"), FINDING_WARNING,
	    "silent for more than 3 slots: 192.0.2.1 for 181 s");
	finds_nothing("flowcap_slot_seconds 60\n" E("datagrams_total", "9") E("last_seconds", "1"),
	    "who never was an exporter");
	finds_nothing(E("sampling", "0") E("flows_total", "0"), "a rate where nothing is to be multiplied");
	finds(E("sampling", "0") E("flows_total", "3"), FINDING_NOTE, "no sampling rate is announced");
	finds_nothing(E("lost_lately", "1") E("received_lately", "999"), "one of a thousand");
	finds(E("lost_lately", "2") E("received_lately", "998"), FINDING_WARNING, "192.0.2.1 2 of 1000");
	finds(E("clock_ahead_seconds", "-60.500"), FINDING_WARNING, "clocks are off: 192.0.2.1 by -60 s");
}

static void
test_many(void)
{
	char text[4096] = "";

	for (int i = 1; i <= 9; i++) {
		size_t len = strlen(text);

		(void)snprintf(text + len, sizeof(text) - len,
		    "flowcap_exporter_waiting_seconds{exporter=\"192.0.2.%d\",version=\"9\",domain=\"0\"} 1000\n", i);
	}
	finds(text, FINDING_WARNING, "192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, and 4 more:");
}

static void
test_collector(void)
{
	finds_nothing("", "a text without anything");
	finds_nothing("flowcap_\nflowcap_journals\nflowcap_journals x\nflowcap_journals{ 9\n# flowcap_journals 9\n\n",
	    "no values");
	finds("flowcap_report_age_seconds 3\n", FINDING_CRITICAL, "does not answer");
	finds("flowcap_report_age_seconds -1\n", FINDING_CRITICAL, "does not answer");
	finds("flowcap_backlog_bytes 64000001\n", FINDING_CRITICAL, "behind");
	finds("flowcap_backlog_bytes 5\nflowcap_lag_seconds 31\n", FINDING_CRITICAL, "behind: 5 bytes");
	finds("flowcap_ring_bytes 51\nflowcap_ring_size_bytes 100\n", FINDING_CRITICAL, "journal's disk is too slow");
	finds_nothing("flowcap_ring_bytes 50\nflowcap_ring_size_bytes 100\n", "half a ring");
	finds("flowcap_journals 4\n", FINDING_CRITICAL, "4 slots are in journals");
	finds("flowcap_kernel_drops_last_seconds 999101\nflowcap_kernel_drops_total 17\n", FINDING_CRITICAL,
	    "17 since the start, the last 899 seconds ago");
	finds_nothing("flowcap_kernel_drops_last_seconds 999100\nflowcap_kernel_drops_total 17\n",
	    "drops of three slots ago");
	finds("flowcap_receive_buffer_wanted_bytes 33554432\nflowcap_receive_buffer_bytes 212992\n", FINDING_WARNING,
	    "net.core.rmem_max=33554432");
	finds("flowcap_archive_free_bytes 99\nflowcap_archive_size_bytes 10000\n", FINDING_CRITICAL,
	    "disk is full, or nearly");
	finds("flowcap_archive_days_left 6\n", FINDING_WARNING, "full in 6.0 days");
	finds("flowcap_archive_days_left 0\n", FINDING_CRITICAL, "full in 0.0 days");
	finds_nothing("flowcap_archive_days_left 6\nflowcap_archive_expires 1\n", "old files go by themselves");
	finds("flowcap_directory_fault{directory=\"/a\"} 0\nflowcap_directory_fault{directory=\"/b\"} 1\n",
	    FINDING_CRITICAL, "/b: cannot be written to");
	finds("flowcap_repeat_lost_last_seconds{target=\"h/9\",number=\"1\"} 0\n"
	    "flowcap_repeat_lost_last_seconds{target=\"h/8\",number=\"2\"} 999990\n", FINDING_WARNING,
	    "datagrams do not reach h/8 (-R), the last one 10 seconds ago");
	finds_nothing("flowcap_repeat_lost_last_seconds{target=\"h/8\",number=\"2\"} 999100\n",
	    "a loss of three slots ago");
	finds("flowcap_lost_slots_total 2\n", FINDING_CRITICAL, "2 slots since the start");
	finds("flowcap_journals_removed_total 2\n", FINDING_NOTE, "2 journals were removed");
	finds("flowcap_open_files_limit 256\n", FINDING_WARNING, "only 256 files");
	finds("flowcap_datagrams_total 0\nflowcap_start_seconds 999939\nflowcap_port 2055\n", FINDING_WARNING,
	    "nothing has come to port 2055 for 61 seconds");
}

static bool
kept(const char *limits, uint64_t kept_bytes, uint64_t archives, double free_bytes)
{
	struct expiry_state s = { .looks = 1, .kept_bytes = kept_bytes, .archives = archives };
	struct flow_error err;

	if (retain_limits_parse(limits, &s.limits, &s.each, &err) != FLOW_OK)
		tap_check(false, __FILE__, __LINE__, err.message);
	return disk_room_is_kept(&s, free_bytes, 100e9);
}

/* On a disk of 100 GB. */
static void
test_room(void)
{
	const struct expiry_state none = { .looks = 0 };

	ok(!disk_room_is_kept(&none, 50e9, 100e9));
	ok(!kept("age=90d", 0, 1, 50e9));
	ok(kept("free=10%", 0, 1, 50e9));
	ok(kept("age=90d,free=5G", 0, 1, 50e9));
	ok(!kept("free=100G", 0, 1, 50e9));
	/* 10 GB are there, and 50 can come. */
	ok(kept("size=60G", (uint64_t)10e9, 1, 50e9));
	ok(!kept("size=61G", (uint64_t)10e9, 1, 50e9));
	ok(!kept("size=2T", (uint64_t)10e9, 1, 50e9));
	ok(kept("size=20G,each", (uint64_t)10e9, 3, 50e9));
	ok(!kept("size=20G,each", (uint64_t)10e9, 4, 50e9));
	/* 1 GB an hour is 24 a day; half of it, if as much as half of it goes. */
	ok(fabs(disk_room_days(48e9, 2e9, 0, 7200) - 2) < 1e-9);
	ok(fabs(disk_room_days(48e9, 2e9, 1e9, 7200) - 4) < 1e-9);
	ok(disk_room_days(48e9, 2e9, 2e9, 7200) < 0);
	ok(disk_room_days(48e9, 0, 0, 0) < 0);
}

static void
test_labels(void)
{
	const char *text = "flowcap_x{a=\"1\",bc=\"\",d=\"2,3\"} 4.5e3\n", *at = text;
	struct metric_line line;
	char out[4];

	tap_check(metric_next(&at, text + strlen(text), &line) && metric_is(&line, "x"), __FILE__, __LINE__, "a line");
	tap_check(line.value > 4499 && line.value < 4501, __FILE__, __LINE__, "its value");
	metric_label(&line, "d", out, sizeof(out));
	is_str(out, "2,3");
	metric_label(&line, "bc", out, sizeof(out));
	is_str(out, "");
	metric_label(&line, "b", out, sizeof(out));
	is_str(out, "");
	tap_check(!metric_next(&at, text + strlen(text), &line), __FILE__, __LINE__, "the end");
}

int
main(void)
{
	test_exporters();
	test_many();
	test_collector();
	test_room();
	test_labels();
	return tap_done();
}
