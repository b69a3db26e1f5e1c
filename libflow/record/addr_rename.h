/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Columns of addresses with other addresses in them; each entry of a dictionary is translated once. */

#include "base/status.h"
#include "net/addr.h"
#include "record/batch.h"
#include "record/select.h"

/* The address that stands for *a. */
typedef struct addr addr_rename(void *context, const struct addr *a);

struct addr_renamer;

/* One per thread.  NULL when out of memory. */
struct addr_renamer *addr_renamer_new(addr_rename *rename, void *context) NODISCARD;
void addr_renamer_free(struct addr_renamer *r);

/*
 * Makes a column (ADDR, DICT) of *out, which is a copy of *in.  Only the selected rows (sel NULL: all) have
 * meaningful addresses afterwards.  A text that is no address becomes a null.  The column borrows from `in` and
 * from r, until the next call for that field.  FLOW_ENOMEM leaves it unspecified.
 */
enum flow_status addr_renamer_apply(struct addr_renamer *r, enum flow_field field, const struct flow_batch *in,
    const struct flow_selection *sel, struct flow_batch *out) NODISCARD;
