/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Where a collector listens for readers of an archive: a Unix socket in its directory. */

#include <stdint.h>

/*
 * A socket in that directory that listens and does not block, named by the run of the collector, after those that killed
 * collectors left there are removed.  Who may read and enter the directory may connect.  *path is its name, to be unlinked
 * and freed; -1 with errno, and *path NULL, where it cannot be.
 */
int live_listen(const char *directory, uint64_t run, char **path);
