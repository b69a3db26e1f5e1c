/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A text of settings, one a line:
 *
 *	# a comment
 *	name = value, up to the end of the line
 *	name
 *
 * Blanks around names and values are dropped; a value has no quotes, and a # in it is part of it.
 */

#include <stddef.h>

#include "base/status.h"

struct config_lines {
	char *next;		/* the rest of the text; NULL: none */
	size_t number;		/* of the last line, from 1 */
};

/* Points into the text, which the parser changes: it ends names and values with NULs. */
struct config_line {
	size_t number;
	char *name;		/* of lower-case letters, digits and '-' */
	char *value;		/* not empty; NULL: the line has none */
};

struct config_lines config_lines_begin(char *text);

/* The next setting; FLOW_END after the last, FLOW_EFORMAT with the fault of line `lines->number`. */
enum flow_status config_lines_next(struct config_lines *lines, struct config_line *out,
    struct flow_error *err) NODISCARD;
