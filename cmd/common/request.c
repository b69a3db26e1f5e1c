/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/query.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli.h"

void
query_request_clear(struct query_request *request)
{
	flow_files_clear(&request->files);
	free(request->filter);
	*request = (struct query_request)QUERY_REQUEST_INIT;
}

int
query_add_path(struct query_request *request, const char *path)
{
	request->has_paths = true;
	if (flow_files_add(&request->files, path) != FLOW_OK)
		return cli_fail("out of memory");
	return CLI_OK;
}

/* Whether an argument names something to read, rather than being a filter. */
static bool
is_path(const char *text)
{
	struct stat st;
	glob_t found;
	bool matches;

	if (strcmp(text, "-") == 0 || stat(text, &st) == 0)
		return true;
	if (strpbrk(text, "*?[") == NULL || strchr(text, ' ') != NULL)
		return false;
	matches = glob(text, 0, NULL, &found) == 0;
	if (matches)
		globfree(&found);
	return matches;
}

static int
take_filter(struct query_request *request, const char *text)
{
	if (request->filter != NULL || request->filter_file != NULL)
		return cli_misuse("'%s': no such file, and there is a filter already", text);
	request->filter = strdup(text);
	return request->filter != NULL ? CLI_OK : cli_fail("out of memory");
}

int
query_arguments(struct query_request *request, int argc, char **argv)
{
	int i, status = CLI_OK;

	for (i = 0; i < argc && status == CLI_OK; i++)
		status = is_path(argv[i]) ? query_add_path(request, argv[i]) :
		    take_filter(request, argv[i]);
	if (status != CLI_OK || request->has_paths)
		return status;
	if (isatty(STDIN_FILENO))
		return cli_misuse("nothing to read: give a file or directory");
	return query_add_path(request, "-");
}
