/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/print_sets.h"

#include <stdio.h>
#include <string.h>

#include "common/cli.h"
#include "flow.h"
#include "net/addr_prefixes.h"

/* Written at once. */
#define CHUNK_BYTES 65536

static int
print_range(const struct addr_range *range, struct buf *out, bool *closed)
{
	struct addr_prefixes rest;
	struct addr net;
	unsigned bits;
	int status = CLI_OK;

	addr_prefixes_begin(&rest, range);
	while (status == CLI_OK && !*closed && addr_prefixes_next(&rest, &net, &bits)) {
		char text[ADDR_PREFIX_TEXT_MAX];

		buf_append(out, text, addr_prefix_format(&net, bits, text));
		buf_append_text(out, "\n");
		if (out->failed)
			return cli_fail("out of memory");
		if (out->len < CHUNK_BYTES)
			continue;
		status = cli_write(out->data, out->len, closed);
		buf_clear(out);
	}
	return status;
}

/* Tells the mistake, and shows its place in the text. */
static int
refuse(const char *text, const struct flow_error *err)
{
	struct buf caret = BUF_INIT;

	cli_warn("--sets: %s", err->message);
	flow_filter_caret(text, strlen(text), err, &caret);
	if (caret.len > 0 && !caret.failed)
		(void)fwrite(caret.data, 1, caret.len, stderr);
	buf_release(&caret);
	return err->status == FLOW_EINVAL || err->status == FLOW_ELIMIT ? CLI_MISUSE : CLI_FAILURE;
}

int
flowcat_sets(struct flowcat_options *options)
{
	struct addr_list list = { 0 };
	struct buf out = BUF_INIT;
	struct flow_error err;
	bool closed = false;
	int status = CLI_OK;

	if (set_expression(options->sets, strlen(options->sets), false, &list, &err) != FLOW_OK)
		status = refuse(options->sets, &err);
	for (size_t i = 0; i < list.count && status == CLI_OK; i++)
		status = print_range(&list.range[i], &out, &closed);
	if (status == CLI_OK && !closed)
		status = cli_write(out.data, out.len, &closed);
	buf_release(&out);
	addr_list_release(&list);
	return status;
}
