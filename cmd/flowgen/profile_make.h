/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowgen/options.h"

/* Measures a profile of the archives in o->replay and prints it.  CLI_OK, or CLI_FAILURE after a message. */
int profile_make(const struct options *o);
