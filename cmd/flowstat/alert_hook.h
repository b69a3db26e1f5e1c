/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdint.h>

#include "base/buf.h"

/*
 * Runs a command by /bin/sh -c with these bytes on its standard input, and waits for its end.  After the
 * time-out it and its children are killed.  CLI_OK where it exited with 0; else CLI_FAILURE after a message.
 */
int alert_hook(const char *command, const struct buf *input, int64_t timeout_ms);
