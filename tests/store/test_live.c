/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that is being written, as it would be if it ended now; and what a collector says of it. */
#include "store/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parquet/file_read.h"
#include "record/builder.h"
#include "store/live_reply.h"
#include "store/writer.h"
#include "tap.h"

#define ROWS 10000

static char folder[] = "/tmp/test_live.XXXXXX";

/* Rows of a group: bytes are numbered through, so that groups differ. */
static struct flow_group *
make_group(size_t number)
{
	struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_builder *b = flow_builder_new();
	struct flow_group *group = NULL;
	int64_t *bytes;

	ok(flow_builder_reserve(b, ROWS) == FLOW_OK);
	bytes = flow_builder_flat(b, FLOW_FIELD_BYTES, ROWS);
	for (size_t i = 0; i < ROWS; i++)
		bytes[i] = (int64_t)(number * ROWS + i);
	flow_builder_commit(b, ROWS);
	ok(flow_group_encode(flow_builder_batch(b), &options, &group, NULL) == FLOW_OK);
	flow_builder_free(b);
	return group;
}

/* What a look at a writer's file tells: groups, rows, and that a journal's name stands in it. */
static void
look(const struct flow_writer *w, int fd, size_t written, bool more)
{
	const struct flow_preview about = { NULL, "flow.journal", "r1-2" };
	struct buf tail = BUF_INIT;
	struct pq_file *file;
	struct pq_bounds bounds;
	uint64_t at = 0;
	size_t len, groups = written + more, column = 0;
	const char *journal;

	is_int(flow_writer_preview(w, more ? make_group(written) : NULL, &about, &at, &tail, NULL), FLOW_OK);
	is_uint(at, flow_writer_bytes(w));
	is_int(pq_file_open_joined(fd, at, tail.data, tail.len, NULL, &file, NULL), FLOW_OK);
	is_uint(pq_file_groups(file), groups);
	is_uint(pq_file_rows(file), groups * ROWS);
	journal = pq_file_key_value(file, "flow.journal", &len);
	ok(journal != NULL && len == 4 && memcmp(journal, "r1-2", 4) == 0);
	while (strcmp(pq_file_column(file, column)->name, "bytes") != 0)
		column++;
	for (size_t g = 0; g < groups; g++) {
		pq_file_bounds(file, g, column, &bounds);
		is_int(bounds.min, (int64_t)(g * ROWS));
		is_int(bounds.max, (int64_t)(g * ROWS + ROWS - 1));
	}
	pq_file_close(file);
	buf_release(&tail);
}

static void
write_file(const char *path, bool looked_at)
{
	struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	struct flow_writer *w;
	int fd = -1;

	ok(flow_writer_open(path, &options, &w, NULL) == FLOW_OK);
	if (looked_at)
		fd = flow_writer_open_again(w);
	ok(!looked_at || fd >= 0);
	for (size_t g = 0; g < 3; g++) {
		if (looked_at) {
			look(w, fd, g, true);
			look(w, fd, g, false);
		}
		ok(flow_writer_append(w, make_group(g), NULL) == FLOW_OK);
	}
	ok(flow_writer_close(w, NULL) == FLOW_OK);
	if (fd >= 0)
		(void)close(fd);
}

static size_t
read_whole(const char *path, uint8_t **bytes)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	*bytes = malloc(1 << 24);
	len = f != NULL && *bytes != NULL ? fread(*bytes, 1, 1 << 24, f) : 0;
	if (f != NULL)
		(void)fclose(f);
	(void)unlink(path);
	return len;
}

/* The finished file is the same, byte for byte, whoever looked at it. */
static void
test_preview(void)
{
	char one[64], two[64];
	uint8_t *a, *b;
	size_t a_len, b_len;

	ok(mkdtemp(folder) != NULL);
	(void)snprintf(one, sizeof(one), "%s/one.parquet", folder);
	(void)snprintf(two, sizeof(two), "%s/two.parquet", folder);
	write_file(one, false);
	write_file(two, true);
	a_len = read_whole(one, &a);
	b_len = read_whole(two, &b);
	ok(a_len > 3 * ROWS);
	is_mem(a, a_len, b, b_len);
	free(a);
	free(b);
	(void)rmdir(folder);
}

