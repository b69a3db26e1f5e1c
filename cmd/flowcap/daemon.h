/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Into the background, with a pid file, and as another user. */

#include "flowcap/options.h"

/* -D, -P, -u, -g, in that order; before threads start.  CLI_OK, or CLI_FAILURE after a message. */
int daemon_begin(const struct options *options);

/* Removes the pid file. */
void daemon_end(const struct options *options);
