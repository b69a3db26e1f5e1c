/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

/* Cuts the line's end and comment; false where only blanks are left. */
static bool
strip(char *line)
{
	line[strcspn(line, "#\r\n")] = '\0';
	return line[strspn(line, " \t")] != '\0';
}

bool
lines_read(const char *option, const char *path,
    enum flow_status (*take)(void *arg, const char *line, struct flow_error *err), void *arg)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0, number = 0;
	bool right = true;
	struct flow_error err;

	if (f == NULL)
		return cli_fail("%s: %s: %s", option, path, strerror(errno)) == CLI_OK;
	while (right && getline(&line, &cap, f) >= 0) {
		number++;
		if (strip(line) && take(arg, line, &err) != FLOW_OK)
			right = cli_misuse("%s: %s: line %zu: %s", option, path, number, err.message) == CLI_OK;
	}
	if (right && ferror(f))
		right = cli_fail("%s: %s: %s", option, path, strerror(errno)) == CLI_OK;
	free(line);
	(void)fclose(f);
	return right;
}
