/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "record/intern.h"

/* A slot that was not finished when it was last looked at. */
struct open_slot {
	char *key;
	uint64_t rows;
	unsigned missing;	/* calls of flow_seen_missing since it was last seen */
};

struct flow_seen {
	struct intern *finished;	/* paths */
	uint32_t finished_count;
	struct open_slot *slot;
	size_t slots;
};

struct flow_seen *
flow_seen_new(void)
{
	struct flow_seen *s = calloc(1, sizeof(*s));

	if (s != NULL && (s->finished = intern_new()) == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
flow_seen_free(struct flow_seen *seen)
{
	if (seen == NULL)
		return;
	for (size_t i = 0; i < seen->slots; i++)
		free(seen->slot[i].key);
	free(seen->slot);
	intern_free(seen->finished);
	free(seen);
}

bool
flow_seen_has(const struct flow_seen *seen, const char *path)
{
	return intern_has(seen->finished, path, strlen(path));
}

/* Key of a slot: "journal directory/", or the path; NULL when out of memory. */
static char *
make_key(const char *path, const char *journal)
{
	const char *slash = strrchr(path, '/');
	struct buf key = BUF_INIT;

	if (journal != NULL && journal[0] != '\0')
		buf_printf(&key, "%s %.*s", journal, slash != NULL ? (int)(slash - path) + 1 : 0, path);
	else
		buf_append_text(&key, path);
	buf_append_u8(&key, '\0');
	if (!key.failed)
		return (char *)key.data;
	buf_release(&key);
	return NULL;
}

static struct open_slot *
find(const struct flow_seen *seen, const char *key)
{
	for (size_t i = 0; i < seen->slots; i++)
		if (strcmp(seen->slot[i].key, key) == 0)
			return &seen->slot[i];
	return NULL;
}

uint64_t
flow_seen_rows(const struct flow_seen *seen, const char *real, const char *journal)
{
	char *key = make_key(real, journal);
	const struct open_slot *s = key != NULL ? find(seen, key) : NULL;

	free(key);
	return s != NULL ? s->rows : 0;
}

static void
forget(struct flow_seen *seen, struct open_slot *s)
{
	free(s->key);
	*s = seen->slot[--seen->slots];
}

static enum flow_status
finish(struct flow_seen *seen, const char *path, const char *key)
{
	struct open_slot *s = find(seen, key);
	uint32_t code;

	if (s != NULL)
		forget(seen, s);
	return intern_code(seen->finished, path, strlen(path), &code);
}

enum flow_status
flow_seen_add(struct flow_seen *seen, const char *path, const char *real, const char *journal, uint64_t rows,
    bool finished)
{
	char *key = make_key(real, journal);
	struct open_slot *s = key != NULL ? find(seen, key) : NULL, *bigger;
	enum flow_status st;

	if (key == NULL)
		return FLOW_ENOMEM;
	if (finished) {
		st = finish(seen, path, key);
		free(key);
		return st;
	}
	if (s == NULL) {
		bigger = realloc(seen->slot, (seen->slots + 1) * sizeof(*bigger));
		if (bigger == NULL) {
			free(key);
			return FLOW_ENOMEM;
		}
		seen->slot = bigger;
		s = &bigger[seen->slots++];
		*s = (struct open_slot){ .key = key };
	} else {
		free(key);
	}
	s->rows = rows;
	s->missing = 0;
	return FLOW_OK;
}

size_t
flow_seen_missing(struct flow_seen *seen)
{
	size_t missing = 0;

	for (size_t i = 0; i < seen->slots; i++) {
		if (seen->slot[i].missing <= FLOW_SEEN_ROUNDS && seen->slot[i].missing++ == FLOW_SEEN_ROUNDS)
			missing++;
	}
	return missing;
}

size_t
flow_seen_pending(const struct flow_seen *seen)
{
	size_t pending = 0;

	/* flow_seen_missing counts a round for those that it has just seen, too. */
	for (size_t i = 0; i < seen->slots; i++)
		pending += seen->slot[i].missing > FLOW_SEEN_PENDING && seen->slot[i].missing <= FLOW_SEEN_ROUNDS;
	return pending;
}
