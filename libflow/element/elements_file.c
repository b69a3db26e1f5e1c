/* SPDX-License-Identifier: BSD-2-Clause */
#include "element/elements_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/number.h"
#include "base/text.h"
#include "base/vec.h"
#include "element/type.h"

#define PARTS 4
#define ENTERPRISE_ID_MAX 0x7fffu	/* RFC 7011 3.2: the top bit marks enterprise elements */

struct flow_elements {
	struct arena *arena;		/* the names */
	struct element_name *entry;
	size_t count, cap;
};

/* One line being read. */
struct line {
	const char *path;
	size_t number;
	struct flow_text part[PARTS];
	struct flow_error *err;
};

static void
trim(struct flow_text *t)
{
	while (t->len > 0 && strchr(" \t\r", t->p[0]) != NULL) {
		t->p++;
		t->len--;
	}
	while (t->len > 0 && strchr(" \t\r", t->p[t->len - 1]) != NULL)
		t->len--;
}

/* Splits a line; returns the number of parts, of which those beyond PARTS are only counted. */
static size_t
split(const char *p, size_t len, struct flow_text part[PARTS])
{
	const char *end = p + len, *comma;
	size_t n = 0;

	for (;;) {
		comma = memchr(p, ',', (size_t)(end - p));
		if (n < PARTS) {
			part[n] = (struct flow_text){ p,
				(uint32_t)((comma != NULL ? comma : end) - p) };
			trim(&part[n]);
		}
		n++;
		if (comma == NULL)
			return n;
		p = comma + 1;
	}
}

static enum flow_status
fail(const struct line *l, const char *what, const struct flow_text *t)
{
	return flow_fail(l->err, FLOW_EINVAL, FLOW_NO_OFFSET,
	    "%.200s:%zu: %s, not '%.*s' (a line is PEN,ID,NAME,TYPE)", l->path, l->number, what,
	    (int)(t->len < 80 ? t->len : 80), t->p);
}

static bool
is_name(const struct flow_text *t)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:";
	uint32_t i;

	for (i = 0; i < t->len; i++)
		if (t->p[i] == '\0' || strchr(allowed, t->p[i]) == NULL)
			return false;
	return t->len > 0 && t->len <= ELEMENTS_NAME_MAX && !(t->p[0] >= '0' && t->p[0] <= '9');
}

static enum flow_status
read_entry(const struct line *l, struct arena *arena, struct element_name *out)
{
	uint64_t pen, id;
	enum element_type type;

	if (number_parse(l->part[0].p, l->part[0].len, NUMBER_DECIMAL, UINT32_MAX, &pen) != FLOW_OK)
		return fail(l, "expected a private enterprise number", &l->part[0]);
	if (number_parse(l->part[1].p, l->part[1].len, NUMBER_DECIMAL,
	    pen == 0 ? UINT16_MAX : ENTERPRISE_ID_MAX, &id) != FLOW_OK)
		return fail(l, "expected an element's number up to 32767 (65535 of PEN 0)",
		    &l->part[1]);
	if (!is_name(&l->part[2]))
		return fail(l, "expected a name of letters, digits, '_', '-' and ':', at most 64",
		    &l->part[2]);
	if (!element_type_parse(l->part[3].p, l->part[3].len, &type))
		return fail(l, "expected a type like unsigned32, string or ipv4Address", &l->part[3]);
	*out = (struct element_name){ (uint32_t)pen, (uint16_t)id, (uint8_t)type,
		arena_text(arena, l->part[2].p, l->part[2].len) };
	return out->name != NULL ? FLOW_OK : flow_fail_memory(l->err);
}

static enum flow_status
add_line(struct flow_elements *e, struct line *l, const char *p, size_t len)
{
	const char *hash = memchr(p, '#', len);
	struct flow_text whole = { p, (uint32_t)(hash != NULL ? (size_t)(hash - p) : len) };
	enum flow_status st;

	trim(&whole);
	if (whole.len == 0)
		return FLOW_OK;
	if (split(whole.p, whole.len, l->part) != PARTS)
		return fail(l, "expected four parts", &whole);
	if (l->number == 1 && l->part[0].len == 3 && strncasecmp(l->part[0].p, "PEN", 3) == 0)
		return FLOW_OK;
	if (!VEC_RESERVE(e->entry, e->cap, e->count + 1))
		return flow_fail_memory(l->err);
	st = read_entry(l, e->arena, &e->entry[e->count]);
	if (st == FLOW_OK)
		e->count++;
	return st;
}

