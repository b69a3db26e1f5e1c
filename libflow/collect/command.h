/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * -x: a program that is run for every finished file.  The text is split into
 * words before tokens are replaced, and no shell sees it: names of files and
 * idents cannot become other words or commands.  One runs at a time.
 */

#include "collect/collect_options.h"

struct command;

/* Whether the text is a command; else *why says what is wrong. */
bool command_valid(const char *text, const char **why);

/* Starts the thread that runs options->command; NULL after a log line. */
struct command *command_new(const struct collect_options *options);

/*
 * Queues a run for a file.  The options are those of the file's archive (%d, %i) and must live until
 * command_finish; c may be NULL.
 */
void command_run(struct command *c, const struct collect_options *options, const char *path,
    int64_t slot_ms);

/* Waits until all have ended, and frees; NULL is fine. */
void command_finish(struct command *c);
