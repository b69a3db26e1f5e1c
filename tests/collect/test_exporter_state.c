/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of exporters, written and read again; that of version 0.1.0; damage. */
#include "collect/exporter_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "capture/pcap_write.h"
#include "collect/collect_helper.h"
#include "tap.h"
#include "wire/wire_helper.h"

/* in_if (10) and packets (2); a rate of 7 for the domain. */
#define TEMPLATES "0100 0002 000a 0004 0002 0004"
#define OPTIONS "0101 0004 0004 0001 0004 0022 0004"
#define RATE "00000000 00000007"
#define DATA "00000003 00000064"

static char *directory;
static struct test_log log_of_test;

static struct collect_options
options(void)
{
	return (struct collect_options){ .directory = directory, .port = 2055, .log = &log_of_test.log,
		.remember = true };
}

static char *
path_of(const char *name)
{
	char *path = malloc(strlen(directory) + strlen(name) + 2);

	if (path == NULL)
		abort();
	(void)sprintf(path, "%s/%s", directory, name);
	return path;
}

static bool
is_there(const char *name)
{
	char *path = path_of(name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void
write_state(struct wire *w)
{
	const struct collect_options o = options();
	struct buf b = BUF_INIT;

	exporter_state_save(w->d, "some-journal.7", &b);
	ok(exporter_state_write(&o, &b));
	buf_release(&b);
}

static void
test_again(struct wire *w)
{
	const struct collect_options o = options();
	char after[JOURNAL_ID_MAX];
	struct wire again;

	wire_v9(w, 0, 0, TEMPLATES);
	wire_v9(w, 0, 1, OPTIONS);
	wire_v9(w, 0, 257, RATE);
	write_state(w);
	wire_begin(&again, NULL);
	exporter_state_load(&o, again.d, after);
	is_str(after, "some-journal.7");
	is_uint(log_of_test.errors, 0);
	wire_v9(&again, 0, 256, DATA);
	is_uint(wire_number(&again, FLOW_FIELD_PACKETS, 0), 700);
	wire_end(&again);
}

/* A byte that was changed, and a file that was cut: said, and nothing of it is believed. */
static void
damage(const char *what, size_t cut, size_t at)
{
	const struct collect_options o = options();
	char after[JOURNAL_ID_MAX], *path = path_of(".flowcap.2055.state");
	struct buf b = BUF_INIT;
	struct wire again;

	wire_begin(&again, NULL);
	wire_v9(&again, 0, 0, TEMPLATES);
	exporter_state_save(again.d, "j", &b);
	wire_end(&again);
	b.data[at] ^= 1;
	b.len -= cut;
	if (file_replace(path, b.data, b.len, NULL) != FLOW_OK)
		abort();
	buf_release(&b);
	free(path);
	log_of_test.errors = 0;
	wire_begin(&again, NULL);
	exporter_state_load(&o, again.d, after);
	printf("# %s\n", what);
	is_uint(log_of_test.errors, 1);
	is_uint(flow_decoder_sources(again.d), 0);
	wire_end(&again);
}

/* A pcap file of announcements, as version 0.1.0 left them. */
static void
write_templates(void)
{
	static const char *const set[][2] = { { "0000", TEMPLATES }, { "0001", OPTIONS }, { "0101", RATE } };
	char *path = path_of(".flowcap.2055.templates");
	struct buf file = BUF_INIT;
	size_t i;

	pcap_write_header(&file);
	for (i = 0; i < ARRAY_LEN(set); i++) {
		struct pcap_datagram p = { .time_us = WIRE_RECEIVED * 1000, .src = addr_from_v4(0xc0000201),
			.src_port = 1000, .dst = addr_any4, .dst_port = 2055 };
		struct buf b = BUF_INIT;
		size_t at;

		put_v9_header(&b, 1, 1, 0);
		at = put_set(&b, (uint16_t)strtoul(set[i][0], NULL, 16));
		put_hex(&b, set[i][1]);
		put_set_end(&b, at);
		p.bytes = b.data;
		p.len = b.len;
		pcap_write_datagram(&file, &p);
		buf_release(&b);
	}
	if (file_replace(path, file.data, file.len, NULL) != FLOW_OK)
		abort();
	buf_release(&file);
	free(path);
}

static void
test_upgrade(struct wire *w)
{
	const struct collect_options o = options();
	char after[JOURNAL_ID_MAX], *state = path_of(".flowcap.2055.state");

	(void)unlink(state);
	free(state);
	write_templates();
	log_of_test.errors = 0;
	exporter_state_load(&o, w->d, after);
	is_str(after, "");
	is_uint(log_of_test.errors, 0);
	is_uint(wire_count(w, FLOW_COUNT_DATAGRAMS), 0);
	wire_v9(w, 0, 256, DATA);
	is_uint(wire_number(w, FLOW_FIELD_PACKETS, 0), 700);
	ok(is_there(".flowcap.2055.templates"));
	write_state(w);
	ok(!is_there(".flowcap.2055.templates"));
}

/* One that is with the files, where it is to be kept elsewhere now: it is read, and goes once it is there. */
static void
test_moved(struct wire *w)
{
	struct collect_options o = options();
	char after[JOURNAL_ID_MAX];
	struct buf b = BUF_INIT;

	write_state(w);
	ok(is_there(".flowcap.2055.state"));
	o.state = path_of("kept");
	if (mkdir(o.state, 0700) != 0)
		abort();
	exporter_state_load(&o, w->d, after);
	is_str(after, "some-journal.7");
	exporter_state_save(w->d, "another", &b);
	ok(exporter_state_write(&o, &b));
	buf_release(&b);
	ok(!is_there(".flowcap.2055.state"));
	ok(is_there("kept/.flowcap.2055.state"));
	exporter_state_load(&o, w->d, after);
	is_str(after, "another");
	free(o.state);
}

static void
test_none(struct wire *w)
{
	const struct collect_options o = options();
	char after[JOURNAL_ID_MAX];

	exporter_state_load(&o, w->d, after);
	is_str(after, "");
	is_uint(log_of_test.errors, 0);
}

int
main(void)
{
	test_log_init(&log_of_test);
	directory = test_directory();
	wire_run(test_none, NULL);
	wire_run(test_again, NULL);
	damage("the magic", 0, 0);
	damage("the journal's id", 0, 9);
	damage("the state", 0, 60);
	damage("cut in the head", 200, 40);
	damage("cut by a byte", 1, 40);
	wire_run(test_upgrade, NULL);
	wire_run(test_moved, NULL);
	test_directory_remove(directory);
	return tap_done();
}
