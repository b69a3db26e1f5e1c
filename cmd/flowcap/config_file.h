/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -C: settings in a file, named as the long options are (flowcap.conf(5)). */

#include <stdbool.h>
#include <stddef.h>

struct cli_table;

struct config_file {
	char *text;			/* values point into it, so it must outlive their users */
	struct config_setting {
		size_t line;
		const char *name;
		char *value;		/* NULL: it has none */
		int letter;		/* of the option */
		bool off;		/* a switch with "no" */
	} *setting;
	size_t count;
};

/*
 * Reads the file.  A setting is a long option with its value; switches have none, or yes or no.  What is there
 * twice without being for several values, or seems to have quotes or a comment in its value, is wrong.
 * CLI_OK; CLI_FAILURE, CLI_MISUSE after a message with file and line.
 */
int config_file_read(const char *path, const struct cli_table *table, struct config_file *out);
void config_file_clear(struct config_file *file);

/* Whether all settings of that name are the same in both. */
bool config_file_same(const struct config_file *a, const struct config_file *b, const char *name);
