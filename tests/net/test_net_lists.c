/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of lists: which lists an address is on, and what is told of lines that are none. */
#include "net/net_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "tap.h"

static void
note(void *context, const char *message)
{
	struct buf *told = context;

	buf_append_text(told, message);
	buf_append_text(told, "\n");
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static void
lists_of(const struct net_lists *l, const char *text, const char *want)
{
	struct addr a;
	size_t count, len = 0;
	const uint16_t *list;
	char got[256] = "";

	if (!addr_parse(text, strlen(text), &a))
		abort();
	list = net_sets_lists(net_lists_sets(l), net_sets_find(net_lists_sets(l), &a), &count);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s ", net_lists_name(l, list[i]));
	tap_check_str(got, want, __FILE__, __LINE__, text);
}

static void
of_bytes(void)
{
	static const char text[] = "\xef\xbb\xbf" "cidr,why\n192.0.2.0/24,x\n\n;c\n2001:db8::/32\nbad\x1b[31m line\n"
	    "192.0.2.1/99\nx\ny\nz\n198.51.100.1";
	struct net_lists *l = net_lists_new();
	struct buf told = BUF_INIT;
	struct flow_error err;
	char *line = malloc(200000);

	ok(net_lists_add_bytes(l, "a.txt", text, sizeof(text) - 1, note, &told, &err) == FLOW_OK);
	buf_append_u8(&told, '\0');
	is_str((const char *)told.data,
	    "a.txt:6: 'bad?[31m line': there is no address, network or range in it\n"
	    "a.txt:7: '192.0.2.1/99': the length of the prefix is none (0 to 32, for IPv6 to 128)\n"
	    "a.txt:8: 'x': there is no address, network or range in it\n"
	    "a.txt: 2 more lines of this kind\n");
	buf_clear(&told);
	/* Names of hosts are no heading; a line that never ends is left out, and what follows is read. */
	memset(line, '1', 200000);
	line[150000] = '\n';
	memcpy(line + 150001, "203.0.113.9\n", 12);
	memset(line + 150013, ' ', 200000 - 150013);
	ok(net_lists_add_bytes(l, "long", line, 200000, note, &told, &err) == FLOW_OK);
	ok(net_lists_add_bytes(l, "names", "bad.example\n", 12, note, &told, &err) == FLOW_OK);
	ok(net_lists_add_bytes(l, "empty", "", 0, note, &told, &err) == FLOW_OK);
	buf_append_u8(&told, '\0');
	is_str((const char *)told.data,
	    "long:1: '111111111111111111111111111111111111111111111111...': the line is longer than 64 KiB\n"
	    "names:1: 'bad.example': there is no address, network or range in it\n");
	ok(net_lists_end(l, &err) == FLOW_OK);
	is_uint(net_lists_count(l), 4);
	is_uint(net_lists_networks(l, 0), 3);
	is_uint(net_lists_networks(l, 3), 0);
	lists_of(l, "192.0.2.255", "a.txt ");
	lists_of(l, "2001:db8:ffff::", "a.txt ");
	lists_of(l, "198.51.100.1", "a.txt ");
	lists_of(l, "203.0.113.9", "long ");
	lists_of(l, "203.0.113.8", "");
	buf_release(&told);
	net_lists_free(l);
	free(line);
}

static void
of_directory(void)
{
	char dir[] = "/tmp/test_net_lists.XXXXXX", path[128], packed[128];
	struct net_lists *l = net_lists_new();
	struct buf told = BUF_INIT;
	struct flow_error err;
	gzFile gz;

	if (mkdtemp(dir) == NULL)
		abort();
	(void)snprintf(path, sizeof(path), "%s/b", dir);
	write_file(path, "192.0.2.0/24\n192.0.2.0/25\n");
	(void)snprintf(path, sizeof(path), "%s/.hidden", dir);
	write_file(path, "0.0.0.0/0\n");
	(void)snprintf(path, sizeof(path), "%s/b~", dir);
	write_file(path, "0.0.0.0/0\n");
	(void)snprintf(path, sizeof(path), "%s/below", dir);
	if (mkdir(path, 0700) != 0)
		abort();
	(void)snprintf(packed, sizeof(packed), "%s/a.gz", dir);
	gz = gzopen(packed, "wb");
	if (gz == NULL || gzputs(gz, "192.0.2.128/25\n") < 0 || gzclose(gz) != Z_OK)
		abort();
	ok(net_lists_add(l, dir, note, &told, &err) == FLOW_OK);
	is_uint(told.len, 0);
	is_uint(net_lists_count(l), 2);
	is_str(net_lists_name(l, 0), "a.gz");
	ok(net_lists_time_ms(l, 1) > 1600000000000);
	/* A file whose end is missing is told, and gives what it has. */
	if (truncate(packed, 20) != 0)
		abort();
	ok(net_lists_add(l, packed, note, &told, &err) != FLOW_OK);
	ok(strstr(err.message, "a.gz: the compressed data ends too early") != NULL);
	ok(net_lists_add(l, dir, note, &told, &err) == FLOW_OK);
	buf_append_u8(&told, '\0');
	ok(strstr((const char *)told.data, "ends too early") != NULL);
	ok(net_lists_add(l, "/nonexistent", note, &told, &err) == FLOW_EIO);
	ok(strstr(err.message, "/nonexistent") != NULL);
	ok(net_lists_end(l, &err) == FLOW_OK);
	lists_of(l, "192.0.2.1", "b b ");
	lists_of(l, "192.0.2.129", "a.gz b b ");
	net_lists_free(l);
	buf_release(&told);
	(void)snprintf(path, sizeof(path), "rm -rf %s", dir);
	ok(system(path) == 0);
}

int
main(void)
{
	of_bytes();
	of_directory();
	return tap_done();
}
