/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowstat/distributions.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "common/cli.h"

struct counting {
	struct query *query;
	struct flow_distribution **part;	/* by thread */
	atomic_bool failed;
};

static void
count(void *context, unsigned i)
{
	struct counting *c = context;
	struct query_worker *worker = query_worker_new(c->query);
	const struct flow_selection *selection;
	const struct flow_batch *batch;
	size_t task;

	c->part[i] = flow_distribution_new();
	if (worker == NULL || c->part[i] == NULL)
		c->failed = true;
	while (!c->failed && query_take(worker, &task))
		while (query_next(worker, &batch, &selection))
			flow_distribution_add(c->part[i], batch, selection);
	query_worker_free(worker);
}

int
distributions_make(struct query *query, struct flow_distribution **out)
{
	unsigned threads = query_threads(query);
	struct counting c = { .query = query, .part = calloc(threads, sizeof(struct flow_distribution *)) };

	if (c.part == NULL)
		return cli_fail("out of memory");
	query_rewind(query);
	query_run_told(query, threads, count, &c);
	for (unsigned i = 1; i < threads; i++) {
		if (!c.failed)
			flow_distribution_merge(c.part[0], c.part[i]);
		flow_distribution_free(c.part[i]);
	}
	*out = c.part[0];
	free(c.part);
	return c.failed ? cli_fail("out of memory") : CLI_OK;
}