static int
compare_numbers(const void *left, const void *right)
{
	const struct element_name *a = left, *b = right;

	if (a->pen != b->pen)
		return a->pen < b->pen ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static int
compare_names(const void *left, const void *right)
{
	const struct element_name *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

static enum flow_status
fail_twice(const char *path, const struct element_name *a, const struct element_name *b,
    struct flow_error *err)
{
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
	    "%.200s: %lu,%u (%s) and %lu,%u (%s): the same element or name is there twice", path,
	    (unsigned long)a->pen, (unsigned)a->id, a->name, (unsigned long)b->pen, (unsigned)b->id,
	    b->name);
}

/* Sorts by number, and refuses a number or name that occurs twice. */
static enum flow_status
settle(struct flow_elements *e, const char *path, struct flow_error *err)
{
	const struct element_name **by_name;
	enum flow_status st = FLOW_OK;
	size_t i;

	if (e->count < 2)
		return FLOW_OK;
	qsort(e->entry, e->count, sizeof(*e->entry), compare_numbers);
	by_name = calloc(e->count, sizeof(*by_name));
	if (by_name == NULL)
		return flow_fail_memory(err);
	for (i = 0; i < e->count; i++)
		by_name[i] = &e->entry[i];
	qsort(by_name, e->count, sizeof(*by_name), compare_names);
	for (i = 1; i < e->count && st == FLOW_OK; i++) {
		if (compare_numbers(&e->entry[i - 1], &e->entry[i]) == 0)
			st = fail_twice(path, &e->entry[i - 1], &e->entry[i], err);
		else if (compare_names(&by_name[i - 1], &by_name[i]) == 0)
			st = fail_twice(path, by_name[i - 1], by_name[i], err);
	}
	free(by_name);
	return st;
}

enum flow_status
flow_elements_parse(const char *text, size_t len, const char *path, struct flow_elements **out,
    struct flow_error *err)
{
	struct flow_elements *e = calloc(1, sizeof(*e));
	struct line l = { .path = path, .err = err };
	const char *p = text, *end = text + len, *newline;
	enum flow_status st = FLOW_OK;

	if (e == NULL || (e->arena = arena_new()) == NULL) {
		free(e);
		return flow_fail_memory(err);
	}
	for (; p < end && st == FLOW_OK; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (newline == NULL)
			newline = end;
		l.number++;
		st = add_line(e, &l, p, (size_t)(newline - p));
	}
	if (st == FLOW_OK)
		st = settle(e, path, err);
	if (st != FLOW_OK) {
		flow_elements_free(e);
		return st;
	}
	*out = e;
	return FLOW_OK;
}

enum flow_status
flow_elements_read(const char *path, struct flow_elements **out, struct flow_error *err)
{
	FILE *f = fopen(path, "rb");
	enum flow_status st = FLOW_OK;
	char *text;
	size_t len;

	if (f == NULL)
		return flow_fail_errno(err, "%.200s", path);
	text = malloc(ELEMENTS_FILE_BYTES_MAX + 1);
	if (text == NULL) {
		fclose(f);
		return flow_fail_memory(err);
	}
	len = fread(text, 1, ELEMENTS_FILE_BYTES_MAX + 1, f);
	if (ferror(f) != 0)
		st = flow_fail_errno(err, "%.200s", path);
	else if (len > ELEMENTS_FILE_BYTES_MAX)
		st = flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "%.200s: longer than %zu bytes", path,
		    ELEMENTS_FILE_BYTES_MAX);
	fclose(f);
	if (st == FLOW_OK)
		st = flow_elements_parse(text, len, path, out, err);
	free(text);
	return st;
}

void
flow_elements_free(struct flow_elements *e)
{
	if (e == NULL)
		return;
	arena_free(e->arena);
	free(e->entry);
	free(e);
}

const struct element_name *
flow_elements_all(const struct flow_elements *e, size_t *count)
{
	*count = e != NULL ? e->count : 0;
	return e != NULL ? e->entry : NULL;
}

const struct element_name *
flow_elements_find(const struct flow_elements *e, uint32_t pen, uint16_t id)
{
	const struct element_name *own = NULL;

	if (e != NULL)
		own = element_name_search(e->entry, e->count, pen, id);
	return own != NULL ? own : vendor_find(pen, id);
}
