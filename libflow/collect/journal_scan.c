/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/journal_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "capture/pcap_write.h"
#include "collect/datagram_record.h"
#include "collect/journal_file.h"

#define BUFFER_BYTES ((size_t)1 << 20)

/* How much is skipped where a read fails, and how often at most. */
#define BLOCK_BYTES 4096
#define FAILURES_MAX 1024

/* Smallest unit of disk writes: a power cut may separate a written part from an unwritten one there. */
#define SECTOR_BYTES 512

struct journal_scan {
	int fd;
	uint8_t *bytes;
	size_t begin, end;		/* of what was not returned yet, in bytes */
	int64_t offset;			/* in the file, of bytes + end */
	bool ended;
	unsigned failures;
	struct journal_damage damage;
};

static void
damaged(struct journal_scan *s, int64_t at, uint64_t bytes)
{
	if (s->damage.first < 0)
		s->damage.first = at;
	s->damage.places++;
	s->damage.bytes += bytes;
}

static int64_t
here(const struct journal_scan *s)
{
	return s->offset - (int64_t)(s->end - s->begin);
}

/* Skips the unreadable block, and the partial record before it. */
static void
skip_block(struct journal_scan *s)
{
	int64_t next = (s->offset / BLOCK_BYTES + 1) * BLOCK_BYTES;

	s->damage.error = errno;
	damaged(s, here(s), (uint64_t)(next - here(s)));
	s->begin = s->end = 0;
	s->offset = next;
	if (++s->failures == FAILURES_MAX)
		s->ended = true;
}

/* Moves the rest to the front, and reads more behind it.  False where nothing came. */
static bool
fill(struct journal_scan *s)
{
	ssize_t got;

	if (s->ended)
		return false;
	memmove(s->bytes, s->bytes + s->begin, s->end - s->begin);
	s->end -= s->begin;
	s->begin = 0;
	do {
		got = pread(s->fd, s->bytes + s->end, BUFFER_BYTES - s->end, s->offset);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		skip_block(s);
		return !s->ended;
	}
	s->ended = got == 0;
	s->end += (size_t)got;
	s->offset += got;
	return got > 0;
}

enum flow_status
journal_scan_open(const char *path, struct journal_scan **out, struct flow_error *err)
{
	static const uint8_t magic[4] = { 0xd4, 0xc3, 0xb2, 0xa1 };
	struct journal_scan *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->bytes = malloc(BUFFER_BYTES)) == NULL) {
		free(s);
		return flow_fail_memory(err);
	}
	s->damage.first = -1;
	s->fd = journal_file_open(path);
	if (s->fd < 0) {
		enum flow_status st = flow_fail_errno(err, "%s", path);
		int error = errno;

		journal_scan_close(s);
		errno = error;
		return st;
	}
	while (s->end < PCAP_FILE_HEADER && fill(s))
		;
	/* A header that is not whole is how a kill leaves it; a wrong one is no reason to look no further. */
	if (s->ended && s->end < PCAP_FILE_HEADER) {
		s->damage.cut = s->end;
		s->begin = s->end;
	} else if (s->offset == (int64_t)s->end && memcmp(s->bytes, magic, sizeof(magic)) == 0) {
		s->begin = PCAP_FILE_HEADER;
	}
	*out = s;
	return FLOW_OK;
}

void
journal_scan_close(struct journal_scan *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->bytes);
	free(s);
}

/* Finds the next whole record; false where there is none. */
static bool
find(struct journal_scan *s, struct flow_datagram *out, size_t *size)
{
	enum flow_status st;

	for (;;) {
		st = datagram_record_get(s->bytes + s->begin, s->end - s->begin, true, out, size);
		if (st == FLOW_OK)
			return true;
		if ((st == FLOW_ETRUNCATED || s->end - s->begin < DATAGRAM_RECORD_MIN) && fill(s))
			continue;
		if (s->end - s->begin < DATAGRAM_RECORD_MIN)
			return false;
		s->begin++;
	}
}

/* Where the zeros at the end of the file begin, not before `from`.  Discards what is in memory. */
static int64_t
zeros_begin(struct journal_scan *s, int64_t from)
{
	int64_t at = s->offset;

	while (at > from) {
		size_t len = at - from < (int64_t)BUFFER_BYTES ? (size_t)(at - from) : BUFFER_BYTES;
		ssize_t got = pread(s->fd, s->bytes, len, at - (int64_t)len);

		if (got < (ssize_t)len)
			return s->offset;
		while (len > 0 && s->bytes[len - 1] == 0)
			len--;
		at -= got - (ssize_t)len;
		if (len > 0)
			return at;
	}
	return from;
}

/*
 * Whether the file ends as after a power cut, which keeps a file's length but not all data: with zeros from a
 * sector on, in the record that begins at `from` or right there.
 */
static bool
ends_unwritten(struct journal_scan *s, int64_t from)
{
	int64_t zeros = zeros_begin(s, from);

	if (zeros > from)
		zeros = (zeros + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
	return zeros < s->offset && zeros - from < DATAGRAM_RECORD_MAX;
}

/* Continues after an invalid or partial record; *cut: the file ends within it. */
static bool
begin_anew(struct journal_scan *s, bool cut, struct flow_datagram *out, size_t *size)
{
	int64_t from = here(s);
	uint64_t places = s->damage.places;
	bool found;

	s->begin += s->begin < s->end;
	found = find(s, out, size);
	if (!found)
		s->begin = s->end;
	if (cut && !found)
		s->damage.cut = (uint64_t)(here(s) - from);
	else if (!found && s->damage.places == places && ends_unwritten(s, from))
		s->damage.unwritten = (uint64_t)(here(s) - from);
	else if (s->damage.places == places)	/* else a read has failed, and is counted */
		damaged(s, from, (uint64_t)(here(s) - from));
	return found;
}

bool
journal_scan_next(struct journal_scan *s, struct flow_datagram *out)
{
	enum flow_status st;
	size_t size;

	do {
		st = datagram_record_get(s->bytes + s->begin, s->end - s->begin, true, out, &size);
	} while (st == FLOW_ETRUNCATED && fill(s));
	if (s->begin == s->end || (st != FLOW_OK && !begin_anew(s, st == FLOW_ETRUNCATED, out, &size)))
		return false;
	s->begin += size;
	return true;
}

const struct journal_damage *
journal_scan_damage(const struct journal_scan *s)
{
	return &s->damage;
}
