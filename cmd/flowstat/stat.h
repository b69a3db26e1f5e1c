/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowstat/options.h"

/* Computes and prints what the options ask; gives the exit status. */
int flowstat_run(struct flowstat_options *options);

/* The same every options->follow_s seconds, until SIGINT, SIGTERM, or the end of whoever reads; the worst status. */
int flowstat_follow(struct flowstat_options *options);
