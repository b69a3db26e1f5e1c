/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts of questions: keys, measures, order, threshold, bin and condition, one a line; a question
 * that is accepted must also be answered (of no flows, and of two).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agg/agg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const int64_t times[2] = { INT64_MIN, INT64_MAX };
static const int64_t counts[2] = { 0, INT64_MAX };
static const uint8_t bytes[2] = { 0, 255 };

/* Two rows with a value in every column of numbers. */
static void
make_batch(struct flow_batch *b)
{
	static const uint64_t wide[2] = { 0, UINT64_MAX };

	memset(b, 0, sizeof(*b));
	b->rows = 2;
	for (int f = 0; f < FLOW_FIELD_COUNT; f++) {
		enum flow_type type = flow_field_info((enum flow_field)f)->type;

		if (flow_type_is_text(type))
			continue;
		b->column[f].form = FLOW_FORM_FLAT;
		b->column[f].values = type == FLOW_TYPE_TIME ? (const void *)times :
		    type == FLOW_TYPE_I64 ? (const void *)counts :
		    type == FLOW_TYPE_U8 ? (const void *)bytes : (const void *)wide;
	}
}

static void
answer(const struct flow_agg_spec *spec, size_t batches)
{
	struct flow_agg *agg = flow_agg_new(spec);
	struct flow_agg_result *r;
	struct flow_table *t;
	struct flow_batch *b = malloc(sizeof(*b));

	flow_agg_limit(agg, batches > 1 ? 1 : 0, "/tmp");
	make_batch(b);
	while (batches-- > 0)
		if (flow_agg_feed(agg, b, NULL, NULL) != FLOW_OK)
			abort();
	if (flow_agg_finish(&agg, 1, &r, NULL) != FLOW_OK)
		abort();
	for (size_t i = 0; i < flow_agg_tables(spec); i++) {
		if (flow_agg_table(r, i, 0, 10, &t, NULL) != FLOW_OK)
			abort();
		flow_table_free(t);
	}
	flow_agg_result_free(r);
	flow_agg_free(agg);
	free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_agg_spec *spec = flow_agg_spec_new();
	char *text = malloc(len + 1), *line[6], *next = text;
	struct flow_agg_ask ask = { .limit = 3 };
	struct flow_error err;

	memcpy(text, data, len);
	text[len] = '\0';
	for (size_t i = 0; i < 6; i++) {
		line[i] = strsep(&next, "\n");
		if (line[i] != NULL && line[i][0] == '\0')
			line[i] = NULL;
	}
	/* A first line that begins with a blank is a statistic, with $ a bill, with ^ spikes. */
	if (line[0] != NULL && (line[0][0] == ' ' || line[0][0] == '$'))
		ask.statistic = line[0] + 1;
	else
		ask.keys = line[0];
	if (line[0] != NULL && line[0][0] == '$')
		ask.billing = 95000;
	if (line[0] != NULL && line[0][0] == '^') {
		ask.keys = line[0] + 1;
		ask.spikes = 3000;
	}
	ask.measures = line[1];
	ask.order = line[2];
	ask.min = line[3];
	ask.bin = line[4];
	ask.having = line[5];
	ask.spread = ask.bin != NULL;
	if ((ask.keys != NULL || ask.statistic != NULL) &&
	    flow_agg_ask(spec, &ask, &err) == FLOW_OK) {
		answer(spec, 0);
		answer(spec, 1);
		answer(spec, 2);
	}
	free(text);
	flow_agg_spec_free(spec);
	return 0;
}
