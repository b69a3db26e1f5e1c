/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that filters name: includes, sets, and their errors. */
#include "filter/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"
#include "tap.h"

static char folder[] = "/tmp/flow-filter-XXXXXX";

static const char *
path(const char *name)
{
	static char out[4][128];
	static unsigned turn;
	char *p = out[turn++ % 4];

	(void)snprintf(p, sizeof(out[0]), "%s/%s", folder, name);
	return p;
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(path(name), "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0) {
		printf("Bail out! cannot write %s\n", path(name));
		exit(1);
	}
}

/* Runs a filter given as a format with one %s for the folder; rows that pass, or the message. */
static const char *
run(const struct flow_batch *batch, const char *format)
{
	static char got[1024];
	char text[1024];
	struct flow_filter_state *state;
	struct flow_selection sel;
	struct flow_filter *f;
	struct flow_error err;
	size_t len = 0;

	/* "FOLDER" stands for the folder. */
	for (const char *p = format; *p != '\0';) {
		bool here = strncmp(p, "FOLDER", 6) == 0;

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s", here ? 99 : 1,
		    here ? folder : p);
		p += here ? 6 : 1;
	}
	got[0] = '\0';
	if (flow_filter_parse(text, len, NULL, &f, &err) != FLOW_OK) {
		char *in_folder = strstr(err.message, folder);

		(void)snprintf(got, sizeof(got), "%s",
		    in_folder != NULL ? in_folder + strlen(folder) + 1 : err.message);
		return got;
	}
	state = flow_filter_state_new(f);
	ok(flow_filter_select(state, batch, &sel) == FLOW_OK);
	len = 0;
	for (uint32_t i = 0; i < sel.count; i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%u", i > 0 ? " " : "",
		    flow_selection_row(&sel, i));
	flow_filter_state_free(state);
	flow_filter_free(f);
	return got;
}

static void
test_include(const struct flow_batch *batch)
{
	write_file("dns", "# name service\nport 53\nand # only\nproto udp\n");
	write_file("outer", "( @include ");
	write_file("bad", "port 53\nand prot udp\n");
	is_str(run(batch, "@include FOLDER/dns"), "1 2 10");
	is_str(run(batch, "include FOLDER/dns\n and ipv6"), "2");
	is_str(run(batch, "not ( @include 'FOLDER/dns' ) and ipv6"), "4");
	is_str(run(batch, "any and @include FOLDER/bad"),
	    "bad:2:5: unknown word 'prot'; did you mean 'proto'?");
	is_str(run(batch, "@include FOLDER/outer"),
	    "outer:1:12: expected the name of a file to include");
	ok(strstr(run(batch, "@include FOLDER/none"), "No such file") != NULL);
	is_str(run(batch, "@include"), "1:9: expected the name of a file to include");
}

/* A file that includes itself, once or twice at each level. */
static void
test_loop(const struct flow_batch *batch)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "any or @include %s\n", path("loop"));
	write_file("loop", text);
	ok(strstr(run(batch, "@include FOLDER/loop"), "too deeply") != NULL);
	(void)snprintf(text, sizeof(text), "( any or @include %s\n or @include %s\n )",
	    path("loop"), path("loop"));
	write_file("loop", text);
	ok(strstr(run(batch, "@include FOLDER/loop"), "too deeply") != NULL);
}

