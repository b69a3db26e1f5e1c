/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * --split-by: writes the rows of a query into directories by the values of columns, named as in Hive:
 * exporter=192.0.2.1/src_as=64500/flows-0000.parquet.  Readers of Parquet read such a tree as one
 * table, and skip directories by their names.
 */

#include "flowcat/options.h"

int flowcat_split_key(struct flowcat_options *options);
