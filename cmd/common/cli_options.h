/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A program's options: getopt_long and the help text read one table, options.def, which option_table.h makes C of.
 */

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/nearest.h"

struct cli_option {
	int code;		/* OPT_...: its letter, or from CLI_PROGRAM_CODES on; 0: a section of the help */
	/* "": it has no long name, it takes no argument.  NULL, as help may be: as in common/options.def. */
	const char *name, *argument;
	const char *help;	/* one paragraph; the title of a section */
};

struct cli_table {
	const char *usage;	/* beginning of the help */
	const struct cli_option *row;
	size_t count;
	const char *after;	/* end of the help */
};

/* Codes of options that have no letter. */
#define CLI_PROGRAM_CODES 256
#define CLI_SHARED_CODES 512

/* OPT_... of the rows of common/options.def. */
#define OPTION(id, letter, name, argument, values, help) SHARED_PLACE_##id,
enum {
#include "common/options.def"
};
#undef OPTION
#define OPTION(id, letter, name, argument, values, help) \
	OPT_##id = (letter) != 0 ? (letter) : CLI_SHARED_CODES + SHARED_PLACE_##id,
enum {
#include "common/options.def"
};
#undef OPTION

/*
 * As getopt_long, which it calls; after an unknown long option it also prints the one that was probably meant
 * (where opterr allows that).
 */
int cli_getopt(int argc, char **argv, const struct cli_table *table);

/* The option of that long name; false: there is none. */
bool cli_option_find(const struct cli_table *table, const char *name, struct cli_option *option);

/* Tries the long names of all options: for messages about names that none has. */
void cli_option_nearest(const struct cli_table *table, struct nearest *n);

/* "OPTION: 'WORD' is none of A, B, C; did you mean 'A'?" for the `len` bytes of a word; returns CLI_MISUSE. */
int cli_misuse_word(const char *option, const char *word, size_t len, const char *const *words, size_t count);

/* Returned by a function that handles some of a program's options, for the others. */
#define CLI_NOT_MINE (-1)

/* The long name of an option that is in the table; "": it has none. */
const char *cli_option_name(const struct cli_table *table, int code);

/* Prints the table as help to stdout; returns CLI_OK or CLI_FAILURE. */
int cli_help(const struct cli_table *table);
