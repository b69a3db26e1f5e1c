/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What the files' metadata say; no column is decoded. */

#include "flowcat/options.h"

/* -I: in lines "Name: value" as nfdump -I prints them. */
int flowcat_summary(struct flowcat_options *options);

/* -g: a line a file for gnuplot: when its first flow came, and its sums. */
int flowcat_gnuplot(struct flowcat_options *options);
