/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --verify: checks files, with a line for each. */

#include "flowcat/options.h"

int flowcat_verify(struct flowcat_options *options);
