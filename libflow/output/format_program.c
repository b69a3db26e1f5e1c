/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/format_program.h"

#include <stdlib.h>

struct column *
program_column(struct flow_printer *p, struct flow_error *err)
{
	struct column *c;

	if (p->count == PROGRAM_COLUMNS_MAX) {
		(void)flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET,
		    "output format: more than %d columns", PROGRAM_COLUMNS_MAX);
		return NULL;
	}
	if (p->column == NULL)
		p->column = calloc(PROGRAM_COLUMNS_MAX, sizeof(*p->column));
	if (p->column == NULL)
		goto memory;
	c = &p->column[p->count];
	*c = (struct column){
		.field = FLOW_FIELD_NONE,
		.second = FLOW_FIELD_NONE,
		.plain_numbers = p->options.plain_numbers,
		.binary_halves = p->options.binary_halves,
		.no_time_0 = p->options.no_time_0,
		.full_ipv6 = p->options.full_ipv6,
		.zone = p->options.zone,
		.resolver = p->options.resolver,
		.names = p->options.names,
		.geo = p->options.geo,
	};
	c->before = calloc(1, p->literal.len + 16);
	if (c->before == NULL)
		goto memory;
	if (p->literal.len > 0)
		memcpy(c->before, p->literal.data, p->literal.len);
	c->before_len = (uint32_t)p->literal.len;
	buf_clear(&p->literal);
	p->count++;
	return c;
memory:
	(void)flow_fail_memory(err);
	return NULL;
}
