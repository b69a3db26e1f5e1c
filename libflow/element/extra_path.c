/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "element/extra_path.h"

#include <string.h>

/* The deepest nesting searched, as in base/json.h. */
#define DEPTH_MAX 32

struct search {
	const struct extra_path *path;
	extra_visit *visit;
	void *context;
	bool arrays;		/* arrays are visited whole, not by element */
};

bool
extra_path_parse(const char *text, size_t len, struct extra_path *out)
{
	const char *end = text + len, *dot;

	out->names = 0;
	if (len == 0 || len > EXTRA_PATH_MAX)
		return false;
	for (;; text = dot + 1) {
		dot = memchr(text, '.', (size_t)(end - text));
		if (out->names == EXTRA_PATH_NAMES || (dot != NULL ? dot : end) == text)
			return false;
		out->name[out->names++] = (struct flow_text){ text,
			(uint32_t)((dot != NULL ? dot : end) - text) };
		if (dot == NULL)
			return true;
	}
}

static bool
is_nested(const struct json_slice *value)
{
	return value->len > 0 && (value->p[0] == '{' || value->p[0] == '[');
}

/* Visits a value at the end of the path; of an array, each element. */
static bool
found(const struct search *s, struct json_slice value, unsigned depth)
{
	struct json_slice key, element;
	struct json_walk walk;

	if (value.len == 4 && memcmp(value.p, "null", 4) == 0)
		return false;
	if (s->arrays || value.len == 0 || value.p[0] != '[' || depth >= DEPTH_MAX)
		return s->visit(s->context, value);
	if (!json_walk_begin(&walk, value))
		return false;
	while (json_walk_next(&walk, &key, &element))
		if (found(s, element, depth + 1))
			return true;
	return false;
}

/* Searches an object or array for the path from its name `at` on. */
static bool
descend(const struct search *s, size_t at, struct json_slice in, unsigned depth)
{
	const struct flow_text *name = &s->path->name[at];
	struct json_slice key, value;
	struct json_walk walk;

	if (depth >= DEPTH_MAX || !json_walk_begin(&walk, in))
		return false;
	while (json_walk_next(&walk, &key, &value)) {
		size_t next = at;

		if (walk.is_object && key.len == name->len && memcmp(key.p, name->p, key.len) == 0) {
			next++;
			if (next == s->path->names) {
				if (found(s, value, depth))
					return true;
				continue;
			}
		}
		if (is_nested(&value) && descend(s, next, value, depth + 1))
			return true;
	}
	return false;
}

static bool
search(const struct flow_text *extra, const struct search *s)
{
	const struct flow_text *last = &s->path->name[s->path->names - 1];

	/* A quick test: most rows lack the member. */
	if (extra->len == 0 || memmem(extra->p, extra->len, last->p, last->len) == NULL)
		return false;
	return descend(s, 0, (struct json_slice){ extra->p, extra->len }, 0);
}

bool
extra_any(const struct flow_text *extra, const struct extra_path *path, extra_visit *visit,
    void *context)
{
	const struct search s = { path, visit, context, false };

	return search(extra, &s);
}

bool
extra_each(const struct flow_text *extra, const struct extra_path *path, extra_visit *visit,
    void *context)
{
	const struct search s = { path, visit, context, true };

	return search(extra, &s);
}
