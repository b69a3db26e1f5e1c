/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A text of settings, a line each:
 *
 *	# a comment
 *	name = value, up to the end of the line
 *	name
 *
 * Blanks around names and values do not count; a value has no quotes and no comment of its own.
 */

#include <stddef.h>

#include "base/status.h"

struct config_lines {
	char *next;		/* the rest of the text; NULL: none */
	size_t number;		/* of the last line, from 1 */
};

/* The text is changed: names and values are ended by NULs, and belong to it. */
struct config_line {
	size_t number;
	char *name;		/* of lower-case letters, digits and '-' */
	char *value;		/* not empty; NULL: the line has none */
};

struct config_lines config_lines_begin(char *text);

/* The next setting; FLOW_END after the last, FLOW_EFORMAT with what is wrong with line `lines->number`. */
enum flow_status config_lines_next(struct config_lines *lines, struct config_line *out, struct flow_error *err) NODISCARD;
