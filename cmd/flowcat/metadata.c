/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/metadata.h"

#include "common/cli.h"

void
metadata_begin(struct metadata *m, struct flowcat_options *options)
{
	struct flow_files *files = &options->request.files;

	*m = (struct metadata){ .files = files, .status = CLI_OK };
	flow_files_sort(files);
	for (size_t i = 0; i < files->problems; i++)
		m->status = cli_fail("%s", files->problem[i]);
}

bool
metadata_next(struct metadata *m, const char **path, struct flow_summary *summary)
{
	struct flow_error err;

	while (m->next < m->files->count) {
		*path = m->files->path[m->next++];
		if (flow_summary_read(*path, summary, &err) == FLOW_OK)
			return true;
		m->status = cli_fail_error(&err);
	}
	return false;
}

void
metadata_sum(struct metadata *m, struct flow_summary *sum)
{
	struct flow_summary one;
	const char *path;

	*sum = (struct flow_summary){ 0 };
	while (metadata_next(m, &path, &one)) {
		flow_summary_add(sum, &one);
		flow_summary_clear(&one);
	}
}

int
metadata_end(struct metadata *m, struct buf *text)
{
	bool closed = false;

	if (buf_status(text) != FLOW_OK)
		m->status = cli_fail("out of memory");
	else if (cli_write(text->data, text->len, &closed) != CLI_OK)
		m->status = CLI_FAILURE;
	buf_release(text);
	return m->status;
}
