/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/group_copy.h"

#include <stdlib.h>
#include <string.h>

#include "parquet/chunk_copy.h"
#include "store/group_inner.h"
#include "store/profile.h"
#include "store/totals.h"

/*
 * Whether a row group is as a writer with that codec makes it, which leaves chunks uncompressed if it saves too
 * little.
 */
static bool
has_codec(const struct flow_group *g, const enum flow_codec *codec)
{
	unsigned f, compressed = 0;

	if (codec == NULL)
		return true;
	for (f = 0; f < FLOW_FIELD_STORED; f++) {
		enum pq_codec has = pq_chunk_codec(g->chunk[f]);

		if (has != PQ_UNCOMPRESSED && has != profile_codec(*codec))
			return false;
		compressed += has != PQ_UNCOMPRESSED;
	}
	return compressed > 0 || *codec == FLOW_CODEC_NONE;
}

static enum flow_status
copy_column(const struct source *source, size_t group, unsigned field, struct pq_chunk **chunk,
    struct flow_error *err)
{
	enum flow_status st = pq_chunk_copy(source->file, group, (size_t)source->map.column[field], chunk, err);

	if (st != FLOW_OK)
		flow_error_prefix(err, flow_field_info((enum flow_field)field)->name);
	return st;
}

enum flow_status
group_copy(const struct source *source, size_t group, const enum flow_codec *codec,
    struct flow_group **out, struct flow_error *err)
{
	struct flow_group *g;
	enum flow_status st = FLOW_OK;

	if (source->file == NULL || !profile_is_as_written(source->file))
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "a file of another profile");
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return flow_fail_memory(err);
	g->rows = (size_t)pq_file_group_rows(source->file, group);
	store_totals_init(&g->totals);
	for (unsigned f = 0; f < FLOW_FIELD_STORED && st == FLOW_OK; f++)
		st = copy_column(source, group, f, &g->chunk[f], err);
	if (st == FLOW_OK && !has_codec(g, codec))
		st = flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET, "another codec is wanted");
	if (st == FLOW_OK)
		*out = g;
	else
		flow_group_free(g);
	return st;
}
