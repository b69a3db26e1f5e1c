/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "nfdump/old_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cli.h"
#include "common/cli_options.h"

#define HOUR_MS INT64_C(3600000)

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The digits of a time, as in nfcapd's names of files. */
static bool
is_old_name(const char *path)
{
	const char *digits = base_name(path);
	size_t n;

	if (strncmp(digits, "nfcapd.", 7) != 0)
		return false;
	digits += 7;
	n = strspn(digits, "0123456789");
	return (n == 12 || n == 14) && digits[n] == '\0';
}

/* Whether the file exists, with -M below its first directory. */
static bool
exists(const struct query_request *request, const char *path)
{
	struct stat st;
	char *whole;
	bool there;

	if (request->directories == NULL)
		return stat(path, &st) == 0;
	if (asprintf(&whole, "%.*s/%s", (int)strcspn(request->directories, ":"), request->directories, path) < 0)
		return false;
	there = stat(whole, &st) == 0;
	free(whole);
	return there;
}

/*
 * flowcap's names are in UTC by default, those on the command line in local time: refuses files whose receive
 * times match only as UTC.
 */
static int
check_zone(const struct flow_files *files)
{
	struct flow_error ignored;
	struct flow_summary one;
	int64_t local, utc;
	size_t len;
	const char *digits = files->count > 0 ? flow_file_slot(files->path[0], &len) : NULL;
	char text[24];

	if (digits == NULL || len < 12 || !flow_file_is_named(files->path[0]))
		return CLI_OK;
	(void)snprintf(text, sizeof(text), "%.8sT%.4s%.2s", digits, digits + 8, len >= 14 ? digits + 12 : "00");
	if (stamp_parse(text, strlen(text), STAMP_LOCAL, 0, &local, &ignored) != FLOW_OK ||
	    stamp_parse(text, strlen(text), STAMP_UTC, 0, &utc, &ignored) != FLOW_OK || local == utc ||
	    flow_summary_read(files->path[0], &one, &ignored) != FLOW_OK)
		return CLI_OK;
	utc -= one.totals.received_min_ms;
	local -= one.totals.received_min_ms;
	flow_summary_clear(&one);
	if (llabs(utc) >= HOUR_MS / 2 || llabs(utc) >= llabs(local))
		return CLI_OK;
	return cli_fail("%s: its name is in UTC, those that were asked for are in local time: set TZ=UTC, or let "
	    "flowcap write with --local-time", files->path[0]);
}

int
old_names_read(struct query_request *request, const char *single, const char *range)
{
	char *slot = NULL;
	bool old = range != NULL && strstr(range, "nfcapd.") != NULL;
	int status = CLI_OK;

	if (single != NULL && is_old_name(single) && !exists(request, single)) {
		if (asprintf(&slot, "%s:%s", single, base_name(single)) < 0)
			return cli_fail("out of memory");
		single = slot;
		old = true;
	}
	if (single != NULL)
		status = query_take_option(request, slot != NULL ? OPT_RANGE : OPT_READ, single);
	if (status == CLI_OK && range != NULL)
		status = query_take_option(request, OPT_RANGE, range);
	if (status == CLI_OK)
		status = query_arguments(request, 0, NULL);
	if (status == CLI_OK && old)
		status = check_zone(&request->files);
	/* The request refers to the texts until its files are made. */
	request->reads = 0;
	free(slot);
	return status;
}
