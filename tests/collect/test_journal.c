/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/journal.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collect/collect_helper.h"
#include "collect/journal_scan.h"
#include "tap.h"

#define MS INT64_C(1700000000000)
#define HEADER 24
#define RECORD (16 + 14 + 20 + 8 + 72)

/* What fdatasync does here, and what it did. */
static atomic_bool sync_hangs, sync_fails;
static atomic_uint syncs;
static _Atomic int64_t synced_bytes;	/* of the file that was synced last */

/* Instead of the system's: the journal's thread calls this. */
int
fdatasync(int fd)
{
	struct stat st;

	while (atomic_load(&sync_hangs))
		(void)usleep(1000);
	if (atomic_load(&sync_fails)) {
		errno = EIO;
		return -1;
	}
	atomic_fetch_add(&syncs, 1);
	if (fstat(fd, &st) == 0)
		atomic_store(&synced_bytes, st.st_size);
	return 0;
}

static struct journal *
open_journal(struct test_log *log, const char *directory, size_t ring_bytes)
{
	const struct journal_config config = { .log = &log->log, .directory = directory, .port = 9995,
		.ring_bytes = ring_bytes };

	return journal_new(&config);
}

static void
put(struct journal *j, uint32_t from, uint32_t to)
{
	for (; from < to; from++) {
		struct flow_datagram d = test_v5(from, MS);

		journal_put(j, &d, 0);
	}
	journal_push(j);
}

/* Reads until the slot ends; how many came, in order, from number `from` on. */
static uint32_t
read_slot(struct journal *j, uint32_t from, struct journal_segment **segment)
{
	uint32_t n = 0, wrong = 0;

	for (;;) {
		struct flow_datagram d;
		enum journal_event event = journal_next(j, &d, segment);

		if (event == JOURNAL_SLOT_END)
			break;
		if (event == JOURNAL_END) {
			*segment = NULL;
			break;
		}
		if (event == JOURNAL_DATAGRAM)
			wrong += test_v5_number(&d) != from + n++;
	}
	is_uint(wrong, 0);
	return n;
}

static uint32_t
scan(const char *path, uint32_t from)
{
	struct journal_scan *s;
	struct flow_datagram d;
	struct flow_error err;
	uint32_t n = 0, wrong = 0;

	is_int(journal_scan_open(path, &s, &err), FLOW_OK);
	while (journal_scan_next(s, &d))
		wrong += test_v5_number(&d) != from + n++;
	is_uint(wrong, 0);
	is_uint(journal_scan_damage(s)->places, 0);
	journal_scan_close(s);
	return n;
}

/* Two slots: two files, private, in order, gone when they are filed. */
static void
test_slots(void)
{
	struct journal_segment *segment;
	char *directory = test_directory();
	struct test_log log;
	struct journal *j;
	struct stat st;
	unsigned tries;

	test_log_init(&log);
	j = open_journal(&log, directory, 0);
	put(j, 0, 1000);
	journal_cut(j);
	journal_cut(j);		/* an empty slot is none */
	put(j, 1000, 1500);
	is_uint(read_slot(j, 0, &segment), 1000);
	is_uint(journal_segment_missed(segment), 0);
	/* It has its name soon. */
	for (tries = 0; tries < 200 && stat(journal_segment_path(segment), &st) != 0; tries++)
		(void)usleep(20000);
	is_int(stat(journal_segment_path(segment), &st), 0);
	is_uint(st.st_mode & 0777, 0600);
	is_uint(st.st_size, 24 + 1000 * (16 + 14 + 20 + 8 + 72));
	is_uint(scan(journal_segment_path(segment), 0), 1000);
	journal_segment_release(segment, true);
	journal_stop(j);
	is_uint(read_slot(j, 1000, &segment), 500);
	is_uint(scan(journal_segment_path(segment), 1000), 500);
	journal_segment_release(segment, false);
	is_uint(read_slot(j, 0, &segment), 0);
	ok(segment == NULL);
	journal_free(j);
	is_uint(test_count(directory, ".journal"), 1);
	is_uint(test_count(directory, ".spare"), 0);
	is_uint(test_count(directory, ".lock"), 0);
	is_uint(log.errors, 0);
	test_directory_remove(directory);
}

/* A decoder that is late by 40 times what the ring holds reads the files. */
static void
test_late_decoder(void)
{
	struct journal_segment *segment;
	char *directory = test_directory();
	struct test_log log;
	struct journal *j;
	unsigned slot;

	test_log_init(&log);
	j = open_journal(&log, directory, (size_t)256 << 10);
	for (slot = 0; slot < 8; slot++) {
		put(j, slot * 10000, (slot + 1) * 10000);
		journal_cut(j);
	}
	journal_stop(j);
	for (slot = 0; slot < 8; slot++) {
		is_uint(read_slot(j, slot * 10000, &segment), 10000);
		is_uint(journal_segment_missed(segment), 0);
		ok(!journal_segment_unread(segment));
		journal_segment_release(segment, true);
	}
	is_uint(read_slot(j, 0, &segment), 0);
	is_uint(journal_missed(j), 0);
	journal_free(j);
	is_uint(test_count(directory, ".journal"), 0);
	is_uint(log.errors, 0);
	test_directory_remove(directory);
}

