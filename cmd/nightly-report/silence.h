/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Exporters that fell silent. */

#include "nightly-report/findings.h"

/*
 * Tells of exporters that a week before had flows and now have none; and of those that, having had flows in most
 * bins of half an hour, had none for an hour and more.
 */
void silence_tell(struct report *report);
