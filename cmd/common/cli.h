/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Behaviour that the programs share: messages on stderr as "prog: what", exit statuses, and data on stdout,
 * with a quiet end when the reader has gone.  Options and help are in cli_options.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_FAILURE = 1,	/* something went wrong at run time */
	CLI_MISUSE = 2,		/* the command line is wrong */
};

/* To be called first: keeps the program's name, ignores SIGPIPE and SIGXFSZ, sets the C locale's output. */
void cli_start(const char *program);

/* The name that cli_start was given. */
const char *cli_program(void);

/* "prog: message" on stderr. */
void cli_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Suppresses messages, or no longer: for files that are read again and were reported the first time. */
void cli_hush(bool hush);

/*
 * From now on messages go to that function, without the program's name and hints at --help; NULL: to stderr again.  For
 * a process in the background, which has a log.
 */
void cli_messages_to(void (*take)(const char *text));

/* As cli_warn; returns CLI_FAILURE. */
int cli_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* The message of a library failure, with its offset where it has one; returns CLI_FAILURE. */
int cli_fail_error(const struct flow_error *err);

/* "prog: message" and a hint at --help on stderr; returns CLI_MISUSE. */
int cli_misuse(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Only the hint, where getopt_long has already said what is wrong. */
int cli_misuse_hint(void);

/* Prints "prog (netflow-tools) version" with the libraries' versions; returns CLI_OK or CLI_FAILURE. */
int cli_version(void);

/* Writes what stdio holds of stdout; CLI_OK, also where the reader has gone, or CLI_FAILURE after a message. */
int cli_flush(void);

/*
 * Writes data to stdout.  CLI_OK, or CLI_FAILURE after a message; where the reader
 * has gone (EPIPE) *closed becomes true without a message, and the caller stops early.
 */
int cli_write(const void *bytes, size_t len, bool *closed);

/* An unsigned option argument in [lo, hi]; false after a message that names the option. */
bool cli_number(const char *option, const char *text, uint64_t lo, uint64_t hi, uint64_t *out);

/* Raises the limit of descriptors to the hard limit. */
void cli_raise_descriptors(void);

/* How many worker threads to use where the user did not say: the cores that this process may use. */
unsigned cli_cores(void);

/* The machine's memory, or the limit of the process' cgroup if that is less, in bytes; UINT64_MAX: unknown. */
uint64_t cli_memory(void);
