/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Files that options name, line by line. */

#include <stdbool.h>

#include "flow.h"

/*
 * Calls `take` with `arg` and each line that is not empty, without its end and without a comment, which # begins.
 * False after a message that begins with the option, and has the line where `take` did not like it.
 */
bool lines_read(const char *option, const char *path,
    enum flow_status (*take)(void *arg, const char *line, struct flow_error *err), void *arg);
