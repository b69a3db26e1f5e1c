/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/query_columns.h"

#include <stdlib.h>
#include <string.h>

#include "common/query_inner.h"

struct query_columns {
	struct flow_batch batch;
	bool wants_ident, filters_tags;
	struct flow_text ident;
	struct flow_dict ident_dict;	/* count 0: the file has none */
	struct flow_tags_state *tags;	/* NULL: not wanted */
	struct flow_column tag;
};

/* Codes of a column that has one value. */
static const uint32_t zeros[FLOW_BATCH_ROWS];

void
query_columns_stored(const struct query *query, struct flow_fieldset *early, struct flow_fieldset *late)
{
	bool tags = query->filters_tags || flow_fieldset_has(early, FLOW_FIELD_TAG) ||
	    flow_fieldset_has(late, FLOW_FIELD_TAG);

	for (unsigned f = FLOW_FIELD_STORED; f < FLOW_FIELD_COUNT; f++) {
		flow_fieldset_remove(early, (enum flow_field)f);
		flow_fieldset_remove(late, (enum flow_field)f);
	}
	if (query->tags != NULL && tags)
		flow_fieldset_union(early, flow_tags_fields(query->tags));
}

enum flow_status
query_columns_new(const struct query *query, const struct flow_fieldset *wanted, struct query_columns **columns)
{
	bool ident = flow_fieldset_has(wanted, FLOW_FIELD_IDENT);
	bool tags = query->tags != NULL && (query->filters_tags || flow_fieldset_has(wanted, FLOW_FIELD_TAG));
	struct query_columns *c;

	*columns = NULL;
	if (!ident && !tags)
		return FLOW_OK;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return FLOW_ENOMEM;
	c->wants_ident = ident;
	c->filters_tags = query->filters_tags;
	if (tags && (c->tags = flow_tags_state_new(query->tags)) == NULL) {
		free(c);
		return FLOW_ENOMEM;
	}
	*columns = c;
	return FLOW_OK;
}

void
query_columns_free(struct query_columns *c)
{
	if (c == NULL)
		return;
	flow_tags_state_free(c->tags);
	free(c);
}

enum flow_status
query_columns_begin(struct query_columns *c, const char *ident, const struct flow_names *names)
{
	struct flow_text text = { ident != NULL ? ident : "", ident != NULL ? (uint32_t)strlen(ident) : 0 };
	bool same;

	if (c == NULL)
		return FLOW_OK;
	/* Caches by dictionary last as long as neighbouring files have the same ident. */
	same = c->ident_dict.count == (ident != NULL) && c->ident.p != NULL && text_compare(&c->ident, &text) == 0;
	c->ident = text;
	if (!same)
		c->ident_dict = (struct flow_dict){ flow_dict_serial(), ident != NULL, &c->ident };
	return c->tags != NULL ? flow_tags_state_file(c->tags, ident, names) : FLOW_OK;
}

enum flow_status
query_columns_early(struct query_columns *c, const struct flow_batch **batch)
{
	enum flow_status st;

	if (c == NULL || !c->filters_tags)
		return FLOW_OK;
	st = flow_tags_apply(c->tags, *batch, &c->tag);
	c->batch = **batch;
	c->batch.column[FLOW_FIELD_TAG] = c->tag;
	*batch = &c->batch;
	return st;
}

enum flow_status
query_columns_late(struct query_columns *c, const struct flow_batch **batch)
{
	enum flow_status st = FLOW_OK;

	if (c == NULL)
		return FLOW_OK;
	if (c->tags != NULL && !c->filters_tags)
		st = flow_tags_apply(c->tags, *batch, &c->tag);
	c->batch = **batch;
	if (c->tags != NULL)
		c->batch.column[FLOW_FIELD_TAG] = c->tag;
	if (c->wants_ident && c->ident_dict.count > 0)
		c->batch.column[FLOW_FIELD_IDENT] = (struct flow_column){ .form = FLOW_FORM_DICT, .codes = zeros,
			.dict = &c->ident_dict };
	*batch = &c->batch;
	return st;
}
