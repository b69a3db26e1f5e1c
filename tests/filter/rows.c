/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/mac.h"
#include "record/builder.h"
#include "record/dictify.h"
#include "time/stamp.h"

#define FIRST "2024-07-11T09:15:10.010Z"

struct rows {
	struct flow_builder *builder;
	struct flow_dictify *dictify;
	struct flow_batch batch;
};

static void
die(const char *what, const char *which)
{
	printf("Bail out! %s: %s\n", what, which);
	exit(1);
}

char *
rows_read_file(const char *name)
{
	const char *srcdir = getenv("FLOW_SRCDIR");
	char path[2048], *text;
	FILE *f;
	long len = -1;

	(void)snprintf(path, sizeof(path), "%s/%s", srcdir != NULL ? srcdir : ".", name);
	if ((f = fopen(path, "rb")) == NULL || fseek(f, 0, SEEK_END) != 0 || (len = ftell(f)) < 0)
		die("cannot read", path);
	rewind(f);
	text = calloc((size_t)len + 1, 1);
	if (text == NULL || fread(text, 1, (size_t)len, f) != (size_t)len)
		die("cannot read", path);
	fclose(f);
	return text;
}

static int64_t
time_of(const char *text)
{
	int64_t ms;

	if (stamp_parse(text, strlen(text), STAMP_UTC, 0, &ms, NULL) != FLOW_OK)
		die("no time", text);
	return ms;
}

static void
set_number(void *p, enum flow_type type, const char *text)
{
	unsigned long long v = type == FLOW_TYPE_TIME ? (unsigned long long)time_of(text) :
	    strtoull(text, NULL, 10);

	flow_type_store(type, p, v);
}

/* Sets a column of the announced row. */
static void
set(struct flow_builder *b, const char *column, const char *text)
{
	enum flow_field field = flow_field_find(column, strlen(column));
	enum flow_type type;
	void *p;

	if (field == FLOW_FIELD_NONE)
		die("no column", column);
	type = flow_field_info(field)->type;
	if (type == FLOW_TYPE_TEXT) {
		if (flow_builder_text(b, field, 0, text, strlen(text)) != FLOW_OK)
			die("out of memory", column);
		return;
	}
	if ((p = flow_builder_flat(b, field, 1)) == NULL)
		die("out of memory", column);
	if (type == FLOW_TYPE_ADDR ? !addr_parse(text, strlen(text), p) :
	    type == FLOW_TYPE_MAC && !mac_parse(text, strlen(text), p))
		die("no address", text);
	if (!flow_type_is_text(type))
		set_number(p, type, text);
}

static void
begin_row(struct flow_builder *b)
{
	if (flow_builder_reserve(b, 1) != FLOW_OK)
		die("out of memory", "row");
	set(b, "first", FIRST);
	set(b, "last", FIRST);
	set(b, "flows", "1");
}

struct rows *
rows_load(void)
{
	char *text = rows_read_file("tests/filter/rows.data");
	char *line, *word, *at_line, *at_word, *equal;
	struct rows *r = calloc(1, sizeof(*r));
	bool begun = false;

	if (r == NULL || (r->builder = flow_builder_new()) == NULL ||
	    (r->dictify = flow_dictify_new()) == NULL)
		die("out of memory", "rows");
	for (line = strtok_r(text, "\n", &at_line); line; line = strtok_r(NULL, "\n", &at_line)) {
		if (line[0] == '#')
			continue;
		for (word = strtok_r(line, " ", &at_word); word;
		    word = strtok_r(NULL, " ", &at_word)) {
			if (strcmp(word, "row") == 0) {
				if (begun)
					flow_builder_commit(r->builder, 1);
				begin_row(r->builder);
				begun = true;
				continue;
			}
			if ((equal = strchr(word, '=')) == NULL)
				die("no COLUMN=VALUE", word);
			*equal = '\0';
			set(r->builder, word, equal + 1);
		}
	}
	flow_builder_commit(r->builder, 1);
	free(text);
	if (flow_dictify(r->dictify, flow_builder_batch(r->builder), &r->batch) != FLOW_OK)
		die("out of memory", "dictionaries");
	return r;
}

void
rows_free(struct rows *r)
{
	flow_dictify_free(r->dictify);
	flow_builder_free(r->builder);
	free(r);
}

const struct flow_batch *
rows_batch(const struct rows *r)
{
	return &r->batch;
}
