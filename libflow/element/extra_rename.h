/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * `extra` of a time when an element had no name: its members PEN/ID (of IANA's numbers ID alone) get
 * the names that the user's file or the built-in table has by now, and their values the types.
 */

#include "base/buf.h"
#include "base/text.h"
#include "element/elements_file.h"
#include "record/batch.h"

/*
 * Appends the object with its members renamed, in lists too; false, and nothing appended, if there is
 * none to rename.  A member keeps its number where the object already has that name.
 */
bool extra_rename(const struct flow_text *extra, const struct flow_elements *elements,
    struct buf *out);

/* The same for the column of batches: one per thread; NULL when out of memory. */
struct extra_renamer;
struct extra_renamer *extra_renamer_new(const struct flow_elements *elements) NODISCARD;
void extra_renamer_free(struct extra_renamer *r);

/*
 * Makes *column, which is `extra` of a batch in DICT form, one with names.  It borrows from what it
 * was and from r, until the next call that takes r.
 */
enum flow_status extra_renamer_apply(struct extra_renamer *r, struct flow_column *column) NODISCARD;
