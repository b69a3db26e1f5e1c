/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/list_files.h"

#include <stdlib.h>

#include "common/cli.h"

int
list_files_take(struct list_files *f, const char *path)
{
	const char **more = realloc(f->path, (f->count + 1) * sizeof(*more));

	if (more == NULL)
		return cli_fail("out of memory");
	f->path = more;
	f->path[f->count++] = path;
	return CLI_OK;
}

static void
tell(void *context, const char *message)
{
	struct list_files *f = context;

	cli_warn("%s", message);
	f->damaged = true;
}

int
list_files_read(struct list_files *f)
{
	struct flow_error err;
	uint64_t networks = 0;

	if (f->count == 0 || f->lists != NULL)
		return CLI_OK;
	f->lists = net_lists_new();
	if (f->lists == NULL)
		return cli_fail("out of memory");
	for (size_t i = 0; i < f->count; i++)
		if (net_lists_add(f->lists, f->path[i], tell, f, &err) != FLOW_OK)
			return cli_fail_error(&err);
	if (net_lists_end(f->lists, &err) != FLOW_OK)
		return cli_fail_error(&err);
	for (size_t i = 0; i < net_lists_count(f->lists); i++)
		networks += net_lists_networks(f->lists, i);
	if (networks == 0) {
		cli_warn("%s: there is no address and no network in it", f->path[0]);
		f->damaged = true;
	}
	return CLI_OK;
}

int
list_files_read_own(struct list_files *f)
{
	int status = list_files_read(f);

	return status == CLI_OK && f->damaged ? CLI_MISUSE : status;
}

void
list_files_clear(struct list_files *f)
{
	net_lists_free(f->lists);
	free(f->path);
	*f = (struct list_files){ .path = NULL };
}
