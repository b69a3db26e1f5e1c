/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/collect_helper.h"
#include "collect/journal.h"
#include "tap.h"

/* 2023-11-14T22:13:20Z, which begins a slot of 100 s. */
#define MS INT64_C(1700000000000)

static struct collect_options
options_of(struct test_log *log, const char *directory)
{
	struct collect_options o = { .port = 9995, .directory = directory,
		.layout = PARTITION_FLAT, .slot_s = 100, .writer = FLOW_WRITER_OPTIONS_INIT,
		.threads = 2, .journal = true, .remember = true, .retry_ms = 50, .log = &log->log };

	o.writer.keep_existing = true;
	return o;
}

/* What the ledger says. */
static void
balances(const struct test_log *log, uint64_t decoded, uint64_t written)
{
	char want[100];

	(void)snprintf(want, sizeof(want), "flows decoded %" PRIu64 ", flows written %" PRIu64 ",", decoded,
	    written);
	ok(strstr(log->ledger, want) != NULL);
	if (strstr(log->ledger, want) == NULL)
		printf("# %s\n# %s\n", log->ledger, want);
}

/* Three slots by time, one of them ended by hand before. */
static void
test_slots(void)
{
	char *directory = test_directory();
	struct test_log log;
	struct collect_options o = options_of(&log, directory);
	struct intake *in;
	uint32_t i;

	test_log_init(&log);
	in = intake_new(&o);
	for (i = 0; i < 3000; i++) {
		struct flow_datagram d = test_v5(i, MS + i * 100);

		intake_datagram(in, &d, 0);
		if (i == 1500)
			intake_rotate(in);
	}
	intake_tick(in, MS + 300000);
	ok(intake_finish(in));
	balances(&log, 3000, 3000);
	is_uint(test_count(directory, ".parquet"), 4);
	is_uint(test_count(directory, ".journal"), 0);
	is_uint(log.errors, 0);
	test_directory_remove(directory);
}

/* What a run that was killed leaves: journals of these datagrams, a slot of each thousand. */
static void
leave_journals(struct test_log *log, const char *directory, uint32_t count)
{
	const struct journal_config config = { .log = &log->log, .directory = directory, .port = 9995 };
	struct journal *j = journal_new(&config);
	struct journal_segment *segment;
	enum journal_event event;
	struct flow_datagram d;
	uint32_t i;

	for (i = 0; i < count; i++) {
		d = test_v5(i, MS + i * 100);
		journal_put(j, &d, 0);
		if (i % 1000 == 999)
			journal_cut(j);
	}
	journal_stop(j);
	while ((event = journal_next(j, &d, &segment)) != JOURNAL_END)
		if (event == JOURNAL_SLOT_END)
			journal_segment_release(segment, false);
	journal_free(j);
}

static void
test_left(void)
{
	char *directory = test_directory();
	struct test_log log;
	struct collect_options o = options_of(&log, directory);

	test_log_init(&log);
	leave_journals(&log, directory, 3500);
	is_uint(test_count(directory, ".journal"), 4);
	ok(intake_finish(intake_new(&o)));
	balances(&log, 3500, 3500);
	is_uint(test_count(directory, ".parquet"), 4);
	is_uint(test_count(directory, ".journal"), 0);
	is_uint(log.errors, 0);
	test_directory_remove(directory);
}

/* A replay that is killed after a slot took its name and before its journal was removed: not filed again. */
static void
test_left_twice(void)
{
	char *directory = test_directory(), *other = test_directory(), *command;
	struct test_log log;
	struct collect_options o = options_of(&log, directory);

	test_log_init(&log);
	leave_journals(&log, directory, 3500);
	if (asprintf(&command, "cp -p %s/.flowcap.*.journal %s", directory, other) < 0 || system(command) != 0)
		abort();
	ok(intake_finish(intake_new(&o)));
	free(command);
	if (asprintf(&command, "cp -p %s/.flowcap.*.journal %s", other, directory) < 0 || system(command) != 0)
		abort();
	free(command);
	ok(intake_finish(intake_new(&o)));
	balances(&log, 0, 0);
	is_uint(test_count(directory, ".parquet"), 4);
	is_uint(test_count(directory, ".journal"), 0);
	test_directory_remove(other);
	test_directory_remove(directory);
}

/* As version 0.1.0 named and locked them. */
static void
test_old_name(void)
{
	char *directory = test_directory(), *path, *old;
	struct test_log log;
	struct collect_options o = options_of(&log, directory);

	test_log_init(&log);
	leave_journals(&log, directory, 900);
	path = test_find(directory, ".journal");
	if (asprintf(&old, "%s/.flowcap.%" PRId64 ".999999-0.journal", directory, MS) < 0 ||
	    rename(path, old) != 0)
		abort();
	ok(intake_finish(intake_new(&o)));
	balances(&log, 900, 900);
	is_uint(test_count(directory, ".parquet"), 1);
	is_uint(test_count(directory, ".journal"), 0);
	is_uint(log.errors, 0);
	free(path);
	free(old);
	test_directory_remove(directory);
}

/* One record is damaged: all others are filed, the journal is set aside, and the status says so. */
static void
test_damaged(void)
{
	char *directory = test_directory(), *path;
	struct test_log log;
	struct collect_options o = options_of(&log, directory);
	FILE *file;

	test_log_init(&log);
	leave_journals(&log, directory, 900);
	path = test_find(directory, ".journal");
	file = fopen(path, "r+");
	(void)fseek(file, 24 + 500 * 130 + 90, SEEK_SET);
	(void)fputc(0xee, file);
	(void)fclose(file);
	free(path);
	ok(!intake_finish(intake_new(&o)));
	balances(&log, 899, 899);
	is_uint(test_count(directory, ".journal"), 0);
	is_uint(test_count(directory, ".journal.damaged"), 1);
	ok(intake_finish(intake_new(&o)));
	balances(&log, 0, 0);
	test_directory_remove(directory);
}

/* The slots' place is no directory at first: they are filed once it can be one. */
static void
test_retry(void)
{
	char *directory = test_directory(), *blocked;
	struct test_log log;
	struct collect_options o = options_of(&log, directory);
	struct intake *in;
	unsigned tries;
	uint32_t i;

	test_log_init(&log);
	o.layout = PARTITION_YMD;
	if (asprintf(&blocked, "%s/2023", directory) < 0)
		abort();
	(void)fclose(fopen(blocked, "w"));
	in = intake_new(&o);
	for (i = 0; i < 2000; i++) {
		struct flow_datagram d = test_v5(i, MS + i * 100);

		intake_datagram(in, &d, 0);
	}
	intake_rotate(in);
	intake_push(in);
	for (tries = 0; tries < 100 && log.errors == 0; tries++)
		(void)usleep(20000);
	ok(log.errors > 0);
	is_uint(test_count(directory, ".journal"), 2);
	(void)unlink(blocked);
	for (tries = 0; tries < 200 && test_count(directory, ".journal") > 0; tries++)
		(void)usleep(20000);
	is_uint(test_count(directory, ".journal"), 0);
	ok(intake_finish(in));
	balances(&log, 2000, 2000);
	free(blocked);
	test_directory_remove(directory);
}

int
main(void)
{
	test_slots();
	test_left();
	test_left_twice();
	test_old_name();
	test_damaged();
	test_retry();
	return tap_done();
}
