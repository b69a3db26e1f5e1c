/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/config_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/config_lines.h"
#include "base/nearest.h"
#include "common/cli.h"
#include "common/cli_options.h"

/* Largest file of settings. */
#define TEXT_MAX ((size_t)4 << 20)

/* Options for the command line only. */
static const char *const not_here[] = { "config", "check", "check-config", "help", "version" };

/* Settings that may be repeated; flowcap.conf(5) lists them, too. */
static const char *const repeatable[] = { "source", "file", "repeat", "join", "sampling", "verbose" };

static int
read_text(const char *path, char **text)
{
	FILE *file = fopen(path, "re");
	struct buf bytes = BUF_INIT;
	size_t got = 0;
	int status = CLI_OK;

	if (file == NULL)
		return cli_fail("%s: %s", path, strerror(errno));
	do {
		bytes.len += got;
		got = buf_reserve(&bytes, 4096) ? fread(buf_end(&bytes), 1, 4096, file) : 0;
	} while (got > 0 && bytes.len < TEXT_MAX);
	if (ferror(file) != 0)
		status = cli_fail("%s: %s", path, strerror(errno));
	else if (bytes.len >= TEXT_MAX)
		status = cli_fail("%s: too long", path);
	else if (memchr(bytes.data, '\0', bytes.len) != NULL)
		status = cli_misuse("%s: is no text", path);
	buf_append_u8(&bytes, '\0');
	if (bytes.failed)
		status = cli_fail("out of memory");
	(void)fclose(file);
	if (status == CLI_OK)
		*text = (char *)bytes.data;
	else
		buf_release(&bytes);
	return status;
}

static bool
find_setting(const struct cli_table *table, const char *name, struct cli_option *option)
{
	for (size_t i = 0; i < ARRAY_LEN(not_here); i++)
		if (strcmp(not_here[i], name) == 0)
			return false;
	return cli_option_find(table, name, option);
}

static int
add(struct config_file *f, struct config_setting setting)
{
	struct config_setting *bigger = realloc(f->setting, (f->count + 1) * sizeof(*bigger));

	if (bigger == NULL)
		return cli_fail("out of memory");
	f->setting = bigger;
	f->setting[f->count++] = setting;
	return CLI_OK;
}

static bool
is_repeatable(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(repeatable); i++)
		if (strcmp(repeatable[i], name) == 0)
			return true;
	return false;
}

/* Values are taken as they are: what is meant for a shell, or as a comment, would become part of a path. */
static int
check_value(const char *path, const struct config_line *line)
{
	const char *v = line->value;
	size_t len = strlen(v);
	bool quoted = len >= 2 && (v[0] == '"' || v[0] == '\'') && strchr(v + 1, v[0]) == v + len - 1;

	if (quoted)
		return cli_misuse("%s:%zu: %s: leave the quotes out: a value needs none", path, line->number,
		    line->name);
	for (const char *c = v + 1; (c = strchr(c, '#')) != NULL; c++)
		if (c[-1] == ' ' || c[-1] == '\t')
			return cli_misuse("%s:%zu: %s: a comment has a line of its own: '%s' would be part of the "
			    "value", path, line->number, line->name, c);
	return CLI_OK;
}

static int
take_setting(const char *path, const struct cli_table *table, const struct config_line *line, struct config_file *f)
{
	struct config_setting s = { line->number, line->name, line->value, 0, false };
	char hint[NEAREST_HINT_ROOM];
	struct cli_option option;
	struct nearest meant;
	int status;

	if (!find_setting(table, line->name, &option)) {
		nearest_begin(&meant, line->name, strlen(line->name));
		cli_option_nearest(table, &meant);
		/* Options of the command line alone are no settings. */
		if (meant.best != NULL && !find_setting(table, meant.best, &option))
			meant.best = NULL;
		return cli_misuse("%s:%zu: there is no setting '%s'%s", path, line->number, line->name,
		    nearest_hint(&meant, hint));
	}
	for (size_t i = 0; i < f->count && !is_repeatable(line->name); i++)
		if (strcmp(f->setting[i].name, line->name) == 0)
			return cli_misuse("%s:%zu: %s is in line %zu already", path, line->number, line->name,
			    f->setting[i].line);
	status = line->value != NULL ? check_value(path, line) : CLI_OK;
	if (status != CLI_OK)
		return status;
	s.letter = option.code;
	if (option.argument[0] != '\0')
		return line->value != NULL ? add(f, s) :
		    cli_misuse("%s:%zu: %s needs a value", path, line->number, line->name);
	s.value = NULL;
	s.off = line->value != NULL && strcmp(line->value, "no") == 0;
	if (line->value == NULL || s.off || strcmp(line->value, "yes") == 0)
		return add(f, s);
	return cli_misuse("%s:%zu: %s is yes or no, not '%s'", path, line->number, line->name, line->value);
}

int
config_file_read(const char *path, const struct cli_table *table, struct config_file *out)
{
	struct config_file f = { NULL, NULL, 0 };
	int status = read_text(path, &f.text);
	struct config_lines lines = config_lines_begin(f.text);
	enum flow_status st = FLOW_OK;
	struct config_line line;
	struct flow_error err;

	while (status == CLI_OK && (st = config_lines_next(&lines, &line, &err)) == FLOW_OK)
		status = take_setting(path, table, &line, &f);
	if (status == CLI_OK && st != FLOW_END)
		status = cli_misuse("%s:%zu: %s", path, lines.number, err.message);
	if (status == CLI_OK)
		*out = f;
	else
		config_file_clear(&f);
	return status;
}

void
config_file_clear(struct config_file *file)
{
	free(file->text);
	free(file->setting);
	*file = (struct config_file){ NULL, NULL, 0 };
}

/* The first setting of that name from there on that is not off; the count where there is none. */
static size_t
next_of(const struct config_file *f, size_t from, const char *name)
{
	while (from < f->count && (f->setting[from].off || strcmp(f->setting[from].name, name) != 0))
		from++;
	return from;
}

bool
config_file_same(const struct config_file *a, const struct config_file *b, const char *name)
{
	size_t i = next_of(a, 0, name), k = next_of(b, 0, name);

	for (; i < a->count && k < b->count; i = next_of(a, i + 1, name), k = next_of(b, k + 1, name)) {
		const char *x = a->setting[i].value, *y = b->setting[k].value;

		if ((x == NULL) != (y == NULL) || (x != NULL && strcmp(x, y) != 0))
			return false;
	}
	return i == a->count && k == b->count;
}
