/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "common/query.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli.h"
#include "common/cli_options.h"

void
query_request_clear(struct query_request *request)
{
	flow_files_clear(&request->files);
	free(request->filter);
	for (size_t i = 0; i < request->directory_count; i++)
		free(request->directory[i]);
	free(request->directory);
	free(request->read);
	buf_release(&request->told);
	free(request->argument);
	flow_geo_free(request->geo);
	flow_elements_free(request->elements);
	flow_map_free(request->map);
	*request = (struct query_request)QUERY_REQUEST_INIT;
}

/* -r, and -R (range): remembers what to read. */
static int
add_read(struct query_request *request, const char *text, bool range)
{
	struct query_read *more = realloc(request->read, (request->reads + 1) * sizeof(*more));

	if (more == NULL)
		return cli_fail("out of memory");
	request->read = more;
	more[request->reads++] = (struct query_read){ text, range };
	return CLI_OK;
}

int
query_sql_dialect(const char *name, enum flow_sql_dialect *dialect)
{
	static const char *const names[] = { "duckdb", "spark", "clickhouse" };

	return flow_sql_dialect_find(name, dialect) ? CLI_OK :
	    cli_misuse_word("--sql", name, strlen(name), names, ARRAY_LEN(names));
}

static int
add_geo(struct query_request *request, const char *path)
{
	struct flow_error err;

	if (request->geo == NULL && (request->geo = flow_geo_new()) == NULL)
		return cli_fail("out of memory");
	return flow_geo_add(request->geo, path, &err) == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

static int
add_elements(struct query_request *request, const char *path)
{
	struct flow_error err;

	if (request->elements != NULL)
		return cli_misuse("--elements: once only");
	if (flow_elements_read(path, &request->elements, &err) != FLOW_OK)
		return err.status == FLOW_EINVAL ? cli_misuse("--elements: %s", err.message) :
		    cli_fail_error(&err);
	return CLI_OK;
}

static int
add_map(struct query_request *request, const char *path)
{
	struct flow_error err;

	if (request->map != NULL)
		return cli_misuse("--map: once only");
	if (flow_map_read(path, &request->map, &err) != FLOW_OK)
		return err.status == FLOW_EINVAL || err.status == FLOW_ELIMIT ? cli_misuse("--map: %s", err.message) :
		    cli_fail_error(&err);
	return CLI_OK;
}

static int
take_tags(struct query_request *request, const char *path)
{
	if (request->tags != NULL)
		return cli_misuse("--tags: once only");
	request->tags = path;
	return CLI_OK;
}

static int
take_threads(struct query_request *request, const char *text)
{
	uint64_t number;

	if (!cli_number("-j", text, 1, 256, &number))
		return CLI_MISUSE;
	request->threads = (unsigned)number;
	return CLI_OK;
}

int
query_take_option(struct query_request *request, int code, const char *argument)
{
	switch (code) {
	case OPT_READ:
		return add_read(request, argument, false);
	case OPT_RANGE:
		return add_read(request, argument, true);
	case OPT_DIRECTORIES:
		request->directories = argument;
		return CLI_OK;
	case OPT_LIVE:
		request->live = true;
		return CLI_OK;
	case OPT_TIME:
		request->window = argument;
		return CLI_OK;
	case OPT_FILTER_FILE:
		request->filter_file = argument;
		return CLI_OK;
	case OPT_ELEMENTS:
		return add_elements(request, argument);
	case OPT_GEO:
		return add_geo(request, argument);
	case OPT_TAGS:
		return take_tags(request, argument);
	case OPT_MAP:
		return add_map(request, argument);
	case OPT_THREADS:
		return take_threads(request, argument);
	default:
		return CLI_NOT_MINE;
	}
}

/* Remembers a directory that is read as a whole. */
static bool
note_directory(struct query_request *request, const char *path, bool range)
{
	struct stat st;
	char **more;

	if (range || stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		request->only_directories = false;
		return true;
	}
	more = realloc(request->directory, (request->directory_count + 1) * sizeof(*more));
	if (more == NULL)
		return false;
	request->directory = more;
	more[request->directory_count] = strdup(path);
	return more[request->directory_count++] != NULL;
}

static int
add_path(struct query_request *request, const char *path, bool range)
{
	request->has_paths = true;
	if (!note_directory(request, path, range))
		return cli_fail("out of memory");
	if ((range ? flow_files_add_range(&request->files, path) :
	    flow_files_add(&request->files, path)) != FLOW_OK)
		return cli_fail("out of memory");
	return CLI_OK;
}

/* What -r and -R name, below a directory; all of it without them. */
static int
read_below(struct query_request *request, const char *directory)
{
	int status = CLI_OK;

	if (request->reads == 0)
		return add_path(request, directory, false);
	for (size_t i = 0; i < request->reads && status == CLI_OK; i++) {
		char *path;

		if (asprintf(&path, "%s/%s", directory, request->read[i].text) < 0)
			return cli_fail("out of memory");
		status = add_path(request, path, request->read[i].range);
		free(path);
	}
	return status;
}

/* "/base/a:b:c": the first one has the path, in whose parent the others are. */
static int
read_directories(struct query_request *request)
{
	const char *p = request->directories, *slash;
	size_t first = strcspn(p, ":"), parent;
	int status = CLI_OK;

	slash = memrchr(p, '/', first);
	parent = slash != NULL ? (size_t)(slash - p) + 1 : 0;
	for (const char *name = p; status == CLI_OK; name += strcspn(name, ":") + 1) {
		size_t len = strcspn(name, ":");
		char *directory;

		if (asprintf(&directory, "%.*s%.*s", name == p ? 0 : (int)parent, p, (int)len, name) < 0)
			return cli_fail("out of memory");
		if (len > 0)
			status = read_below(request, directory);
		free(directory);
		if (name[len] == '\0')
			break;
	}
	return status;
}

static int
read_all(struct query_request *request)
{
	int status = CLI_OK;

	if (request->directories != NULL)
		return read_directories(request);
	for (size_t i = 0; i < request->reads && status == CLI_OK; i++)
		status = add_path(request, request->read[i].text, request->read[i].range);
	return status;
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
	/* A file that was merged after a shell had listed it. */
	if (flow_file_is_named(text) && strpbrk(text, " \t\n(\"'") == NULL)
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
query_filter_arguments(struct query_request *request, int argc, char **argv)
{
	int i, status = CLI_OK;

	for (i = 0; i < argc && status == CLI_OK; i++)
		status = take_filter(request, argv[i]);
	return status;
}

/* A path among the arguments. */
static int
take_path(struct query_request *request, const char *text)
{
	const char **more = realloc(request->argument, (request->arguments + 1) * sizeof(*more));

	if (more == NULL)
		return cli_fail("out of memory");
	request->argument = more;
	more[request->arguments++] = text;
	return add_path(request, text, false);
}

static void
put_word(struct buf *out, const char *option, const char *text)
{
	buf_append_text(out, option);
	flow_shell_quote(out, text, strlen(text));
}

void
query_put_words(const struct query_request *request, struct buf *out)
{
	for (size_t i = 0; i < request->reads; i++)
		put_word(out, request->read[i].range ? " -R " : " -r ", request->read[i].text);
	if (request->directories != NULL)
		put_word(out, " -M ", request->directories);
	/* With -M, -r would be read below its directories. */
	for (size_t i = 0; i < request->arguments; i++)
		put_word(out, request->directories != NULL ? " " : " -r ", request->argument[i]);
	if (request->window != NULL)
		put_word(out, " -t ", request->window);
	if (request->live)
		buf_append_text(out, " --live");
	if (request->zone == STAMP_UTC)
		buf_append_text(out, " --utc");
}

int
query_arguments(struct query_request *request, int argc, char **argv)
{
	int i, status = read_all(request);

	for (i = 0; i < argc && status == CLI_OK; i++)
		status = is_path(argv[i]) ? take_path(request, argv[i]) :
		    take_filter(request, argv[i]);
	if (status != CLI_OK || request->has_paths || request->may_read_nothing)
		return status;
	if (isatty(STDIN_FILENO))
		return cli_misuse("nothing to read: give a file or directory");
	return add_path(request, "-", false);
}

int
query_check_live(const struct query_request *request)
{
	const struct flow_files *files = &request->files;

	if (!request->live)
		return CLI_OK;
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->path[i], "-") == 0)
			return cli_misuse("--live: standard input is no archive: name a directory that flowcap "
			    "writes to");
	return CLI_OK;
}
