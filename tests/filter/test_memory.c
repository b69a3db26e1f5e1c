/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The n-th allocation fails, for every n: filters say so, and leak nothing
 * (which the address sanitizer sees).  The linker puts the wrappers below in
 * the place of the C library's functions; what that library allocates by itself
 * never fails here.
 */
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"
#include "rows.h"
#include "tap.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

/* Allocations until one fails; 0: none does. */
static size_t countdown;

static bool
fails(void)
{
	return countdown > 0 && --countdown == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

static const char text[] =
    "(ip in [192.0.2.1 10/8 2001:db8::/32] or app_name matches '^(you|me)' or port in [1 2 3 5]"
    " or flags S and not icmp type 8 or mac 0a:50:56:c0:00:01 or app_name in [a b c d e f])"
    " and src port != 5 and src port != 7 and bytes > 10 and net 172.16/12 and ip 1.2.3.4";

/* Parses and runs with the n-th allocation failing; FLOW_OK if there were fewer. */
static enum flow_status
run(const struct flow_batch *batch, size_t n)
{
	const struct flow_filter_options options = { .no_resolve = true, .no_files = true };
	struct flow_filter_state *state = NULL;
	struct flow_filter *f = NULL;
	struct flow_selection sel;
	struct flow_error err = { 0 };
	enum flow_status st;

	countdown = n;
	st = flow_filter_parse(text, sizeof(text) - 1, &options, &f, &err);
	if (st == FLOW_OK && (state = flow_filter_state_new(f)) == NULL)
		st = FLOW_ENOMEM;
	if (st == FLOW_OK)
		st = flow_filter_select(state, batch, &sel);
	countdown = 0;
	flow_filter_state_free(state);
	flow_filter_free(f);
	return st;
}

int
main(void)
{
	struct rows *rows = rows_load();
	enum flow_status st = FLOW_ENOMEM;
	size_t n = 0, other = 0;

	while (st != FLOW_OK && n < 100000) {
		st = run(rows_batch(rows), ++n);
		other += st != FLOW_OK && st != FLOW_ENOMEM;
	}
	ok(n > 20);
	ok(n < 100000);
	is_uint(other, 0);
	rows_free(rows);
	return tap_done();
}