static void
test_sets(const struct flow_batch *batch)
{
	write_file("nets",
	    "# wanted\n\n10.0.0.0/30 # small\r\n  8.8.8.8\n2001:db8::/32\n\t192.0.2.2");
	write_file("ports", "53\n1000-2000\n0x1bb\n");
	write_file("wrong", "10.0.0.0/8\n10.0.0.0/8 and more\n");
	write_file("wrong-port", "1\n2\n  70000\n");
	write_file("empty", "# nothing\n");
	is_str(run(batch, "ip in @FOLDER/nets"), "1 2 10");
	is_str(run(batch, "src ip in @FOLDER/nets"), "1 2");
	is_str(run(batch, "src ip in @'FOLDER/nets'"), "1 2");
	is_str(run(batch, "src ip in [ @FOLDER/nets 10.0.0.5 ]"), "1 2 5");
	is_str(run(batch, "src ip not in @FOLDER/nets and udp"), "10");
	is_str(run(batch, "port in @FOLDER/ports"), "0 1 2 5 6 10");
	is_str(run(batch, "ip in @FOLDER/empty"), "");
	is_str(run(batch, "ip in @FOLDER/wrong"),
	    "wrong:2:10: expected a prefix length of 0 to 32");
	is_str(run(batch, "port in @FOLDER/wrong-port"),
	    "wrong-port:3:3: port goes up to 65535 only");
	ok(strstr(run(batch, "ip in @FOLDER/none"), "No such file") != NULL);
	ok(strstr(run(batch, "ip in @FOLDER"), "Is a directory") != NULL);
}

/*
 * The one name that resolves everywhere, and one that no server is asked for: labels have 63 octets at
 * most (RFC 1035).
 */
static void
test_names(const struct flow_batch *batch)
{
#define NO_NAME "x234567890123456789012345678901234567890123456789012345678901234.example"
	is_str(run(batch, "not ip localhost and port 22"), "5 6");
	is_str(run(batch, "ip in [localhost 10.0.0.5]"), "5 6");
	ok(strncmp(run(batch, "port 22 and host " NO_NAME), "1:18: cannot resolve 'x2345678", 30) == 0);
	ok(strncmp(run(batch, "ip in [10.0.0.5\n" NO_NAME "]"), "2:1: cannot resolve 'x2345678", 29) == 0);
	/* What looks like an address is none of a host. */
	ok(strstr(run(batch, "host 10.0.0.256"), "resolve") == NULL);
#undef NO_NAME
}

static void
test_parse_file(void)
{
	struct flow_filter *f;
	struct flow_error err;
	char want[160];

	write_file("filter", "port 53\nand prt\n");
	ok(flow_filter_parse_file(path("filter"), NULL, &f, &err) == FLOW_EINVAL);
	is_int(err.offset, 12);
	(void)snprintf(want, sizeof(want), "%s:2:5: unknown word 'prt'; did you mean 'port'?",
	    path("filter"));
	is_str(err.message, want);
	write_file("filter", "port 53\n");
	ok(flow_filter_parse_file(path("filter"), NULL, &f, &err) == FLOW_OK);
	flow_filter_free(f);
	ok(flow_filter_parse_file(path("none"), NULL, &f, &err) == FLOW_EIO);
}

/* Two hundred thousand networks, of which two matter. */
static void
test_many(const struct flow_batch *batch)
{
	FILE *f = fopen(path("many"), "w");

	for (unsigned i = 0; i < 200000; i++)
		fprintf(f, "%u.%u.%u.0/25\n", 20 + i / 65536, i / 256 % 256, i % 256);
	fprintf(f, "8.8.8.0/24\n203.0.113.0/25\n");
	fclose(f);
	is_str(run(batch, "ip in @FOLDER/many"), "1 10 12");
}

int
main(void)
{
	static const char *const files[] = { "dns", "outer", "bad", "loop", "nets", "ports",
		"wrong", "wrong-port", "empty", "filter", "many" };
	struct rows *rows = rows_load();

	if (mkdtemp(folder) == NULL) {
		printf("Bail out! cannot make %s\n", folder);
		return 1;
	}
	test_include(rows_batch(rows));
	test_loop(rows_batch(rows));
	test_sets(rows_batch(rows));
	test_names(rows_batch(rows));
	test_parse_file();
	test_many(rows_batch(rows));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlink(path(files[i]));
	(void)rmdir(folder);
	rows_free(rows);
	return tap_done();
}
