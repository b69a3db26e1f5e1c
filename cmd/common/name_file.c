/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/name_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "common/cli.h"

static const char speed_word[] = "speed=";

/* Where a line is, for messages. */
struct place {
	const char *path;
	size_t line;
	bool interface;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct name_line *)a)->key, ((const struct name_line *)b)->key);
}

static int
add(struct name_file *file, const char *key, const char *name, uint64_t speed_bps)
{
	struct name_line *l;

	if (file->count == file->cap) {
		size_t cap = file->cap > 0 ? 2 * file->cap : 256;

		l = realloc(file->line, cap * sizeof(*l));
		if (l == NULL)
			return cli_fail("out of memory");
		file->line = l;
		file->cap = cap;
	}
	l = &file->line[file->count];
	(void)snprintf(l->key, sizeof(l->key), "%s", key);
	l->speed_bps = speed_bps;
	l->name = strdup(name);
	if (l->name == NULL)
		return cli_fail("out of memory");
	file->count++;
	file->has_speeds |= speed_bps > 0;
	return CLI_OK;
}

void
name_file_clear(struct name_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		free(file->line[i].name);
	free(file->line);
	*file = (struct name_file){ .line = NULL };
}

const struct name_line *
name_file_find(const struct name_file *file, const char *key)
{
	struct name_line want = { .name = NULL };

	(void)snprintf(want.key, sizeof(want.key), "%s", key);
	return file->count > 0 ? bsearch(&want, file->line, file->count, sizeof(want), compare) : NULL;
}

/* Cuts the first field off *p. */
static char *
field(char **p)
{
	char *start = *p + strspn(*p, " \t");

	*p = start + strcspn(start, " \t,");
	if (**p != '\0')
		*(*p)++ = '\0';
	*p += strspn(*p, " \t");
	return start;
}

/* The speed at the beginning of what remains of a line, if there is one; 0: none. */
static int
take_speed(const struct place *at, char **line, uint64_t *speed_bps)
{
	char *text;

	*speed_bps = 0;
	if (strncmp(*line, speed_word, strlen(speed_word)) != 0)
		return CLI_OK;
	text = field(line) + strlen(speed_word);
	if (number_parse(text, strlen(text), NUMBER_SCALED, INT64_MAX, speed_bps) == FLOW_OK && *speed_bps > 0)
		return CLI_OK;
	return cli_fail("%s:%zu: 'speed=%s' is no speed in bits per second (as in speed=10G)", at->path, at->line,
	    text);
}

/* Adds a line of our form; lines without content are left out. */
static int
add_line(const struct place *at, struct name_file *file, char *line)
{
	char key[NAME_KEY_MAX], *first, *second = NULL;
	uint64_t speed_bps = 0;
	int status = CLI_OK;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '#')
		return CLI_OK;
	first = field(&line);
	if (at->interface) {
		second = field(&line);
		status = take_speed(at, &line, &speed_bps);
	}
	if (status != CLI_OK || (line[0] == '\0' && speed_bps == 0))
		return status;
	if (!at->interface && (strncmp(first, "AS", 2) == 0 || strncmp(first, "as", 2) == 0))
		first += 2;
	(void)snprintf(key, sizeof(key), "%s%s%s", first, at->interface ? " " : "", at->interface ? second : "");
	return add(file, key, line, speed_bps);
}

/* The name of "AS64496,"Some, Inc.",Content,US" as bgp.tools lists them (RFC 4180), in place. */
static char *
csv_name(char *at)
{
	char *out = at, *from = at;

	if (*at != '"') {
		at[strcspn(at, ",")] = '\0';
		return at;
	}
	for (from++; *from != '\0' && (*from != '"' || from[1] == '"'); from++) {
		from += *from == '"';
		*out++ = *from;
	}
	*out = '\0';
	return at;
}

/* Adds a line of such a list. */
static int
add_csv(struct name_file *file, char *line)
{
	char *first = line, *name;

	line[strcspn(line, "\r\n")] = '\0';
	name = line + strcspn(line, ",");
	if (*name == '\0')
		return CLI_OK;
	*name++ = '\0';
	if (strncmp(first, "AS", 2) == 0)
		first += 2;
	name = csv_name(name);
	return name[0] == '\0' ? CLI_OK : add(file, first, name, 0);
}

static int
read_lines(FILE *f, struct place *at, struct name_file *file)
{
	char *line = NULL;
	size_t room = 0;
	bool csv = false;
	int status = CLI_OK;

	while (status == CLI_OK && getline(&line, &room, f) >= 0) {
		bool heading = ++at->line == 1 && !at->interface && strncmp(line, "asn,name", 8) == 0;

		csv |= heading;
		if (!heading)
			status = csv ? add_csv(file, line) : add_line(at, file, line);
	}
	free(line);
	return status;
}

int
name_file_read(const char *path, bool interface, struct name_file *file)
{
	struct place at = { path, 0, interface };
	FILE *f = fopen(path, "r");
	int status;

	if (f == NULL)
		return cli_fail("%s: cannot be read", path);
	status = read_lines(f, &at, file);
	if (status == CLI_OK && ferror(f) != 0)
		status = cli_fail("%s: cannot be read", path);
	if (file->count > 0)
		qsort(file->line, file->count, sizeof(*file->line), compare);
	(void)fclose(f);
	return status;
}
