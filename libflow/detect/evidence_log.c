/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/evidence_log.h"

#include <stdlib.h>
#include <string.h>

/* Records in the first chunk of a part, and in the largest. */
#define LEAST 16
#define MOST 512

struct log_chunk {
	struct log_chunk *next;
	uint32_t used, cap;
	_Alignas(16) unsigned char bytes[];
};

void
evidence_log_init(struct evidence_log *log, size_t record)
{
	*log = (struct evidence_log){ .record = record };
}

void
evidence_log_clear(struct evidence_log *log)
{
	for (unsigned i = 0; i < LOG_PARTS; i++)
		while (log->part[i] != NULL) {
			struct log_chunk *chunk = log->part[i];

			log->part[i] = chunk->next;
			free(chunk);
		}
}

void *
evidence_log_add(struct evidence_log *log, uint64_t hash)
{
	unsigned part = log_part(hash);
	struct log_chunk *chunk = log->part[part];

	if (chunk == NULL || chunk->used == chunk->cap) {
		uint32_t cap = chunk == NULL ? LEAST : chunk->cap < MOST ? 2 * chunk->cap : MOST;
		size_t size = sizeof(*chunk) + cap * log->record;

		chunk = malloc(size);
		if (chunk == NULL)
			return NULL;
		chunk->next = log->part[part];
		chunk->used = 0;
		chunk->cap = cap;
		log->part[part] = chunk;
		log->bytes += size;
	}
	log->count[part]++;
	return chunk->bytes + log->record * chunk->used++;
}

/* Reverses a list of chunks: the oldest comes first. */
static struct log_chunk *
turned(struct log_chunk *chunk)
{
	struct log_chunk *first = NULL;

	while (chunk != NULL) {
		struct log_chunk *next = chunk->next;

		chunk->next = first;
		first = chunk;
		chunk = next;
	}
	return first;
}

void *
evidence_log_take(struct evidence_log *log, unsigned part, void *out)
{
	struct log_chunk *chunk = turned(log->part[part]);
	unsigned char *to = out;

	while (chunk != NULL) {
		struct log_chunk *next = chunk->next;

		memcpy(to, chunk->bytes, chunk->used * log->record);
		to += chunk->used * log->record;
		free(chunk);
		chunk = next;
	}
	log->part[part] = NULL;
	log->count[part] = 0;
	return to;
}
