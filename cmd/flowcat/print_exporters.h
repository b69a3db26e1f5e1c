/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * -E: data on exporters in the files' metadata, summed over the files: what they sent, what was lost
 * on the way, their sampling rates, and the names that they gave to numbers (from the last file that
 * has any).
 */

#include "flowcat/options.h"

int flowcat_exporters(struct flowcat_options *options);
