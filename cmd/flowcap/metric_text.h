/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Reads values from a text in Prometheus' format, as flowcap writes it: NAME VALUE, or
 * NAME{label="value",...} VALUE.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct metric_line {
	const char *name;	/* after "flowcap_"; none of these is NUL-terminated */
	size_t name_len;
	const char *labels;	/* between the braces; NULL: there are none */
	size_t labels_len;
	double value;
};

/* The next value from *at on; moves *at behind it; false at the end.  Other lines are skipped. */
bool metric_next(const char **at, const char *end, struct metric_line *line);

bool metric_is(const struct metric_line *line, const char *name);

/* The value without labels of that name; `absent` where there is none. */
double metric_value(const char *text, size_t len, const char *name, double absent);

/* Appends a label's value; characters that would have to be escaped become '?'. */
void metric_label_put(const char *value, struct buf *out);

/* A label's value, copied into `out`, cut at its size; "" where there is none. */
void metric_label(const struct metric_line *line, const char *label, char *out, size_t size);
