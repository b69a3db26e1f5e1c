/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What tests of the collector's parts have in common. */

#include "base/log.h"
#include "wire/decode.h"

/* A log that counts errors, and keeps the ledger. */
struct test_log {
	struct log log;
	_Atomic unsigned errors;	/* any thread counts */
	char ledger[2048];	/* the line that begins with "in all" */
};
void test_log_init(struct test_log *t);

/* A new directory below TMPDIR; free it.  Removed with all that is in it by test_directory_remove. */
char *test_directory(void);
void test_directory_remove(char *path);

/* How many names in a directory end so. */
unsigned test_count(const char *directory, const char *suffix);

/* The only name in a directory that ends so, as a path; free it.  NULL: there is none. */
char *test_find(const char *directory, const char *suffix);

/*
 * A NetFlow v5 datagram of one flow (24 + 48 bytes) from 192.0.2.1, whose number is its sequence number
 * and its flow's source address; valid until the next call.
 */
struct flow_datagram test_v5(uint32_t number, int64_t received_ms);
uint32_t test_v5_number(const struct flow_datagram *d);
