/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The files' metadata; no column is decoded. */

#include "flowcat/options.h"

/* -I: in lines "Name: value" as nfdump -I prints them. */
int flowcat_summary(struct flowcat_options *options);

/* -g: one line per file for gnuplot, with the time of its first flow, and its sums. */
int flowcat_gnuplot(struct flowcat_options *options);
