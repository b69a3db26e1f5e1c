/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/live_reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"

#define MAGIC "flowlive"
#define VERSION 2

/* Of a record whose path and tail are empty. */
#define SLOT_BYTES_MIN 18

#define SLOTS_AT 12
#define BYTES_AT 16

void
live_reply_begin(struct buf *out, const struct live_header *header)
{
	buf_append_text(out, MAGIC);
	buf_append_le32(out, VERSION);
	buf_append_le32(out, 0);
	buf_append_le64(out, LIVE_HEADER_BYTES);
	buf_append_le64(out, header->run);
	buf_append_le64(out, header->number);
	buf_append_le32(out, header->status);
	buf_append_le32(out, header->unwritten);
}

void
live_reply_slot(struct buf *out, const struct live_reply_slot *slot)
{
	buf_append_le16(out, (uint16_t)slot->path_len);
	buf_append(out, slot->path, slot->path_len);
	buf_append_le64(out, slot->at);
	buf_append_le64(out, slot->tail_len);
	buf_append(out, slot->tail, slot->tail_len);
}

void
live_reply_end(struct buf *out, size_t start, uint32_t slots)
{
	if (out->failed)
		return;
	store_le32(out->data + start + SLOTS_AT, slots);
	store_le64(out->data + start + BYTES_AT, out->len - start);
}

enum flow_status
live_header_parse(const uint8_t *bytes, struct live_header *header, struct flow_error *err)
{
	struct cursor c = cursor_make(bytes, LIVE_HEADER_BYTES);
	const uint8_t *magic = cursor_bytes(&c, strlen(MAGIC));
	struct live_header h;

	if (magic == NULL || memcmp(magic, MAGIC, strlen(MAGIC)) != 0)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "no answer of flowcap");
	if (cursor_le32(&c) != VERSION)
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "flowcap is of another version, which answers otherwise");
	h.slots = cursor_le32(&c);
	h.bytes = cursor_le64(&c);
	h.run = cursor_le64(&c);
	h.number = cursor_le64(&c);
	h.status = cursor_le32(&c);
	h.unwritten = cursor_le32(&c);
	if (h.bytes < LIVE_HEADER_BYTES || h.bytes > LIVE_REPLY_MAX ||
	    h.slots > (h.bytes - LIVE_HEADER_BYTES) / SLOT_BYTES_MIN)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a malformed answer of flowcap");
	*header = h;
	return FLOW_OK;
}

/* Whether a relative path stays below its directory. */
static bool
stays_below(const char *path, size_t len)
{
	size_t part;

	if (len == 0 || path[0] == '/' || memchr(path, '\0', len) != NULL)
		return false;
	for (; len > 0; path += part, len -= part) {
		const char *slash = memchr(path, '/', len);
		size_t name = slash != NULL ? (size_t)(slash - path) : len;

		if (name == 2 && memcmp(path, "..", 2) == 0)
			return false;
		part = name + (slash != NULL);
	}
	return true;
}

static bool
read_slot(struct cursor *c, struct live_reply_slot *s)
{
	uint64_t tail;

	s->path_len = cursor_le16(c);
	s->path = (const char *)cursor_bytes(c, s->path_len);
	s->at = cursor_le64(c);
	tail = cursor_le64(c);
	if (cursor_failed(c) || tail > cursor_left(c))
		return false;
	s->tail_len = (size_t)tail;
	s->tail = cursor_bytes(c, s->tail_len);
	return stays_below(s->path, s->path_len) && s->at <= INT64_MAX;
}

enum flow_status
live_slots_parse(const struct live_header *header, const uint8_t *bytes, size_t len, struct live_reply_slot **slots,
    struct flow_error *err)
{
	struct cursor c = cursor_make(bytes, len);
	struct live_reply_slot *s = calloc((size_t)header->slots + 1, sizeof(*s));
	bool right = s != NULL;

	if (s == NULL)
		return flow_fail_memory(err);
	for (uint32_t i = 0; i < header->slots && right; i++)
		right = read_slot(&c, &s[i]);
	if (right && cursor_left(&c) == 0) {
		*slots = s;
		return FLOW_OK;
	}
	free(s);
	return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "a malformed answer of flowcap");
}

bool
live_is_socket_name(const char *name)
{
	size_t len = strlen(name), prefix = strlen(LIVE_PREFIX), suffix = strlen(LIVE_SUFFIX);

	return len > prefix + suffix && strncmp(name, LIVE_PREFIX, prefix) == 0 &&
	    strcmp(name + len - suffix, LIVE_SUFFIX) == 0;
}
