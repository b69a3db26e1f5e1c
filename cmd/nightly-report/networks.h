/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Own networks: a file of lines NETWORK/BITS or ADDRESS, with # before comments. */

#include <stdbool.h>

#include "net/addr.h"

struct networks {
	struct {
		struct addr addr;
		unsigned bits;		/* in its own family */
	} *net;
	size_t count;
};

/* CLI_OK, or CLI_FAILURE or CLI_MISUSE after a message, with the file and its line. */
int networks_load(const char *path, struct networks *networks);
void networks_clear(struct networks *networks);
bool networks_have(const struct networks *networks, const struct addr *addr);
