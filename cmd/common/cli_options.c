/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/cli_options.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/nearest.h"
#include "common/cli.h"

/* More options than any program has. */
#define OPTIONS_MAX 128

/* Columns of the help: where what an option does begins, and where lines end. */
#define HELP_COLUMN 27
#define HELP_WIDTH 100
#define HELP_WIDTH_MIN 60

#define OPTION(id, letter, name, argument, values, help) { OPT_##id, name, argument, help },
static const struct cli_option shared_rows[] = {
#include "common/options.def"
};
#undef OPTION

/* A row, completed from the shared row. */
static struct cli_option
row(const struct cli_table *table, size_t i)
{
	struct cli_option option = table->row[i];

	if (option.name != NULL)
		return option;
	for (size_t k = 0; k < ARRAY_LEN(shared_rows); k++)
		if (shared_rows[k].code == option.code) {
			option = shared_rows[k];
			break;
		}
	if (table->row[i].help != NULL)
		option.help = table->row[i].help;
	return option;
}

bool
cli_option_find(const struct cli_table *table, const char *name, struct cli_option *option)
{
	for (size_t i = 0; i < table->count; i++) {
		*option = row(table, i);
		if (option->code != 0 && strcmp(option->name, name) == 0)
			return true;
	}
	return false;
}

const char *
cli_option_name(const struct cli_table *table, int code)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->row[i].code == code)
			return row(table, i).name;
	return "";
}

/* getopt's arrays. */
struct spelling {
	char letters[2 * OPTIONS_MAX + 1];
	struct option longs[OPTIONS_MAX + 1];
};

static void
spell(const struct cli_table *table, struct spelling *s)
{
	struct option *l = s->longs;
	char *p = s->letters;

	for (size_t i = 0; i < table->count && i < OPTIONS_MAX; i++) {
		const struct cli_option o = row(table, i);
		bool takes = o.argument[0] != '\0';

		if (o.code == 0)
			continue;
		if (o.code < CLI_PROGRAM_CODES) {
			*p++ = (char)o.code;
			if (takes)
				*p++ = ':';
		}
		if (o.name[0] != '\0')
			*l++ = (struct option){ o.name, takes ? required_argument : no_argument, NULL, o.code };
	}
	*p = '\0';
	*l = (struct option){ NULL, 0, NULL, 0 };
}

int
cli_getopt(int argc, char **argv, const struct cli_table *table)
{
	struct spelling spelling;
	struct nearest meant;
	const char *word;
	int letter;

	spell(table, &spelling);
	letter = getopt_long(argc, argv, spelling.letters, spelling.longs, NULL);
	word = letter == '?' && optind > 1 ? argv[optind - 1] : "";
	/* getopt_long also fails for known options with a missing or extra argument, or an ambiguous abbreviation. */
	if (opterr == 0 || strncmp(word, "--", 2) != 0)
		return letter;
	word += 2;
	nearest_begin(&meant, word, strcspn(word, "="));
	for (const struct option *o = spelling.longs; o->name != NULL; o++) {
		if (strncmp(o->name, word, meant.len) == 0)
			return letter;
		nearest_try_text(&meant, o->name);
	}
	if (meant.best != NULL)
		cli_warn("did you mean --%s?", meant.best);
	return letter;
}

void
cli_option_nearest(const struct cli_table *table, struct nearest *n)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct cli_option o = row(table, i);

		if (o.code != 0 && o.name[0] != '\0')
			nearest_try_text(n, o.name);
	}
}

#define WORDS_ROOM 512

int
cli_misuse_word(const char *option, const char *word, size_t len, const char *const *words, size_t count)
{
	char list[WORDS_ROOM] = "", hint[NEAREST_HINT_ROOM];
	struct nearest meant;
	size_t used = 0;

	nearest_begin(&meant, word, len);
	for (size_t i = 0; i < count; i++) {
		nearest_try_text(&meant, words[i]);
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? ", " : "", words[i]);
	}
	return cli_misuse("%s: '%.*s' is none of %s%s", option, (int)(len < 64 ? len : 64), word, list,
	    nearest_hint(&meant, hint));
}

/* Width of the terminal, if there is one, within limits for reading. */
static size_t
help_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col >= HELP_WIDTH)
		return HELP_WIDTH;
	return size.ws_col < HELP_WIDTH_MIN ? HELP_WIDTH_MIN : size.ws_col;
}

/* Appends words after `at` columns of a line, wrapped, from HELP_COLUMN on. */
static void
print_paragraph(const char *text, size_t at, size_t width)
{
	const char *word;
	size_t len;

	(void)printf("%*s", (int)(HELP_COLUMN - at), "");
	at = HELP_COLUMN;
	for (word = text; *word != '\0'; word += len + strspn(word + len, " ")) {
		len = strcspn(word, " ");
		if (at > HELP_COLUMN && at + 1 + len > width) {
			(void)printf("\n%*s", HELP_COLUMN, "");
			at = HELP_COLUMN;
		} else if (at > HELP_COLUMN) {
			(void)putchar(' ');
			at++;
		}
		(void)fwrite(word, 1, len, stdout);
		at += len;
	}
	(void)putchar('\n');
}

static void
print_option(const struct cli_option *o, size_t width)
{
	bool letter = o->code < CLI_PROGRAM_CODES, name = o->name[0] != '\0';
	int at = letter ? printf("  -%c%s", o->code, name ? ", " : "") : printf("%6s", "");

	if (name)
		at += printf("--%s", o->name);
	if (o->argument[0] != '\0')
		at += printf(" %s", o->argument);
	/* There must be at least two spaces between. */
	if (at > HELP_COLUMN - 2) {
		(void)putchar('\n');
		at = 0;
	}
	print_paragraph(o->help, (size_t)at, width);
}

int
cli_help(const struct cli_table *table)
{
	size_t width = help_width();

	(void)fputs(table->usage, stdout);
	for (size_t i = 0; i < table->count; i++) {
		const struct cli_option o = row(table, i);

		if (o.code == 0)
			(void)printf("\n%s:\n", o.help);
		else
			print_option(&o, width);
	}
	(void)printf("\n%s", table->after);
	return cli_flush();
}
