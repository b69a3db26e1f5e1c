/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/metric_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "flowcap_"
#define NUMBER_MAX 64

/* Reads a line up to `stop`; false where it is no value. */
static bool
parse(const char *at, const char *stop, struct metric_line *line)
{
	const char *space = memrchr(at, ' ', (size_t)(stop - at)), *brace;
	size_t prefix = strlen(PREFIX);
	char number[NUMBER_MAX], *end;

	if (space == NULL || (size_t)(space - at) < prefix || memcmp(at, PREFIX, prefix) != 0 ||
	    (size_t)(stop - space) > sizeof(number))
		return false;
	*line = (struct metric_line){ .name = at + prefix };
	brace = memchr(line->name, '{', (size_t)(space - line->name));
	line->name_len = (size_t)((brace != NULL ? brace : space) - line->name);
	if (brace != NULL) {
		if (space[-1] != '}')
			return false;
		line->labels = brace + 1;
		line->labels_len = (size_t)(space - 1 - line->labels);
	}
	(void)snprintf(number, sizeof(number), "%.*s", (int)(stop - space - 1), space + 1);
	line->value = strtod(number, &end);
	return end != number && *end == '\0';
}

bool
metric_next(const char **at, const char *end, struct metric_line *line)
{
	while (*at < end) {
		const char *begin = *at, *stop = memchr(begin, '\n', (size_t)(end - begin));

		if (stop == NULL)
			stop = end;
		*at = stop < end ? stop + 1 : end;
		if (parse(begin, stop, line))
			return true;
	}
	return false;
}

bool
metric_is(const struct metric_line *line, const char *name)
{
	return line->name_len == strlen(name) && memcmp(line->name, name, line->name_len) == 0;
}

double
metric_value(const char *text, size_t len, const char *name, double absent)
{
	const char *at = text;
	struct metric_line line;

	while (metric_next(&at, text + len, &line))
		if (line.labels == NULL && metric_is(&line, name))
			return line.value;
	return absent;
}

void
metric_label(const struct metric_line *line, const char *label, char *out, size_t size)
{
	const char *at = line->labels, *end = at + line->labels_len;
	size_t len = strlen(label);

	out[0] = '\0';
	while (at != NULL && at < end) {
		const char *equals = memchr(at, '=', (size_t)(end - at)), *stop;

		if (equals == NULL || end - equals < 2 || equals[1] != '"' ||
		    (stop = memchr(equals + 2, '"', (size_t)(end - equals - 2))) == NULL)
			return;
		if ((size_t)(equals - at) == len && memcmp(at, label, len) == 0) {
			(void)snprintf(out, size, "%.*s", (int)(stop - equals - 2), equals + 2);
			return;
		}
		at = stop + 1 + (stop + 1 < end);	/* the comma */
	}
}

void
metric_label_put(const char *value, struct buf *out)
{
	for (const char *c = value; *c != '\0'; c++)
		buf_append_u8(out, *c == '"' || *c == '\\' || (unsigned char)*c < ' ' ? '?' : (uint8_t)*c);
}
