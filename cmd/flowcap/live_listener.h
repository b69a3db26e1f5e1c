/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Where a collector listens for readers of an archive: a Unix socket in its directory. */

#include <stdint.h>

/*
 * Makes a non-blocking, listening socket in that directory, named by the run of the collector; first removes
 * those of killed collectors.  Who may read and enter the directory may connect.  *path is its name, to be
 * unlinked and freed.  -1 with errno, and *path NULL, on failure.
 */
int live_listen(const char *directory, uint64_t run, char **path);
