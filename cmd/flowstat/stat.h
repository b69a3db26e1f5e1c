/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowstat/options.h"

/* Computes and prints what the options say; returns the exit status. */
int flowstat_run(struct flowstat_options *options);

/*
 * Repeats that every options->follow_s seconds, until SIGINT, SIGTERM, or the reader ends; returns the worst
 * status.
 */
int flowstat_follow(struct flowstat_options *options);
