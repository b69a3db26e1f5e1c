/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/option_place.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

/* Whether the path is the folder or below it; both resolved. */
static bool
within(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/' || len == 1);
}

/* What a path or pattern begins with, resolved and allocated; NULL: it is not there. */
static char *
resolve(const char *pattern)
{
	size_t plain = strcspn(pattern, "*?[");
	char *path = strdup(pattern), *real;

	if (path == NULL)
		return NULL;
	/* The folder of the first component with a wildcard. */
	if (path[plain] != '\0') {
		while (plain > 0 && path[plain - 1] != '/')
			plain--;
		path[plain] = '\0';
	}
	real = realpath(path[0] != '\0' ? path : ".", NULL);
	free(path);
	return real;
}

/* Files that are read must not be replaced meanwhile. */
static bool
reads_own_archive(const struct options *o)
{
	char *archive = realpath(o->archive, NULL), *source;
	bool own = false;
	size_t i;

	for (i = 0; archive != NULL && i < o->replays && !own; i++) {
		source = resolve(o->replay[i]);
		own = source != NULL && (within(source, archive) || within(archive, source));
		free(source);
	}
	free(archive);
	return own;
}

bool
option_places_settle(const struct options *o)
{
	uint64_t port;

	if (o->archive != NULL && o->archive[0] == '\0')
		return cli_misuse("-w: the folder has no name; . is the current one") == CLI_OK;
	if (o->pcap != NULL && o->pcap[0] == '\0')
		return cli_misuse("-o: the file has no name; - is standard output") == CLI_OK;
	if (o->truth != NULL && o->pcap != NULL && strcmp(o->truth, o->pcap) == 0)
		return cli_misuse("--truth %s: -o writes that file, too", o->truth) == CLI_OK;
	if (o->archive != NULL && reads_own_archive(o))
		return cli_misuse("-w %s: --replay reads from there; write to another folder", o->archive) == CLI_OK;
	/* Others are names of services, which getaddrinfo looks up; it takes numbers modulo 65536. */
	return !isdigit((unsigned char)o->port[0]) || cli_number("-p", o->port, 1, 65535, &port);
}
