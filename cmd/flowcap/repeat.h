/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Sends every datagram on to other collectors, from this host's address. */

#include <stdint.h>

#include "flowcap/options.h"

struct repeater;

/*
 * Opens a socket for each of options->repeats; *out is NULL where there are none.
 * False after a log line.
 */
bool repeater_new(const struct options *options, struct repeater **out);

/* Logs what could not be sent, and frees; NULL is fine. */
void repeater_free(struct repeater *r);

/* Never waits: what a full buffer does not take is counted. */
void repeater_send(struct repeater *r, const void *bytes, size_t len);