static void
test_memory(void)
{
	struct flow_writer_options options = FLOW_WRITER_OPTIONS_INIT;
	const struct flow_preview about = { NULL, NULL, NULL };
	struct buf file = BUF_INIT, tail = BUF_INIT;
	struct flow_writer *w;
	struct pq_file *read;
	uint64_t at;

	is_int(flow_writer_open_buf(&file, &options, &w, NULL), FLOW_OK);
	is_int(flow_writer_preview(w, make_group(0), &about, &at, &tail, NULL), FLOW_OK);
	is_uint(at, file.len);
	flow_writer_abort(w);
	buf_append(&file, tail.data, tail.len);
	is_int(pq_file_open_memory(file.data, file.len, &read, NULL), FLOW_OK);
	is_uint(pq_file_rows(read), ROWS);
	pq_file_close(read);
	buf_release(&file);
	buf_release(&tail);
}

static void
put(struct buf *out, const char *path, uint64_t at)
{
	const struct live_header header = { .run = 7, .number = UINT64_MAX, .status = LIVE_BUSY, .unwritten = 3 };
	const struct live_reply_slot slot = { path, strlen(path), at, (const uint8_t *)"tail", 4 };
	size_t start = out->len;

	live_reply_begin(out, &header);
	live_reply_slot(out, &slot);
	live_reply_slot(out, &slot);
	live_reply_end(out, start, 2);
}

static enum flow_status
parse(const struct buf *in, size_t len, struct live_header *header, struct live_reply_slot **slots)
{
	if (len < LIVE_HEADER_BYTES)
		return FLOW_ETRUNCATED;
	if (live_header_parse(in->data, header, NULL) != FLOW_OK)
		return FLOW_EFORMAT;
	return live_slots_parse(header, in->data + LIVE_HEADER_BYTES, len - LIVE_HEADER_BYTES, slots, NULL);
}

static void
test_reply(void)
{
	struct buf out = BUF_INIT;
	struct live_header h;
	struct live_reply_slot *s;

	buf_append_text(&out, "before");
	put(&out, "2026/a.parquet", 1000);
	memmove(out.data, out.data + 6, out.len -= 6);
	is_int(parse(&out, out.len, &h, &s), FLOW_OK);
	is_uint(h.bytes, out.len);
	is_uint(h.slots, 2);
	is_uint(h.run, 7);
	ok(h.number == UINT64_MAX);
	is_uint(h.status, LIVE_BUSY);
	is_uint(h.unwritten, 3);
	is_mem(s[1].path, s[1].path_len, "2026/a.parquet", 14);
	is_mem(s[1].tail, s[1].tail_len, "tail", 4);
	is_uint(s[1].at, 1000);
	free(s);
	for (size_t len = 0; len < out.len; len++)
		ok(parse(&out, len, &h, &s) != FLOW_OK);
	buf_append_u8(&out, 0);
	ok(parse(&out, out.len, &h, &s) != FLOW_OK);
	buf_release(&out);
}

/* Paths that lead elsewhere, and a beginning that no file has. */
static void
test_paths(void)
{
	static const struct { const char *path; uint64_t at; bool right; } cases[] = {
		{ "a", 0, true }, { "a", 9, true }, { "a..b/..c", 0, true }, { "./a", 0, true },
		{ "", 0, false }, { "/a", 0, false }, { "..", 0, false }, { "../a", 0, false },
		{ "a/../b", 0, false }, { "a/..", 0, false }, { "a", INT64_MAX, true }, { "a", UINT64_MAX, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = BUF_INIT;
		struct live_header h;
		struct live_reply_slot *s = NULL;

		put(&out, cases[i].path, cases[i].at);
		is_int(parse(&out, out.len, &h, &s) == FLOW_OK, cases[i].right);
		free(s);
		buf_release(&out);
	}
}

static void
test_names(void)
{
	ok(live_is_socket_name(".flowcap.0123.live"));
	ok(!live_is_socket_name(".flowcap.live"));
	ok(!live_is_socket_name("flowcap.0123.live"));
	ok(!live_is_socket_name(".flowcap.0123.lives"));
}

int
main(void)
{
	test_preview();
	test_memory();
	test_reply();
	test_paths();
	test_names();
	return tap_done();
}
