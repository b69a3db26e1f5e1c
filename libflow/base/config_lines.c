/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/config_lines.h"

#include <string.h>

#define BLANK " \t\r"
#define NAME "abcdefghijklmnopqrstuvwxyz0123456789-"

struct config_lines
config_lines_begin(char *text)
{
	return (struct config_lines){ text, 0 };
}

/* Ends a text before its last blanks. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, BLANK);
	for (len = strlen(text); len > 0 && strchr(BLANK, text[len - 1]) != NULL; len--)
		text[len - 1] = '\0';
	return text;
}

static enum flow_status
take_line(char *line, struct config_line *out, struct flow_error *err)
{
	size_t len = strspn(line, NAME);
	char *rest = line + len + strspn(line + len, BLANK), *value = NULL;

	if (len == 0)
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "'%.40s' is no name", line);
	if (*rest == '=') {
		value = trim(rest + 1);
		if (*value == '\0')
			return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "%.*s has no value behind =", (int)len,
			    line);
	} else if (*rest != '\0') {
		return flow_fail(err, FLOW_EFORMAT, FLOW_NO_OFFSET, "behind %.*s stands no =", (int)len, line);
	}
	line[len] = '\0';
	out->name = line;
	out->value = value;
	return FLOW_OK;
}

enum flow_status
config_lines_next(struct config_lines *lines, struct config_line *out, struct flow_error *err)
{
	char *line;

	while ((line = lines->next) != NULL) {
		lines->next = strchr(line, '\n');
		if (lines->next != NULL)
			*lines->next++ = '\0';
		lines->number++;
		line = trim(line);
		if (line[0] == '\0' || line[0] == '#')
			continue;
		out->number = lines->number;
		return take_line(line, out, err);
	}
	return FLOW_END;
}
