/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of --tags: rules that are accepted give each of some rows at most one of their names. */
#include <stdint.h>
#include <stdlib.h>

#include "filter/tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct flow_filter_options options = { .no_resolve = true, .no_files = true };
	struct flow_batch batch = { .rows = 3 };
	static const uint8_t proto[] = { 6, 17, 1 };
	struct flow_tags_state *state;
	struct flow_column column;
	struct flow_tags *tags;

	if (flow_tags_parse("x", (const char *)data, len, &options, &tags, NULL) != FLOW_OK)
		return 0;
	batch.column[FLOW_FIELD_PROTO] = (struct flow_column){ .form = FLOW_FORM_FLAT, .values = proto };
	state = flow_tags_state_new(tags);
	if (state != NULL && flow_tags_state_file(state, "r1", NULL) == FLOW_OK &&
	    flow_tags_apply(state, &batch, &column) == FLOW_OK)
		for (size_t row = 0; row < batch.rows; row++)
			if (flow_column_has(&column, row) && flow_column_text(&column, row).len == 0)
				abort();
	flow_tags_state_free(state);
	flow_tags_free(tags);
	return 0;
}
