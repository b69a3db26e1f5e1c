/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends text as one word of a POSIX shell command: plain where nothing in it is special, else in single
 * quotes.  (A word cannot hold a NUL.)
 */
void flow_shell_quote(struct buf *out, const char *text, size_t len);
