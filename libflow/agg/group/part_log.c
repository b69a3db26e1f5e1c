/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/group/part_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agg/group/huge_pages.h"
#include "agg/group/spool.h"
#include "base/file.h"
#include "base/hash.h"

#define CHUNK_MIN ((size_t)4 << 10)
#define CHUNK_MAX ((size_t)64 << 10)

/*
 * Large blocks are in huge pages: small pages took a seventh of the time of pairs.  Much is mapped at
 * once (RAM is used only for what is written), because mmap takes the process-wide lock that a huge-page
 * fault holds.
 */
#define BLOCK_MIN ((size_t)1 << 20)
#define BLOCK_MAX ((size_t)32 << 20)

/* The header of a block of chunks. */
struct log_block {
	struct log_block *next;
	size_t bytes;
};

/* The header of a chunk of records.  Unused chunks may follow the part's last one. */
struct log_chunk {
	struct log_chunk *next;
	size_t bytes;		/* with this header */
	char *end;		/* end of its records, except in the last chunk */
};

/* The offsets of the parts of one spill in the file. */
struct log_spill {
	int64_t at[LOG_PARTS + 1];
};

void
part_log_init(struct part_log *log, size_t record_bytes)
{
	memset(log, 0, sizeof(*log));
	log->record_bytes = record_bytes;
	log->fd = -1;
}

void
part_log_forget(struct part_log *log, unsigned part)
{
	log->first[part] = log->last[part] = NULL;
	log->at[part] = log->end[part] = NULL;
}

static void
memory_free(struct part_log *log)
{
	struct log_block *next;

	for (unsigned p = 0; p < LOG_PARTS; p++)
		part_log_forget(log, p);
	for (struct log_block *block = log->block; block != NULL; block = next) {
		next = block->next;
		pages_free(block, block->bytes);
	}
	log->block = NULL;
	log->block_at = log->block_end = NULL;
	log->block_bytes = 0;
	log->bytes = 0;
}

void
part_log_release(struct part_log *log)
{
	memory_free(log);
	if (log->fd >= 0)
		(void)close(log->fd);
	free(log->spill);
	part_log_init(log, log->record_bytes);
}

static enum flow_status
block_add(struct part_log *log)
{
	size_t bytes = log->block_bytes == 0 ? BLOCK_MIN : 4 * log->block_bytes;
	struct log_block *block;

	if (bytes > BLOCK_MAX)
		bytes = BLOCK_MAX;
	block = pages_alloc_unset(bytes);
	if (block == NULL)
		return FLOW_ENOMEM;
	*block = (struct log_block){ log->block, bytes };
	log->block = block;
	log->block_bytes = bytes;
	log->block_at = (char *)block + PAGES_LINE;
	log->block_end = (char *)block + bytes;
	return FLOW_OK;
}

static char *
records_of(struct log_chunk *c)
{
	return (char *)(c + 1);
}

/* Makes the chunk after the last one the current one. */
static void
chunk_use(struct part_log *log, unsigned part, struct log_chunk *c)
{
	if (log->last[part] != NULL)
		log->last[part]->end = log->at[part];
	else
		log->first[part] = c;
	log->last[part] = c;
	log->at[part] = records_of(c);
	log->end[part] = (char *)c + c->bytes;
}

enum flow_status
part_log_grow(struct part_log *log, unsigned part)
{
	struct log_chunk *last = log->last[part], *c;
	size_t bytes = last == NULL ? CHUNK_MIN : 2 * last->bytes, left;

	if (last != NULL && last->next != NULL) {
		chunk_use(log, part, last->next);
		return FLOW_OK;
	}
	if ((size_t)(log->block_end - log->block_at) < CHUNK_MIN && block_add(log) != FLOW_OK)
		return FLOW_ENOMEM;
	left = (size_t)(log->block_end - log->block_at);
	if (bytes > CHUNK_MAX)
		bytes = CHUNK_MAX;
	if (bytes > left)
		bytes = left;
	c = (void *)log->block_at;
	*c = (struct log_chunk){ .next = NULL, .bytes = bytes };
	if (last != NULL)
		last->next = c;
	chunk_use(log, part, c);
	log->block_at += bytes;
	log->bytes += bytes;
	return FLOW_OK;
}

static char *
end_of(const struct part_log *log, unsigned part, const struct log_chunk *c)
{
	return c != log->last[part] ? c->end : log->at[part];
}

/* The next chunk in use; NULL: none. */
static struct log_chunk *
next_of(const struct part_log *log, unsigned part, const struct log_chunk *c)
{
	return c != log->last[part] ? c->next : NULL;
}

uint64_t
part_log_count(const struct part_log *log, unsigned part)
{
	uint64_t bytes = 0;

	for (struct log_chunk *c = log->first[part]; c != NULL; c = next_of(log, part, c))
		bytes += (uint64_t)(end_of(log, part, c) - records_of(c));
	for (size_t i = 0; i < log->spills; i++)
		bytes += (uint64_t)(log->spill[i].at[part + 1] - log->spill[i].at[part]);
	return bytes / log->record_bytes;
}

