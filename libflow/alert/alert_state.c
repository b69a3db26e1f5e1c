/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "alert/alert_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"

/* No time of flows is beyond that. */
#define TIME_MAX (INT64_MAX / 4)

/* Of a key that is remembered as it is. */
#define KEY_MAX 200

/* The key as it is remembered: without blanks and control bytes, and of bounded length. */
static void
put_key(const char *key, char out[KEY_MAX + 20])
{
	size_t len = strlen(key), n = 0;
	bool whole = true;

	for (size_t i = 0; i < len && n < KEY_MAX; i++) {
		whole &= key[i] > ' ' && key[i] <= '~';
		out[n++] = key[i] > ' ' && key[i] <= '~' ? key[i] : '?';
	}
	out[n] = '\0';
	if (!whole || len > KEY_MAX)
		(void)snprintf(out + n, 20, "#%016" PRIx64, hash_xxh64(key, len, 0));
}

static struct alert_event *
find(struct alert_state *s, const char *rule, const char *key)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->event[i].key, key) == 0 && strcmp(s->event[i].rule, rule) == 0)
			return &s->event[i];
	return NULL;
}

static enum flow_status
add(struct alert_state *s, const char *rule, const char *key, int64_t last_ms, int64_t began_ms)
{
	struct alert_event e = { last_ms, began_ms, strdup(rule), strdup(key) };

	if (s->count == s->cap) {
		size_t cap = s->cap > 0 ? 2 * s->cap : 64;
		struct alert_event *more = realloc(s->event, cap * sizeof(*more));

		if (more != NULL) {
			s->event = more;
			s->cap = cap;
		}
	}
	if (e.rule == NULL || e.key == NULL || s->count == s->cap) {
		free(e.rule);
		free(e.key);
		return FLOW_ENOMEM;
	}
	s->event[s->count++] = e;
	return FLOW_OK;
}

static enum flow_status
read_lines(struct alert_state *s, FILE *f, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	char *line = NULL;
	size_t room = 0;

	while (st == FLOW_OK && !s->damaged && getline(&line, &room, f) >= 0) {
		char rule[80], key[KEY_MAX + 20];
		int64_t last, began;

		if (sscanf(line, "%" SCNd64 " %" SCNd64 " %79s %219s", &last, &began, rule, key) != 4 ||
		    last > TIME_MAX || last < -TIME_MAX)
			s->damaged = true;
		else if (add(s, rule, key, last, began) != FLOW_OK)
			st = flow_fail_memory(err);
	}
	if (st == FLOW_OK && ferror(f) != 0)
		st = flow_fail_errno(err, "%s", s->path);
	free(line);
	return st;
}

static enum flow_status
take_lock(struct alert_state *s, struct flow_error *err)
{
	char *name = NULL;

	if (asprintf(&name, "%s.lock", s->path) < 0)
		return flow_fail_memory(err);
	s->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (s->lock < 0) {
		(void)flow_fail_errno(err, "%s", name);
		free(name);
		return FLOW_EIO;
	}
	free(name);
	while (flock(s->lock, LOCK_EX) != 0)
		if (errno != EINTR)
			return flow_fail_errno(err, "%s.lock", s->path);
	return FLOW_OK;
}

enum flow_status
alert_state_open(struct alert_state *state, const char *path, struct flow_error *err)
{
	enum flow_status st;
	FILE *f;

	*state = (struct alert_state)ALERT_STATE_INIT;
	state->path = strdup(path);
	if (state->path == NULL)
		return flow_fail_memory(err);
	st = take_lock(state, err);
	if (st != FLOW_OK)
		return st;
	f = fopen(path, "re");
	if (f == NULL)
		return errno == ENOENT ? FLOW_OK : flow_fail_errno(err, "%s", path);
	st = read_lines(state, f, err);
	(void)fclose(f);
	return st;
}

enum flow_status
alert_state_see(struct alert_state *state, const char *rule, const char *key, int64_t at_ms, int64_t cooldown_ms,
    bool *fresh)
{
	char name[KEY_MAX + 20];
	struct alert_event *e;

	put_key(key, name);
	e = find(state, rule, name);
	*fresh = e == NULL || at_ms > e->last_ms + cooldown_ms;
	if (e == NULL)
		return add(state, rule, name, at_ms, at_ms);
	if (*fresh)
		e->began_ms = at_ms;
	/* Of two runs the later one may look at the earlier time. */
	if (at_ms > e->last_ms)
		e->last_ms = at_ms;
	return FLOW_OK;
}

static void
drop(struct alert_state *s, size_t i)
{
	free(s->event[i].rule);
	free(s->event[i].key);
	s->event[i] = s->event[--s->count];
}

void
alert_state_forget(struct alert_state *state, const char *rule, const char *key)
{
	char name[KEY_MAX + 20];
	struct alert_event *e;

	put_key(key, name);
	e = find(state, rule, name);
	if (e != NULL)
		drop(state, (size_t)(e - state->event));
}

void
alert_state_expire(struct alert_state *state, int64_t before_ms)
{
	for (size_t i = state->count; i-- > 0;)
		if (state->event[i].last_ms < before_ms)
			drop(state, i);
}

enum flow_status
alert_state_save(const struct alert_state *state, struct flow_error *err)
{
	struct buf out = BUF_INIT;
	enum flow_status st;

	for (size_t i = 0; i < state->count; i++)
		buf_printf(&out, "%" PRId64 " %" PRId64 " %s %s\n", state->event[i].last_ms, state->event[i].began_ms,
		    state->event[i].rule, state->event[i].key);
	st = buf_status(&out) == FLOW_OK ? file_replace(state->path, out.data, out.len, err) : flow_fail_memory(err);
	buf_release(&out);
	return st;
}

void
alert_state_close(struct alert_state *state)
{
	for (size_t i = state->count; i-- > 0;)
		drop(state, i);
	free(state->event);
	free(state->path);
	if (state->lock >= 0)
		(void)close(state->lock);
	*state = (struct alert_state)ALERT_STATE_INIT;
}
