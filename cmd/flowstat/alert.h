/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowstat/options.h"

/* Exit status if rules began an event. */
#define ALERT_BEGAN 5

/*
 * --alert: applies rules to the newest flows, and reports new events; with --check only checks the rules.
 * Returns the exit status.
 */
int alert_run(struct flowstat_options *options);
