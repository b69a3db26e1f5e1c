/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowstat/options.h"

/* Ends a program whose rules began an event. */
#define ALERT_BEGAN 5

/* --alert: looks at the newest flows by rules, and tells what is new; with --check only at the rules. The exit status. */
int alert_run(struct flowstat_options *options);
