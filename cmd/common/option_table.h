/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes C of a program's table of options.  Define OPTION_TABLE as its path and include this once:
 *
 *	#define OPTION_TABLE "flowcat/options.def"
 *	#include "common/option_table.h"
 *
 * which defines OPT_ID for each row (its letter, or a number from CLI_PROGRAM_CODES on; of shared rows it is in
 * cli_options.h), and the rows as `static const struct cli_option option_rows[]`.  The rows of a table are
 *
 *	ARGUMENTS(values)       what arguments without an option are, for completions
 *	SECTION("title")        a heading of the help
 *	SHARED(ID)              a row of common/options.def
 *	SHARED_AS(ID, "help")   the same with other words
 *	OPTION(ID, letter, "long", "ARGUMENT", "values", "help")
 *
 * letter is 0 and long is "" where the option has none; ARGUMENT is "" where it takes none.  values are the words
 * that completions offer, or one of <file>, <directory>, <host>, <user>, <group>, <column>, <statistic>.  A row
 * begins its line, and goes on with lines that are indented; a '"' is never within a text.  scripts/list-options
 * reads the same rows for the completions of shells and for scripts/check-options.
 */
#include "common/cli_options.h"

#define ARGUMENTS(values)
#define SECTION(title)
#define SHARED(id)
#define SHARED_AS(id, help)
#define OPTION(id, letter, name, argument, values, help) PLACE_##id,
enum {
#include OPTION_TABLE
};
#undef OPTION
#define OPTION(id, letter, name, argument, values, help) \
	OPT_##id = (letter) != 0 ? (letter) : CLI_PROGRAM_CODES + PLACE_##id,
enum {
#include OPTION_TABLE
};
#undef OPTION
#undef SECTION
#undef SHARED
#undef SHARED_AS
#define SECTION(title) { 0, "", "", title },
#define SHARED(id) { OPT_##id, NULL, NULL, NULL },
#define SHARED_AS(id, help) { OPT_##id, NULL, NULL, help },
#define OPTION(id, letter, name, argument, values, help) { OPT_##id, name, argument, help },
static const struct cli_option option_rows[] = {
#include OPTION_TABLE
};
#undef ARGUMENTS
#undef SECTION
#undef SHARED
#undef SHARED_AS
#undef OPTION
