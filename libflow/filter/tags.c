/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/tags.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "filter/lex.h"

#define BLANK " \t\r"
#define NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:"

struct flow_tags {
	struct arena *arena;
	struct flow_filter *filter[FLOW_TAGS_MAX];	/* by rule */
	struct flow_text name[FLOW_TAGS_MAX];
	struct flow_dict dict;
	struct flow_fieldset fields;
	bool ask_names, ask_file;
};

struct flow_tags_state {
	const struct flow_tags *tags;
	struct flow_filter_state **filter;	/* by rule */
	struct flow_selection selection;
	uint32_t codes[FLOW_BATCH_ROWS];
	uint64_t valid[BITMAP_WORDS(FLOW_BATCH_ROWS)];
};

/* A text of rules that is read. */
struct reader {
	struct flow_tags *tags;
	const struct flow_filter_options *options;
	const char *path, *text, *end;
	size_t number;		/* of the rule's first line */
	struct flow_error *err;
};

static enum flow_status
fail(const struct reader *r, enum flow_status status, const char *what, const char *word, size_t len)
{
	return flow_fail(r->err, status, FLOW_NO_OFFSET, "%s:%zu: %s '%.*s'", r->path, r->number, what,
	    (int)(len < FLOW_TAG_BYTES_MAX ? len : FLOW_TAG_BYTES_MAX), word);
}

/* The end of a line, at its newline or the end of the text. */
static const char *
line_end(const struct reader *r, const char *line)
{
	const char *newline = memchr(line, '\n', (size_t)(r->end - line));

	return newline != NULL ? newline : r->end;
}

static bool
is_empty(const char *line, const char *end)
{
	while (line < end && strchr(BLANK, *line) != NULL && *line != '\0')
		line++;
	return line == end || *line == '#';
}

/* Whether there are only blanks and comments in these lines. */
static bool
are_empty(const struct reader *r, const char *line, const char *end)
{
	while (line < end && is_empty(line, line_end(r, line)))
		line = line_end(r, line) + 1;
	return line >= end;
}

/* Where the rule ends that begins with this line: before a line that begins with no blank. */
static const char *
rule_end(const struct reader *r, const char *line)
{
	const char *end = line_end(r, line);

	while (end < r->end && end + 1 < r->end && (end[1] == ' ' || end[1] == '\t'))
		end = line_end(r, end + 1);
	return end;
}

/*
 * Compiles from `from` to `to`.  All before it is replaced by blanks, so that the lines and columns of messages are
 * those of the file.
 */
static enum flow_status
compile(struct reader *r, const char *from, const char *to, struct flow_filter **out)
{
	size_t before = (size_t)(from - r->text), len = (size_t)(to - r->text);
	struct flow_error why;
	enum flow_status st;
	char *copy;

	if (memchr(from, '\0', (size_t)(to - from)) != NULL)
		return fail(r, FLOW_EINVAL, "a NUL byte in the rule", from, strnlen(from, (size_t)(to - from)));
	if ((copy = malloc(len + 1)) == NULL)
		return flow_fail_memory(r->err);
	memcpy(copy, r->text, len);
	for (size_t i = 0; i < before; i++)
		if (copy[i] != '\n')
			copy[i] = ' ';
	st = flow_filter_parse(copy, len, r->options, out, &why);
	free(copy);
	if (st == FLOW_ENOMEM)
		return flow_fail_memory(r->err);
	return st == FLOW_OK ? st : flow_fail(r->err, st, FLOW_NO_OFFSET, "%s:%s", r->path, why.message);
}

/* Adds a rule; its filter belongs to the rules at once. */
static enum flow_status
add_rule(struct reader *r, const char *name, size_t len, const char *from, const char *to)
{
	struct flow_tags *t = r->tags;
	uint32_t n = t->dict.count;
	enum flow_status st;
	char *copy;

	for (uint32_t i = 0; i < n; i++)
		if (t->name[i].len == len && memcmp(t->name[i].p, name, len) == 0)
			return fail(r, FLOW_EINVAL, "there is a rule above (join their filters by or)", name, len);
	if (n == FLOW_TAGS_MAX)
		return fail(r, FLOW_ELIMIT, "more than 1000 rules, at", name, len);
	if ((copy = arena_text(t->arena, name, len)) == NULL)
		return flow_fail_memory(r->err);
	if ((st = compile(r, from, to, &t->filter[n])) != FLOW_OK)
		return st;
	t->name[n] = (struct flow_text){ copy, (uint32_t)len };
	t->dict.count++;
	if (flow_filter_ordered(t->filter[n]))
		return fail(r, FLOW_EINVAL, "no row has a number before all are chosen: no 'count' in rule", name, len);
	if (flow_fieldset_has(flow_filter_fields(t->filter[n]), FLOW_FIELD_TAG))
		return fail(r, FLOW_EINVAL, "rules give tags and cannot ask for them: no 'tag' in rule", name, len);
	flow_fieldset_union(&t->fields, flow_filter_fields(t->filter[n]));
	t->ask_names = t->ask_names || flow_filter_asks_names(t->filter[n]);
	t->ask_file = t->ask_file || flow_filter_asks_file(t->filter[n]);
	return FLOW_OK;
}

