/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Reads files that options name, line by line. */

#include <stdbool.h>

#include "flow.h"

/*
 * Calls `take` with `arg` and each non-empty line, without its end and without a comment (from # on).  False
 * after a message that begins with the option, and has the line that `take` rejected.
 */
bool lines_read(const char *option, const char *path,
    enum flow_status (*take)(void *arg, const char *line, struct flow_error *err), void *arg);
