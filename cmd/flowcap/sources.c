/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/sources.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli.h"
#include "flowcap/journal.h"
#include "flowcap/log.h"

/* ADDRESS or ADDRESS/BITS */
static int
parse_net(const char *text, struct source_net *net)
{
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	uint64_t bits;

	if (!addr_parse(text, len, &net->addr))
		return cli_misuse("-n: '%s' is no address, nor a network", text);
	net->bits = addr_is_v4(&net->addr) ? 32 : 128;
	if (slash == NULL)
		return CLI_OK;
	if (!cli_number("-n", slash + 1, 0, net->bits, &bits))
		return CLI_MISUSE;
	net->bits = (unsigned)bits;
	return CLI_OK;
}

static int
parse_nets(char *text, struct source_option *s)
{
	struct source_net *bigger;
	int status = CLI_OK;
	char *next;

	for (; text != NULL && status == CLI_OK; text = next) {
		next = strchr(text, ';');
		if (next != NULL)
			*next++ = '\0';
		bigger = realloc(s->net, (s->nets + 1) * sizeof(*bigger));
		if (bigger == NULL)
			return cli_fail("out of memory");
		s->net = bigger;
		status = parse_net(text, &s->net[s->nets++]);
	}
	return status;
}

int
sources_add(struct options *options, const char *text)
{
	struct source_option *s, *bigger = realloc(options->source,
	    (options->sources + 1) * sizeof(*bigger));
	char *nets, *directory;
	size_t i;

	if (bigger == NULL)
		return cli_fail("out of memory");
	options->source = bigger;
	s = &bigger[options->sources++];
	*s = (struct source_option){ .ident = strdup(text) };
	if (s->ident == NULL)
		return cli_fail("out of memory");
	nets = strchr(s->ident, ',');
	directory = nets != NULL ? strchr(nets + 1, ',') : NULL;
	if (directory == NULL || directory[1] == '\0')
		return cli_misuse("-n: '%s' is not IDENT,ADDRESSES,DIRECTORY", text);
	*nets++ = '\0';
	*directory++ = '\0';
	for (i = 0; i + 1 < options->sources; i++)
		if (strcmp(bigger[i].directory, directory) == 0)
			return cli_misuse("-n: '%s' is given twice", directory);
	s->directory = directory;
	return parse_nets(nets, s);
}

void
sources_clear(struct options *options)
{
	size_t i;

	for (i = 0; i < options->sources; i++) {
		free(options->source[i].ident);
		free(options->source[i].net);
	}
	free(options->source);
	options->source = NULL;
	options->sources = 0;
}

const struct source_option *
sources_find(const struct options *options, const struct addr *exporter)
{
	size_t i, n;

	for (i = 0; i < options->sources; i++) {
		const struct source_option *s = &options->source[i];

		for (n = 0; n < s->nets; n++)
			if (addr_in_prefix(exporter, &s->net[n].addr, s->net[n].bits))
				return s;
	}
	return NULL;
}

void
source_name(const struct addr *exporter, char name[SOURCE_NAME_MAX])
{
	size_t len = addr_format(exporter, name), i;

	for (i = 0; i < len; i++)
		if (name[i] == '.' || name[i] == ':')
			name[i] = '-';
	name[len] = '\0';
}

static int
check_directory(const char *path)
{
	struct stat st;

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

	if (options->directory != NULL)
		status = check_directory(options->directory);
	for (i = 0; i < options->sources && status == CLI_OK; i++)
		status = check_directory(options->source[i].directory);
	if (options->dynamic != NULL && status == CLI_OK)
		status = check_directory(options->dynamic);
	return status;
}

static void
replay(const struct options *options, const char *directory, const char *ident)
{
	struct options o = *options;

	o.directory = directory;
	o.writer.ident = ident;
	o.sources = 0;
	o.dynamic = NULL;
	(void)journal_replay(&o);
}

static void
replay_dynamic(const struct options *options)
{
	DIR *dir = opendir(options->dynamic);
	const struct dirent *entry;
	struct stat st;
	char *path;

	if (dir == NULL) {
		log_line(LOG_LEVEL_ERROR, "%s: %s", options->dynamic, strerror(errno));
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    asprintf(&path, "%s/%s", options->dynamic, entry->d_name) < 0)
			continue;
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			replay(options, path, entry->d_name);
		free(path);
	}
	(void)closedir(dir);
}

void
sources_replay(const struct options *options)
{
	size_t i;

	if (options->directory != NULL)
		replay(options, options->directory, options->writer.ident);
	for (i = 0; i < options->sources; i++)
		replay(options, options->source[i].directory, options->source[i].ident);
	if (options->dynamic != NULL)
		replay_dynamic(options);
}
