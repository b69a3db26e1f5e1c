/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "common/open_slot.h"

#include <dirent.h>
#include <string.h>

#include "common/cli.h"

/* Whether it is a journal's name (flowcap(1), FILES). */
static bool
is_journal(const char *name)
{
	static const char begin[] = ".flowcap.", end[] = ".journal";
	size_t len = strlen(name);

	return len > sizeof(begin) + sizeof(end) && strncmp(name, begin, sizeof(begin) - 1) == 0 &&
	    strcmp(name + len - (sizeof(end) - 1), end) == 0;
}

static bool
is_collected_in(const char *directory)
{
	DIR *d = opendir(directory);
	const struct dirent *entry;
	bool found = false;

	if (d == NULL)
		return false;
	while (!found && (entry = readdir(d)) != NULL)
		found = is_journal(entry->d_name) || live_is_socket_name(entry->d_name);
	closedir(d);
	return found;
}

void
open_slot_tell(const struct flow_files *files)
{
	if (files->count > 0)
		return;
	for (size_t i = 0; i < files->directories; i++)
		if (is_collected_in(files->directory[i]))
			cli_warn("%s: no file is finished yet: what flowcap receives becomes one when its slot ends "
			    "(after 5 minutes, or as its -t says), or when it is ended or started again; --live "
			    "reads what it has now", files->directory[i]);
}