/* Where no file can be made all comes through the ring all the same, and is counted. */
static void
test_no_directory(void)
{
	struct journal_segment *segment;
	struct test_log log;
	struct journal *j;

	test_log_init(&log);
	j = open_journal(&log, "/nonexistent/directory", 0);
	put(j, 0, 100);
	journal_stop(j);
	is_uint(read_slot(j, 0, &segment), 100);
	ok(journal_segment_path(segment) == NULL);
	journal_segment_release(segment, true);
	journal_free(j);
	is_uint(log.errors, 1);
}

/* Without files, as asked for. */
static void
test_no_files(void)
{
	struct journal_segment *segment;
	struct test_log log;
	struct journal *j;

	test_log_init(&log);
	j = open_journal(&log, NULL, 0);
	put(j, 0, 100);
	journal_cut(j);
	is_uint(read_slot(j, 0, &segment), 100);
	journal_segment_release(segment, true);
	put(j, 100, 300);
	journal_stop(j);
	is_uint(read_slot(j, 100, &segment), 200);
	journal_segment_release(segment, true);
	journal_free(j);
	is_uint(log.errors, 0);
}

/* Datagrams that fill records of the greatest lengths, across the end of a small ring. */
static void
test_long(void)
{
	static uint8_t bytes[65535];
	struct flow_datagram d = { .bytes = bytes, .exporter = addr_from_v4(0xc0000201), .port = 1,
		.received_ms = MS }, got;
	static const size_t len[] = { 65507, 65488, 65487, 1, 0 };
	struct journal_segment *segment;
	char *directory = test_directory();
	struct test_log log;
	struct journal *j;
	unsigned i, n = 0, wrong = 0;

	test_log_init(&log);
	j = open_journal(&log, directory, (size_t)256 << 10);
	for (i = 0; i < 50; i++) {
		d.len = len[i % 5];
		journal_put(j, &d, 0);
		d.transport = FLOW_TCP;
		d.len = 65535 - i;
		journal_put(j, &d, i);
		d.transport = FLOW_UDP;
	}
	journal_stop(j);
	while (journal_next(j, &got, &segment) == JOURNAL_DATAGRAM) {
		wrong += got.len != (n % 2 == 0 ? len[n / 2 % 5] : 65535 - n / 2);
		wrong += got.transport != (n % 2 == 0 ? FLOW_UDP : FLOW_TCP);
		n++;
	}
	is_uint(n, 100);
	is_uint(wrong, 0);
	journal_segment_release(segment, true);
	journal_free(j);
	is_uint(log.errors, 0);
	test_directory_remove(directory);
}

/* With sync_ms nothing is seen before it is on the disk, as far as the system says. */
static void
test_sync(void)
{
	struct journal_config config = { .sync_ms = 20 };
	struct journal_segment *segment;
	char *directory = test_directory();
	uint32_t n = 0, put_so_far = 0, early = 0, wrong = 0, before = atomic_load(&syncs);
	struct flow_datagram d;
	struct test_log log;
	struct journal *j;

	test_log_init(&log);
	config.log = &log.log;
	config.directory = directory;
	j = journal_new(&config);
	atomic_store(&sync_hangs, true);
	put(j, 0, 100);
	is_int(journal_next(j, &d, &segment), JOURNAL_IDLE);
	is_int(journal_next(j, &d, &segment), JOURNAL_IDLE);
	is_uint(atomic_load(&syncs), before);
	atomic_store(&sync_hangs, false);
	for (put_so_far = 100; n < 2000;) {
		if (journal_next(j, &d, &segment) != JOURNAL_DATAGRAM)
			continue;
		wrong += test_v5_number(&d) != n++;
		early += atomic_load(&synced_bytes) < HEADER + (int64_t)n * RECORD;
		if (n == put_so_far && n < 2000) {
			put(j, n, n + 100);
			put_so_far += 100;
		}
	}
	is_uint(wrong, 0);
	is_uint(early, 0);
	ok(atomic_load(&syncs) >= before + 20);
	/* A disk that refuses: it is said once, not at each try, and once when it is over. */
	atomic_store(&sync_fails, true);
	for (; n < 2300; n += 10) {
		put(j, n, n + 10);
		(void)usleep(10000);
	}
	atomic_store(&sync_fails, false);
	put(j, n, 2400);
	journal_stop(j);
	is_uint(read_slot(j, 2000, &segment), 400);
	journal_segment_release(segment, true);
	is_uint(read_slot(j, 0, &segment), 0);
	journal_free(j);
	is_uint(log.errors, 1);
	test_directory_remove(directory);
}

/* Without sync_ms the system is left alone. */
static void
test_no_sync(void)
{
	unsigned before = atomic_load(&syncs);
	struct journal_segment *segment;
	char *directory = test_directory();
	struct test_log log;
	struct journal *j;

	test_log_init(&log);
	j = open_journal(&log, directory, 0);
	put(j, 0, 1000);
	journal_stop(j);
	is_uint(read_slot(j, 0, &segment), 1000);
	journal_segment_release(segment, true);
	is_uint(read_slot(j, 0, &segment), 0);
	journal_free(j);
	is_uint(atomic_load(&syncs), before);
	test_directory_remove(directory);
}

int
main(void)
{
	test_slots();
	test_late_decoder();
	test_no_directory();
	test_no_files();
	test_long();
	test_sync();
	test_no_sync();
	return tap_done();
}
