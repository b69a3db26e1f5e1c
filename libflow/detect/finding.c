/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/shell_quote.h"
#include "base/vec.h"

/* Shorter lists are not trimmed. */
#define TRIM_MIN 65536

enum flow_status
findings_add(struct findings *f, const struct finding *one)
{
	if (!VEC_RESERVE(f->list, f->cap, f->count + 1))
		return FLOW_ENOMEM;
	f->list[f->count++] = *one;
	return FLOW_OK;
}

void
findings_clear(struct findings *f)
{
	free(f->list);
	*f = (struct findings){ .list = NULL };
}

static int
compare(const void *pa, const void *pb)
{
	const struct finding *a = pa, *b = pb;
	int order;

	if (a->score > b->score || a->score < b->score)
		return a->score > b->score ? -1 : 1;
	if (a->count[0] != b->count[0])
		return a->count[0] > b->count[0] ? -1 : 1;
	order = addr_compare(&a->a, &b->a);
	if (order == 0)
		order = addr_compare(&a->b, &b->b);
	if (order == 0)
		order = (int)a->proto - (int)b->proto;
	if (order == 0)
		order = (int)a->port - (int)b->port;
	if (order == 0)
		order = (int)a->list - (int)b->list;
	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	return order != 0 ? order : a->first_ms < b->first_ms ? -1 : a->first_ms > b->first_ms;
}

void
findings_sort(struct findings *f)
{
	if (f->count > 1)
		qsort(f->list, f->count, sizeof(*f->list), compare);
}

void
findings_trim(struct findings *f, uint64_t most)
{
	if (most == 0 || f->count < TRIM_MIN || f->count / 2 < most)
		return;
	findings_sort(f);
	f->count = (size_t)most;
}

void
finding_command(struct buf *out, const char *prefix, const char *rows, const char *flows)
{
	struct buf filter = BUF_INIT;

	if (rows != NULL && rows[0] != '\0')
		buf_printf(&filter, "(%s) and (", rows);
	buf_append_text(&filter, flows);
	if (rows != NULL && rows[0] != '\0')
		buf_append_text(&filter, ")");
	buf_append_text(out, prefix);
	buf_append_text(out, " ");
	flow_shell_quote(out, (const char *)filter.data, filter.len);
	if (buf_status(&filter) != FLOW_OK)
		out->failed = true;
	buf_release(&filter);
}
