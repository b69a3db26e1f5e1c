/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a --compact that was stopped left: files that another one says it holds (store/merged.h). */

#include "flow.h"

/*
 * Removes what is left, where it lies beside its holder or in what was named, and takes out of the list what cannot
 * be merged: files that cannot be read, that are no more, that are held still, or hold what is still there.  The
 * exit status, after messages.
 */
int compact_end_left(struct flow_files *files);
