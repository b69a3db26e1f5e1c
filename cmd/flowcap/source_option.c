/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/source_option.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli.h"

/* ADDRESS or ADDRESS/BITS */
static int
parse_net(const char *option, const char *text, struct collect_net *net)
{
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	uint64_t bits;

	if (!addr_parse(text, len, &net->addr))
		return cli_misuse("%s: '%s' is no address, nor a network", option, text);
	addr_to_v4(&net->addr);
	net->bits = addr_is_v4(&net->addr) ? 32 : 128;
	if (slash == NULL)
		return CLI_OK;
	if (!cli_number(option, slash + 1, 0, net->bits, &bits))
		return CLI_MISUSE;
	net->bits = (unsigned)bits;
	return CLI_OK;
}

int
nets_parse(const char *option, char *text, struct collect_net **net, size_t *nets)
{
	struct collect_net *bigger;
	int status = CLI_OK;
	char *next;

	for (; text != NULL && status == CLI_OK; text = next) {
		next = strchr(text, ';');
		if (next != NULL)
			*next++ = '\0';
		bigger = realloc(*net, (*nets + 1) * sizeof(*bigger));
		if (bigger == NULL)
			return cli_fail("out of memory");
		*net = bigger;
		status = parse_net(option, text, &bigger[(*nets)++]);
	}
	return status;
}

int
sources_add(struct options *options, const char *text)
{
	struct collect_source *s, *bigger = realloc(options->collect.source,
	    (options->collect.sources + 1) * sizeof(*bigger));
	char *nets, *directory;
	size_t i;

	if (bigger == NULL)
		return cli_fail("out of memory");
	options->collect.source = bigger;
	s = &bigger[options->collect.sources++];
	*s = (struct collect_source){ .ident = strdup(text) };
	if (s->ident == NULL)
		return cli_fail("out of memory");
	nets = strchr(s->ident, ',');
	directory = nets != NULL ? strchr(nets + 1, ',') : NULL;
	if (directory == NULL || directory[1] == '\0')
		return cli_misuse("-n: '%s' is not IDENT,ADDRESSES,DIRECTORY", text);
	*nets++ = '\0';
	*directory++ = '\0';
	for (i = 0; i + 1 < options->collect.sources; i++)
		if (strcmp(bigger[i].directory, directory) == 0)
			return cli_misuse("-n: '%s' is given twice", directory);
	s->directory = directory;
	return nets_parse("-n", nets, &s->net, &s->nets);
}

void
sources_clear(struct options *options)
{
	size_t i;

	for (i = 0; i < options->collect.sources; i++) {
		free(options->collect.source[i].ident);
		free(options->collect.source[i].net);
	}
	free(options->collect.source);
	options->collect.source = NULL;
	options->collect.sources = 0;
}

/* Makes a directory of which only the last part is missing; where it is only checked, whether it could. */
static int
make_directory(const struct options *options, const char *path)
{
	char *copy;
	bool done;

	/* Root, who makes it for another user, must choose the owner. */
	if (options->user != NULL)
		return cli_fail("%s: %s: make it, and give it to %s", path, strerror(errno), options->user);
	if (!options->check_only)
		return mkdir(path, 0777) == 0 ? CLI_OK : cli_fail("%s: %s", path, strerror(errno));
	copy = strdup(path);
	if (copy == NULL)
		return cli_fail("out of memory");
	done = access(dirname(copy), W_OK | X_OK) == 0;
	free(copy);
	return done ? CLI_OK : cli_fail("%s: %s", path, strerror(errno));
}

static int
check_directory(const struct options *options, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT) {
		if (make_directory(options, path) != CLI_OK)
			return CLI_FAILURE;
		if (options->check_only)
			return CLI_OK;
	}
	if (stat(path, &st) != 0)
		return cli_fail("%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return cli_fail("%s: not a directory", path);
	if (access(path, W_OK | X_OK) != 0)
		return cli_fail("%s: %s", path, strerror(errno));
	return CLI_OK;
}

int
sources_check(const struct options *options)
{
	int status = CLI_OK;
	size_t i;

	if (options->collect.directory != NULL)
		status = check_directory(options, options->collect.directory);
	for (i = 0; i < options->collect.sources && status == CLI_OK; i++)
		status = check_directory(options, options->collect.source[i].directory);
	if (options->collect.dynamic != NULL && status == CLI_OK)
		status = check_directory(options, options->collect.dynamic);
	return status;
}

int
sources_check_state(const struct options *options)
{
	struct options as_collector = *options;

	/* It is made by the collector itself, once it is the user of -u. */
	as_collector.user = NULL;
	return options->state != NULL && options->collect.journal ? check_directory(&as_collector, options->state) :
	    CLI_OK;
}

int
sources_find_state(struct collect_options *collect, const char *asked)
{
	const char *archive = collect->directory != NULL ? collect->directory : collect->dynamic;

	if (archive != NULL && (collect->state = state_directory(archive, asked, collect->log)) == NULL)
		return CLI_FAILURE;
	for (size_t i = 0; i < collect->sources; i++) {
		struct collect_source *s = &collect->source[i];

		s->state = state_directory(s->directory, NULL, collect->log);
		if (s->state == NULL)
			return CLI_FAILURE;
	}
	return CLI_OK;
}

void
sources_free_state(struct collect_options *collect)
{
	free(collect->state);
	collect->state = NULL;
	for (size_t i = 0; i < collect->sources; i++) {
		free(collect->source[i].state);
		collect->source[i].state = NULL;
	}
}
