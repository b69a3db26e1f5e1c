/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --expire: what is too old, or too much, goes (libflow/retain/retain.h). */

#include "flowcat/options.h"

/* CLI_OK; CLI_FAILURE after messages where something could not go, or a limit not be kept. */
int flowcat_expire(const struct flowcat_options *options);
