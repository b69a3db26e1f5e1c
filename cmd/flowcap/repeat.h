/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sends datagrams on to other collectors, from this host's address: to each all, or those of the senders that it is for. */

#include <stdint.h>

#include "flowcap/options.h"

struct repeater;

/* Reads HOST/PORT[,net=NET[;NET...]]; CLI_OK, or CLI_MISUSE or CLI_FAILURE after a message.  To be cleared whatever comes. */
int repeat_target_parse(const char *text, struct repeat_target *target);
void repeat_target_clear(struct repeat_target *target);

/*
 * Opens a socket for each of options->repeats; *out is NULL where there are none.
 * False after a log line.
 */
bool repeater_new(const struct options *options, struct repeater **out);

/* Logs what could not be sent, and frees; NULL is fine. */
void repeater_free(struct repeater *r);

/* Never waits: what a full buffer does not take is counted. */
void repeater_send(struct repeater *r, const struct addr *sender, const void *bytes, size_t len);
