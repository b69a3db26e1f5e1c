/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --explain: how the query would run. */

#include "flowcat/options.h"

int flowcat_explain(struct flowcat_options *options);
