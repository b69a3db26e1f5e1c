/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/formats.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* Offsets into `texts`, which moves as it grows. */
struct entry {
	size_t name;
	size_t name_len;
	size_t spec;
};

struct flow_formats {
	struct entry *entry;
	size_t count;
	struct buf texts;
};

struct line {
	const char *p;
	const char *end;
	size_t number;
};

static const char *
trim_left(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

static const char *
trim_right(const char *p, const char *end)
{
	while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	return end;
}

static enum flow_status
refuse(const struct line *l, const char *what, struct flow_error *err)
{
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "line %zu: %s", l->number, what);
}

static bool
is_ours(const char *section, size_t len)
{
	static const char *const ours[] = { "flowcat", "flowstat", "nfdump" };

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (strlen(ours[i]) == len && memcmp(ours[i], section, len) == 0)
			return true;
	return len == 0;
}

/* "[section]": whether we read its lines. */
static enum flow_status
read_section(const struct line *l, bool *ours, struct flow_error *err)
{
	const char *close = memchr(l->p, ']', (size_t)(l->end - l->p)), *rest;

	if (close == NULL)
		return refuse(l, "expected ] after the section's name", err);
	rest = trim_left(close + 1, l->end);
	if (rest < l->end && *rest != '#')
		return refuse(l, "expected nothing after ]", err);
	*ours = is_ours(l->p + 1, (size_t)(close - l->p) - 1);
	return FLOW_OK;
}

/* A text in quotes, with \" \\ \n \t \' in "", or bare up to the end of the line. */
static enum flow_status
read_value(const struct line *l, const char *p, struct buf *out, struct flow_error *err)
{
	char quote = p < l->end && (*p == '"' || *p == '\'') ? *p : '\0';

	if (quote == '\0') {
		buf_append(out, p, (size_t)(l->end - p));
		return FLOW_OK;
	}
	for (p++; p < l->end && *p != quote; p++) {
		char c = *p;

		if (c == '\\' && quote == '"') {
			if (++p == l->end)
				break;
			c = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p;
		}
		buf_append_u8(out, (uint8_t)c);
	}
	if (p == l->end)
		return refuse(l, "expected a closing quote", err);
	p = trim_left(p + 1, l->end);
	if (p < l->end && *p != '#')
		return refuse(l, "expected nothing after the closing quote", err);
	return FLOW_OK;
}

static bool
has_prefix(const char *p, const char *end, const char *prefix)
{
	size_t len = strlen(prefix);

	return (size_t)(end - p) > len && memcmp(p, prefix, len) == 0;
}

/* Adds "KIND:value" under the name after "KIND.". */
static enum flow_status
add(struct flow_formats *f, const struct line *l, const char *key, const char *key_end,
    const char *value, struct flow_error *err)
{
	const char *dot = memchr(key, '.', (size_t)(key_end - key));
	struct entry *e = &f->entry[f->count];
	enum flow_status st;

	if (f->count == FLOW_FORMATS_MAX)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "line %zu: more than %d formats",
		    l->number, FLOW_FORMATS_MAX);
	e->name = f->texts.len;
	e->name_len = (size_t)(key_end - dot) - 1;
	buf_append(&f->texts, dot + 1, e->name_len);
	e->spec = f->texts.len;
	buf_append(&f->texts, key, (size_t)(dot - key));
	buf_append_u8(&f->texts, ':');
	st = read_value(l, value, &f->texts, err);
	buf_append_u8(&f->texts, '\0');
	if (st == FLOW_OK)
		f->count++;
	return st;
}

static enum flow_status
read_line(struct flow_formats *f, const struct line *l, struct flow_error *err)
{
	static const char *const kinds[] = { "fmt.", "csv.", "json.", "ndjson.", "raw." };
	const char *equals = memchr(l->p, '=', (size_t)(l->end - l->p)), *key_end;

	if (equals == NULL)
		return refuse(l, "expected NAME = VALUE", err);
	key_end = trim_right(l->p, equals);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (has_prefix(l->p, key_end, kinds[i]))
			return add(f, l, l->p, key_end, trim_left(equals + 1, l->end), err);
	return FLOW_OK;
}

static enum flow_status
read_text(struct flow_formats *f, const char *text, size_t len, struct flow_error *err)
{
	const char *p = text, *end = text + len;
	struct line l = { .number = 0 };
	enum flow_status st = FLOW_OK;
	bool ours = true;

	while (p < end && st == FLOW_OK) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		if (eol == NULL)
			eol = end;
		l.p = trim_left(p, eol);
		l.end = trim_right(l.p, eol);
		l.number++;
		if (l.p < l.end && *l.p == '[')
			st = read_section(&l, &ours, err);
		else if (l.p < l.end && *l.p != '#' && ours)
			st = read_line(f, &l, err);
		p = eol + 1;
	}
	return st;
}

enum flow_status
flow_formats_parse(const char *text, size_t len, struct flow_formats **out, struct flow_error *err)
{
	struct flow_formats *f = calloc(1, sizeof(*f));
	enum flow_status st;

	if (f == NULL)
		return flow_fail_memory(err);
	f->entry = calloc(FLOW_FORMATS_MAX + 1, sizeof(*f->entry));
	st = f->entry == NULL ? flow_fail_memory(err) : read_text(f, text, len, err);
	if (st == FLOW_OK && f->texts.failed)
		st = flow_fail_memory(err);
	if (st != FLOW_OK) {
		flow_formats_free(f);
		return st;
	}
	*out = f;
	return FLOW_OK;
}

void
flow_formats_free(struct flow_formats *f)
{
	if (f == NULL)
		return;
	free(f->entry);
	buf_release(&f->texts);
	free(f);
}

const char *
flow_formats_find(const struct flow_formats *f, const char *name, size_t len)
{
	/* The last definition wins. */
	for (size_t i = f->count; i-- > 0;) {
		const struct entry *e = &f->entry[i];

		if (e->name_len == len && memcmp(f->texts.data + e->name, name, len) == 0)
			return (const char *)f->texts.data + e->spec;
	}
	return NULL;
}
