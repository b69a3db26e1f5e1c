/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Members of the column `extra`, by path: NAME matches a member of that name at any depth, in the
 * object itself or in lists and records within it; A.B matches a B within an A.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/text.h"

/* The most names and bytes of a path. */
#define EXTRA_PATH_NAMES 8
#define EXTRA_PATH_MAX 255

struct extra_path {
	struct flow_text name[EXTRA_PATH_NAMES];	/* borrowed from the parsed text */
	size_t names;
};

/* False if a name is empty, or there are too many names or bytes. */
bool extra_path_parse(const char *text, size_t len, struct extra_path *out);

/* Called with a value (JSON, without blanks around it); true ends the search. */
typedef bool extra_visit(void *context, struct json_slice value);

/*
 * Whether `visit` returns true for some value of the path in this text of `extra`; the values of an
 * array are visited one by one.  null is no value.
 */
bool extra_any(const struct flow_text *extra, const struct extra_path *path, extra_visit *visit,
    void *context);

/* The same, but an array is visited as one value. */
bool extra_each(const struct flow_text *extra, const struct extra_path *path, extra_visit *visit,
    void *context);
