/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The events of a command line, given one by one or in a file. */

#include <stdbool.h>
#include <stddef.h>

#include "flow.h"

struct event_list {
	struct event_spec *spec;	/* allocated */
	size_t count;
};

void event_list_release(struct event_list *list);

/* Adds --event's argument; false after a message. */
bool event_list_add(struct event_list *list, const char *text, int64_t now_ms);

/* Adds a spike of that service, with the parameters after it; false after a message. */
bool event_list_add_spike(struct event_list *list, const char *service, int64_t now_ms);

/* Adds the events of a file: one a line, # begins a comment; false after a message with file and line. */
bool event_list_add_file(struct event_list *list, const char *path, int64_t now_ms);

/* Prints kinds and services to stdout.  CLI_OK or CLI_FAILURE. */
int event_list_help(void);
