/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "filter/absent_zero.h"
#include "filter/filter_program.h"

/* Columns of a line that are shown on each side of the caret. */
#define CARET_SIDE 60

/* Tokens to program; f->arena exists. */
static enum flow_status
build(struct flow_filter *f, const char *path, const char *text, size_t len,
    const struct flow_filter_options *options, struct flow_error *err)
{
	struct parser p = { .arena = f->arena, .err = err };
	struct lexed lexed;
	enum flow_status st;

	if (options != NULL)
		p.options = *options;
	if (p.options.now_ms == 0)
		p.options.now_ms = clock_wall_ms();
	st = lex_text(f->arena, path, text, len, p.options.no_files, &lexed, err);
	if (st != FLOW_OK)
		return st;
	p.lexed = &lexed;
	st = parse_filter(&p, &f->root);
	f->matchers = p.matchers;
	if (st == FLOW_OK && p.options.zero_if_absent && !absent_zero(f->arena, f->root))
		st = flow_fail_memory(err);
	if (st == FLOW_OK)
		st = program_compile(f, err);
	if (st == FLOW_OK)
		st = program_narrow(f, err);
	return st;
}

static enum flow_status
filter_new(const char *path, const char *text, size_t len,
    const struct flow_filter_options *options, struct flow_filter **out, struct flow_error *err)
{
	struct flow_filter *f = calloc(1, sizeof(*f));
	enum flow_status st = FLOW_OK;

	if (f == NULL)
		return flow_fail_memory(err);
	if ((f->arena = arena_new()) == NULL)
		st = flow_fail_memory(err);
	if (st == FLOW_OK && path != NULL)
		st = lex_read_file(f->arena, path, &text, &len, err);
	if (st == FLOW_OK)
		st = build(f, path, text, len, options, err);
	if (st != FLOW_OK) {
		flow_filter_free(f);
		return st;
	}
	*out = f;
	return FLOW_OK;
}

enum flow_status
flow_filter_parse(const char *text, size_t len, const struct flow_filter_options *options,
    struct flow_filter **out, struct flow_error *err)
{
	return filter_new(NULL, text, len, options, out, err);
}

enum flow_status
flow_filter_parse_file(const char *path, const struct flow_filter_options *options,
    struct flow_filter **out, struct flow_error *err)
{
	return filter_new(path, NULL, 0, options, out, err);
}

void
flow_filter_free(struct flow_filter *f)
{
	if (f == NULL)
		return;
	for (struct matcher_list *m = f->matchers; m != NULL; m = m->next)
		if (m->matcher != NULL)
			matcher_release(m->matcher);
	arena_free(f->arena);
	free(f);
}

void
flow_filter_caret(const char *text, size_t len, const struct flow_error *err, struct buf *out)
{
	size_t at, from, to, line;

	if (err->offset < 0 || (uint64_t)err->offset > len)
		return;
	at = (size_t)err->offset;
	for (line = at; line > 0 && text[line - 1] != '\n'; line--)
		;
	from = at - line > CARET_SIDE ? at - CARET_SIDE : line;
	for (to = at; to < len && text[to] != '\n' && to - at < CARET_SIDE; to++)
		;
	for (size_t i = from; i < to; i++) {
		unsigned char c = (unsigned char)text[i];

		buf_append_u8(out, c == '\t' ? ' ' : c < ' ' || c == 0x7f ? '?' : c);
	}
	buf_append_u8(out, '\n');
	for (size_t i = from; i < at; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			buf_append_u8(out, ' ');
	buf_append_text(out, "^\n");
}

const struct flow_fieldset *
flow_filter_fields(const struct flow_filter *f)
{
	return &f->fields;
}

bool
flow_filter_is_any(const struct flow_filter *f)
{
	return f->root->kind == NODE_TRUE;
}

bool
flow_filter_ordered(const struct flow_filter *f)
{
	return f->ordered;
}

bool
flow_filter_asks_names(const struct flow_filter *f)
{
	return f->asks_names;
}

bool
flow_filter_asks_file(const struct flow_filter *f)
{
	return f->asks_file;
}

const struct flow_bounds *
flow_filter_bounds(const struct flow_filter *f)
{
	return &f->bounds;
}
