/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* -f: captures and IPFIX files into a collector. */

#include "flowcap/collect.h"

/* False, after a log line, where a file could not be read to its end. */
bool file_input(const struct options *options, struct collector *collector);
