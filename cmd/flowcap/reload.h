/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* SIGHUP: what a file of settings that was read again changes in a collector that runs. */

#include "flowcap/expiry.h"
#include "flowcap/options.h"

struct reload {
	const struct options *options;	/* as of the start */
	struct expiry *expiry;		/* which takes `expire` */
};

/*
 * Reads the file again and logs, for each setting that has changed, whether it is taken or needs a restart.  A file
 * that is wrong changes nothing; the log says where and why.  `context` is a struct reload.
 */
void reload_settings(void *context);
