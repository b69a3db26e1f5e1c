/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/metadata.h"

#include <sys/stat.h>

#include "common/cli.h"

/* How often files are listed again while others change them. */
#define ROUNDS_MAX 100

void
metadata_begin(struct metadata *m, struct flowcat_options *options)
{
	struct flow_files *files = &options->request.files;

	*m = (struct metadata){ .files = files, .status = CLI_OK };
	flow_files_sort(files);
}

/* Sorted by slots, so that a file comes before those that it holds. */
static bool
is_held(const struct metadata *m, const char *path)
{
	struct stat st;
	bool there = m->merged.used > 0 && stat(path, &st) == 0;

	return flow_merged_has(&m->merged, path, there ? &st : NULL);
}

static void
fail_read(struct metadata *m, const struct flow_error *err)
{
	if (err->status == FLOW_ENOTFOUND && m->rounds < ROUNDS_MAX)
		m->vanished = true;
	else
		m->status = cli_fail_error(err);
}

bool
metadata_next(struct metadata *m, const char **path, struct flow_summary *summary)
{
	struct flow_error err;

	while (m->next < m->files->count) {
		*path = m->files->path[m->next++];
		if (is_held(m, *path))
			continue;
		if (flow_summary_read(*path, summary, &err) != FLOW_OK) {
			fail_read(m, &err);
			continue;
		}
		if (summary->merged != NULL && flow_merged_add(&m->merged, *path, summary->merged,
		    strlen(summary->merged)) != FLOW_OK)
			m->status = cli_fail("out of memory");
		return true;
	}
	return false;
}

bool
metadata_again(struct metadata *m)
{
	bool again = m->rounds < ROUNDS_MAX && (m->vanished || !flow_files_settled(m->files));

	if (!again)
		return false;
	m->rounds = m->files->asked_count == 0 ? ROUNDS_MAX : m->rounds + 1;
	m->vanished = false;
	m->next = 0;
	m->status = CLI_OK;
	flow_merged_clear(&m->merged);
	if (flow_files_again(m->files) == FLOW_OK)
		return true;
	m->status = cli_fail("out of memory");
	return false;
}

void
metadata_sum(struct metadata *m, struct flow_summary *sum)
{
	struct flow_summary one;
	const char *path;

	*sum = (struct flow_summary){ 0 };
	do {
		flow_summary_clear(sum);
		while (metadata_next(m, &path, &one)) {
			flow_summary_add(sum, &one);
			flow_summary_clear(&one);
		}
	} while (metadata_again(m));
}

int
metadata_end(struct metadata *m, struct buf *text)
{
	bool closed = false;

	for (size_t i = 0; i < m->files->problems; i++)
		m->status = cli_fail("%s", m->files->problem[i]);
	flow_merged_clear(&m->merged);
	if (buf_status(text) != FLOW_OK)
		m->status = cli_fail("out of memory");
	else if (cli_write(text->data, text->len, &closed) != CLI_OK)
		m->status = CLI_FAILURE;
	buf_release(text);
	return m->status;
}