static enum flow_status
read_all(int fd, char *to, size_t len, int64_t at, struct flow_error *err)
{
	while (len > 0) {
		ssize_t got = pread(fd, to, len, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return flow_fail(err, FLOW_EIO, at, "temporary file: it is too short");
		if (got < 0)
			return flow_fail_errno(err, "temporary file");
		to += got;
		at += got;
		len -= (size_t)got;
	}
	return FLOW_OK;
}

/* Passes on the records at from .. to-1 of the file. */
static enum flow_status
take_spilt(const struct part_log *log, int64_t from, int64_t to, char *room, part_log_take *take,
    void *context, struct flow_error *err)
{
	const int64_t together = (int64_t)(CHUNK_MAX / log->record_bytes * log->record_bytes);
	enum flow_status st = FLOW_OK;

	for (; from < to && st == FLOW_OK; from += together) {
		size_t len = (size_t)(to - from < together ? to - from : together);

		st = read_all(log->fd, room, len, from, err);
		if (st == FLOW_OK)
			st = take(context, room, len / log->record_bytes);
	}
	return st;
}

enum flow_status
part_log_each(const struct part_log *log, unsigned part, part_log_take *take, void *context,
    struct flow_error *err)
{
	char *room = log->spills > 0 ? malloc(CHUNK_MAX) : NULL;
	enum flow_status st = log->spills > 0 && room == NULL ? FLOW_ENOMEM : FLOW_OK;

	for (size_t i = 0; i < log->spills && st == FLOW_OK; i++)
		st = take_spilt(log, log->spill[i].at[part], log->spill[i].at[part + 1], room, take,
		    context, err);
	free(room);
	for (struct log_chunk *c = log->first[part]; c != NULL && st == FLOW_OK;
	    c = next_of(log, part, c)) {
		size_t n = (size_t)(end_of(log, part, c) - records_of(c)) / log->record_bytes;

		if (n > 0)
			st = take(context, records_of(c), n);
	}
	return st;
}

/* A hash set of records by content. */
struct seen {
	char **place;
	size_t mask;
};

static inline uint64_t
record_hash(const char *record, size_t bytes)
{
	uint64_t mixed = 0, word;
	uint32_t half;

	for (; bytes >= sizeof(word); record += sizeof(word), bytes -= sizeof(word)) {
		memcpy(&word, record, sizeof(word));
		mixed = hash_mix128(mixed, word);
	}
	if (bytes == sizeof(half)) {
		memcpy(&half, record, sizeof(half));
		mixed = hash_mix128(mixed, half);
	}
	return mixed;
}

/* The set's place of a record, or the free one for it. */
static inline char **
seen_place(const struct seen *s, const char *record, size_t bytes)
{
	size_t i = record_hash(record, bytes) & s->mask;

	while (s->place[i] != NULL && memcmp(s->place[i], record, bytes) != 0)
		i = (i + 1) & s->mask;
	return &s->place[i];
}

/* Where kept records are moved: never past the reading position. */
struct keeper {
	struct log_chunk *chunk;
	char *at;
};

static void
keep(struct keeper *k, const char *record, size_t bytes, char **place)
{
	if (k->at + bytes > (char *)k->chunk + k->chunk->bytes) {
		k->chunk->end = k->at;
		k->chunk = k->chunk->next;
		k->at = records_of(k->chunk);
	}
	memmove(k->at, record, bytes);
	*place = k->at;
	k->at += bytes;
}

/* The freed memory is reused for the part's next records. */
enum flow_status
part_log_unique(struct part_log *log, unsigned part)
{
	const size_t bytes = log->record_bytes;
	struct log_chunk *c = log->first[part];
	struct keeper k = { c, c != NULL ? records_of(c) : NULL };
	struct seen s = { NULL, 1 };

	if (c == NULL)
		return FLOW_OK;
	while (s.mask < 2 * part_log_count(log, part))
		s.mask *= 2;
	s.place = calloc(s.mask--, sizeof(*s.place));
	if (s.place == NULL)
		return FLOW_ENOMEM;
	for (; c != NULL; c = next_of(log, part, c)) {
		const char *end = end_of(log, part, c);

		for (const char *record = records_of(c); record < end; record += bytes) {
			char **place = seen_place(&s, record, bytes);

			if (*place == NULL)
				keep(&k, record, bytes, place);
		}
	}
	free(s.place);
	log->last[part] = k.chunk;
	log->at[part] = k.at;
	log->end[part] = (char *)k.chunk + k.chunk->bytes;
	return FLOW_OK;
}

static enum flow_status
write_all(int fd, const char *from, size_t len, int64_t *at, struct flow_error *err)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, from, len, *at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return flow_fail_errno(err, "temporary file");
		from += n;
		*at += n;
		len -= (size_t)n;
	}
	return FLOW_OK;
}

static enum flow_status
write_parts(const struct part_log *log, struct log_spill *s, int64_t at, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (unsigned p = 0; p < LOG_PARTS; p++) {
		s->at[p] = at;
		for (struct log_chunk *c = log->first[p]; c != NULL && st == FLOW_OK;
		    c = next_of(log, p, c))
			st = write_all(log->fd, records_of(c), (size_t)(end_of(log, p, c) - records_of(c)),
			    &at, err);
	}
	s->at[LOG_PARTS] = at;
	return st;
}

enum flow_status
part_log_spill(struct part_log *log, const char *folder, struct flow_error *err)
{
	struct log_spill *more = realloc(log->spill, (log->spills + 1) * sizeof(*more));
	int64_t at = 0;
	enum flow_status st;

	if (more == NULL)
		return flow_fail_memory(err);
	log->spill = more;
	if (log->spills > 0)
		at = more[log->spills - 1].at[LOG_PARTS];
	if (log->fd < 0)
		log->fd = file_open_scratch(folder, err);
	if (log->fd < 0)
		return FLOW_EIO;
	st = write_parts(log, &more[log->spills], at, err);
	if (st == FLOW_OK)
		log->spills++;
	memory_free(log);
	return st;
}
