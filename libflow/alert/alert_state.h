/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What alerts remember from one run to the next: which events are on, so that each is told once.  A file of lines
 *
 *	LAST-MS BEGAN-MS RULE KEY
 *
 * replaced as a whole, under a lock that one run holds from reading to writing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct alert_event {
	int64_t last_ms, began_ms;	/* end of the last window that it was seen in; of the first */
	char *rule, *key;		/* owned; of the key the first bytes and a hash where it is long */
};

struct alert_state {
	char *path;
	int lock;			/* -1: not held */
	struct alert_event *event;
	size_t count, cap;
	bool damaged;			/* the file could not be understood from some line on, and that is lost */
};

#define ALERT_STATE_INIT { .path = NULL, .lock = -1 }

/* Waits for the lock (PATH.lock) and reads the file; a missing one is empty.  FLOW_EIO, FLOW_ENOMEM. */
enum flow_status alert_state_open(struct alert_state *state, const char *path, struct flow_error *err) NODISCARD;

/*
 * Notes that an event is on at that time.  *fresh: it was not, or not for the last `cooldown_ms`.  FLOW_ENOMEM.
 */
enum flow_status alert_state_see(struct alert_state *state, const char *rule, const char *key, int64_t at_ms,
    int64_t cooldown_ms, bool *fresh) NODISCARD;

/* Takes back that it was told, so that the next run tells it. */
void alert_state_forget(struct alert_state *state, const char *rule, const char *key);

/* Leaves out what was last seen before that time. */
void alert_state_expire(struct alert_state *state, int64_t before_ms);

enum flow_status alert_state_save(const struct alert_state *state, struct flow_error *err) NODISCARD;

/* Gives the lock back. */
void alert_state_close(struct alert_state *state);
