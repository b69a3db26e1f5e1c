/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -I: what the files' metadata say, in lines "Name: value" as nfdump -I prints them. */

#include "flowcat/options.h"

int flowcat_summary(struct flowcat_options *options);
