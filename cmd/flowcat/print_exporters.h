/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * -E: what the files' metadata tell of exporters, summed over the files: what they sent, what was
 * lost on the way, at which rate they sample, and the names they gave to numbers (of the last
 * file that has any).
 */

#include "flowcat/options.h"

int flowcat_exporters(struct flowcat_options *options);
