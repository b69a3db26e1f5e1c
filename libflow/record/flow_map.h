/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Other addresses and ASes in place of those of flows, for privacy and for private ASes.  A file says which:
 *
 *	# a comment
 *	net 0.0.0.0/0 mask 24		addresses in it keep 24 bits; the longest network decides
 *	net 192.0.2.0/24 mask 32	these stay whole
 *	net ::/0 mask 48
 *	as 64512-65534 64500		from, to; or one AS, as AS64512
 *
 * It changes every column of addresses but the exporter's, and src_as, dst_as, prev_as and next_as.  Where there is
 * a line of networks, `extra` is removed, for it may hold addresses under any name.
 */

#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"

struct flow_map;
struct flow_map_state;

/*
 * Reads a file.  FLOW_EINVAL or FLOW_ELIMIT (more than a million lines, or 64 MB) with a message that begins with
 * the path and line; FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status flow_map_read(const char *path, struct flow_map **out, struct flow_error *err) NODISCARD;

/* The same of a text, for which messages have the name `path`. */
enum flow_status flow_map_parse(const char *path, const char *text, size_t len, struct flow_map **out,
    struct flow_error *err) NODISCARD;
void flow_map_free(struct flow_map *m);

/* What stands for an address, and for an AS. */
struct addr flow_map_addr(const struct flow_map *m, const struct addr *a);
uint32_t flow_map_as(const struct flow_map *m, uint32_t as);

/* Whether any addresses, and any ASes, are changed. */
bool flow_map_has_nets(const struct flow_map *m);
bool flow_map_has_ases(const struct flow_map *m);

/* One per thread; the map outlives it.  NULL when out of memory. */
struct flow_map_state *flow_map_state_new(const struct flow_map *m) NODISCARD;
void flow_map_state_free(struct flow_map_state *s);

/*
 * Makes *batch, of at most FLOW_BATCH_ROWS rows in DICT form, the changed one.  Only selected rows (sel NULL: all)
 * have meaningful addresses afterwards.  It borrows from the old one and from s, until the next call.  FLOW_ENOMEM.
 */
enum flow_status flow_map_apply(struct flow_map_state *s, const struct flow_batch **batch,
    const struct flow_selection *sel) NODISCARD;
