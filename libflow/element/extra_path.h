/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Members of the column `extra`, by path: NAME is a member of that name wherever it stands, in the
 * object itself or in the lists and records within it; A.B is a B within an A.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/text.h"

/* Most names of a path, and most bytes of it. */
#define EXTRA_PATH_NAMES 8
#define EXTRA_PATH_MAX 255

struct extra_path {
	struct flow_text name[EXTRA_PATH_NAMES];	/* they belong to the text */
	size_t names;
};

/* False where there is an empty name, or there are too many or too long ones. */
bool extra_path_parse(const char *text, size_t len, struct extra_path *out);

/* What is done with a value (as JSON, without blanks around it); true ends the search. */
typedef bool extra_visit(void *context, struct json_slice value);

/*
 * Whether `visit` is true for a value of the path in this text of `extra`; of an array for one of its
 * values.  null is no value.
 */
bool extra_any(const struct flow_text *extra, const struct extra_path *path, extra_visit *visit,
    void *context);

/* The same, but an array is visited as it is. */
bool extra_each(const struct flow_text *extra, const struct extra_path *path, extra_visit *visit,
    void *context);
