/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --expire: removes files that are too old, or too many (libflow/retain/retain.h). */

#include "flowcat/options.h"

/* CLI_OK; CLI_FAILURE after messages where a file could not be removed, or a limit not be met. */
int flowcat_expire(const struct flowcat_options *options);
