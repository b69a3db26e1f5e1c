/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Shared by groups.c, which stores groups, and groups_find.c, which finds them. */

#include "agg/group/groups.h"

/* The memory of a hashed part's buckets. */
size_t groups_buckets_bytes(const struct group_part *p);
void groups_buckets_free(struct group_part *p);

/* Adds a group at the end of a part; the caller fills its key and enters it into a bucket. */
uint64_t *groups_add(struct groups *g, struct group_part *p, uint32_t tag);
