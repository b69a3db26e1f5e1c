/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/post_filter.h"

#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

#define EXIT_FILTER 254

struct post_filter {
	struct flow_filter *filter;
	struct flow_filter_state *state;
	struct flow_selection some;
};

int
post_filter_open(const struct nfdump_options *options, struct post_filter **post)
{
	const struct flow_filter_options how = { .zone = STAMP_LOCAL, .geo = options->request.geo };
	struct post_filter *p = calloc(1, sizeof(*p));
	struct flow_error err;

	if (p == NULL)
		return cli_fail("out of memory");
	*post = p;
	if (options->post == NULL)
		return CLI_OK;
	if (flow_filter_parse(options->post, strlen(options->post), &how, &p->filter, &err) != FLOW_OK) {
		(void)cli_fail("-P: %s", err.message);
		return EXIT_FILTER;
	}
	p->state = flow_filter_state_new(p->filter);
	return p->state != NULL ? CLI_OK : cli_fail("out of memory");
}

void
post_filter_free(struct post_filter *post)
{
	if (post == NULL)
		return;
	flow_filter_state_free(post->state);
	flow_filter_free(post->filter);
	free(post);
}

void
post_filter_fields(const struct post_filter *post, struct flow_fieldset *fields)
{
	if (post->filter != NULL)
		flow_fieldset_union(fields, flow_filter_fields(post->filter));
}

int
post_filter_select(struct post_filter *post, const struct flow_batch *batch, const struct flow_selection **sel)
{
	*sel = &post->some;
	flow_selection_all(&post->some, batch->rows);
	if (post->filter != NULL && flow_filter_select(post->state, batch, &post->some) != FLOW_OK)
		return cli_fail("out of memory");
	return CLI_OK;
}