static enum flow_status
take_rule(struct reader *r, const char *line, const char *end)
{
	size_t shown = (size_t)(line_end(r, line) - line);
	const char *p = line;
	size_t len;

	while (p < end && *p != '\0' && strchr(NAME, *p) != NULL)
		p++;
	len = (size_t)(p - line);
	while (p < end && *p != '\0' && strchr(BLANK, *p) != NULL)
		p++;
	if (len == 0 || p == end || *p != '=')
		return fail(r, FLOW_EINVAL, "not NAME = FILTER, with a name of letters, digits, - _ . :", line, shown);
	if (len > FLOW_TAG_BYTES_MAX)
		return fail(r, FLOW_ELIMIT, "a name of more than 64 bytes", line, len);
	p++;
	if (are_empty(r, p, end))
		return fail(r, FLOW_EINVAL, "no filter (any: all flows) behind the name", line, len);
	return add_rule(r, line, len, p, end);
}

static enum flow_status
take_rules(struct reader *r)
{
	enum flow_status st = FLOW_OK;
	const char *line = r->text;

	r->number = 1;
	while (line < r->end && st == FLOW_OK) {
		const char *end = line_end(r, line);

		if (!is_empty(line, end)) {
			end = rule_end(r, line);
			st = take_rule(r, line, end);
		}
		for (; line < end; line++)
			r->number += *line == '\n';
		r->number++;
		line = end < r->end ? end + 1 : end;
	}
	if (st == FLOW_OK && r->tags->dict.count == 0)
		st = flow_fail(r->err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s: no rule (NAME = FILTER)", r->path);
	return st;
}

enum flow_status
flow_tags_parse(const char *path, const char *text, size_t len, const struct flow_filter_options *options,
    struct flow_tags **out, struct flow_error *err)
{
	struct flow_tags *t = calloc(1, sizeof(*t));
	struct reader r = { .tags = t, .options = options, .path = path, .text = text, .end = text + len, .err = err };
	enum flow_status st;

	if (t == NULL || (t->arena = arena_new()) == NULL) {
		free(t);
		return flow_fail_memory(err);
	}
	t->dict.serial = flow_dict_serial();
	t->dict.text = t->name;
	st = take_rules(&r);
	if (st != FLOW_OK)
		flow_tags_free(t);
	else
		*out = t;
	return st;
}

enum flow_status
flow_tags_read(const char *path, const struct flow_filter_options *options, struct flow_tags **out,
    struct flow_error *err)
{
	struct arena *arena = arena_new();
	const char *text;
	enum flow_status st;
	size_t len;

	if (arena == NULL)
		return flow_fail_memory(err);
	st = lex_read_file(arena, path, &text, &len, err);
	if (st == FLOW_OK)
		st = flow_tags_parse(path, text, len, options, out, err);
	arena_free(arena);
	return st;
}

void
flow_tags_free(struct flow_tags *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < FLOW_TAGS_MAX; i++)
		flow_filter_free(t->filter[i]);
	arena_free(t->arena);
	free(t);
}

const struct flow_fieldset *
flow_tags_fields(const struct flow_tags *t)
{
	return &t->fields;
}

bool
flow_tags_ask_names(const struct flow_tags *t)
{
	return t->ask_names;
}

bool
flow_tags_ask_file(const struct flow_tags *t)
{
	return t->ask_file;
}

struct flow_tags_state *
flow_tags_state_new(const struct flow_tags *t)
{
	struct flow_tags_state *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->tags = t;
	s->filter = calloc(t->dict.count, sizeof(struct flow_filter_state *));
	for (uint32_t i = 0; s->filter != NULL && i < t->dict.count; i++) {
		if ((s->filter[i] = flow_filter_state_new(t->filter[i])) != NULL)
			continue;
		flow_tags_state_free(s);
		return NULL;
	}
	if (s->filter != NULL)
		return s;
	free(s);
	return NULL;
}

void
flow_tags_state_free(struct flow_tags_state *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; i < s->tags->dict.count; i++)
		flow_filter_state_free(s->filter[i]);
	free(s->filter);
	free(s);
}

enum flow_status
flow_tags_state_file(struct flow_tags_state *s, const char *ident, const struct flow_names *names)
{
	for (uint32_t i = 0; i < s->tags->dict.count; i++) {
		flow_filter_state_names(s->filter[i], names);
		if (flow_filter_state_ident(s->filter[i], ident, ident != NULL ? strlen(ident) : 0) != FLOW_OK)
			return FLOW_ENOMEM;
	}
	return FLOW_OK;
}

enum flow_status
flow_tags_apply(struct flow_tags_state *s, const struct flow_batch *batch, struct flow_column *column)
{
	memset(s->codes, 0, batch->rows * sizeof(*s->codes));
	memset(s->valid, 0, sizeof(s->valid));
	/* The first rule comes last, and replaces what others say. */
	for (uint32_t rule = s->tags->dict.count; rule-- > 0;) {
		enum flow_status st = flow_filter_select(s->filter[rule], batch, &s->selection);

		if (st != FLOW_OK)
			return st;
		for (uint32_t i = 0; i < s->selection.count; i++) {
			uint32_t row = flow_selection_row(&s->selection, i);

			s->codes[row] = rule;
			bitmap_set(s->valid, row);
		}
	}
	*column = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = s->codes, .dict = &s->tags->dict,
		.valid = s->valid };
	return FLOW_OK;
}
