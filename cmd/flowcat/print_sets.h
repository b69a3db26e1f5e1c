/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --sets: prints what an expression over sets of addresses has, as the fewest prefixes, one on a line. */

#include "flowcat/options.h"

int flowcat_sets(struct flowcat_options *options);
