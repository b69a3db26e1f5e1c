/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Places that flowgen reads from and writes to, which must not be one. */

#include <stdbool.h>

#include "flowgen/options.h"

/* False after a message if an output has no name, or is another output or what is replayed, or the port is none. */
bool option_places_settle(const struct options *o);
