/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --sql: the query for the rows, as a statement for another engine. */

#include "flowcat/options.h"

/* CLI_OK, or CLI_MISUSE or CLI_FAILURE after a message. */
int flowcat_sql(struct flowcat_options *options);
