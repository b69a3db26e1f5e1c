/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What keeping groups (groups.c) and finding them (groups_find.c) need of each other. */

#include "agg/group/groups.h"

/* The memory of a hashed part's buckets. */
size_t groups_buckets_bytes(const struct group_part *p);
void groups_buckets_free(struct group_part *p);

/* A new group at the end of a part, which no bucket leads to yet; its key is the caller's to fill. */
uint64_t *groups_add(struct groups *g, struct group_part *p, uint32_t tag);
