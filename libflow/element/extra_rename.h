/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Renames members of `extra` that were written when their element had no name: PEN/ID (for IANA's
 * numbers ID) becomes the name that the user's file or the built-in table has now, and the value gets
 * its type.
 */

#include "base/buf.h"
#include "base/text.h"
#include "element/elements_file.h"
#include "record/batch.h"

/*
 * Appends the object with its members renamed, in lists too; false, and nothing appended, if none
 * needs it.  A member keeps its number if the object already has that name.
 */
bool extra_rename(const struct flow_text *extra, const struct flow_elements *elements,
    struct buf *out);

/* The same for columns of batches, one renamer per thread; NULL when out of memory. */
struct extra_renamer;
struct extra_renamer *extra_renamer_new(const struct flow_elements *elements) NODISCARD;
void extra_renamer_free(struct extra_renamer *r);

/*
 * Renames the members in *column, a batch's `extra` in DICT form.  The new column borrows from the old
 * one and from r, until the next call with r.
 */
enum flow_status extra_renamer_apply(struct extra_renamer *r, struct flow_column *column) NODISCARD;
