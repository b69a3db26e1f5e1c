/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What --device, --template and -v say together of how exporters speak. */

#include <stdbool.h>

#include "flowgen/options.h"

/*
 * Sets o->device (NULL before NetFlow v9, but where a device was named), and what follows from it: the
 * version, the columns and kinds of rows.  False after a message that names the option.
 */
bool device_settle(struct options *o);

/* The list of built-in devices on standard output; CLI_OK or CLI_FAILURE. */
int device_help(void);
