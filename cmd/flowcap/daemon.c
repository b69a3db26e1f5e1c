/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/daemon.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cli.h"
#include "flowcap/program_log.h"

static int
write_pid(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return cli_fail("%s: %s", path, strerror(errno));
	(void)fprintf(file, "%ld\n", (long)getpid());
	if (fclose(file) != 0)
		return cli_fail("%s: %s", path, strerror(errno));
	return CLI_OK;
}

/* The group first: who is no longer root cannot change it. */
static int
become(const char *user, const char *group)
{
	struct passwd *pw = user != NULL ? getpwnam(user) : NULL;
	struct group *gr = group != NULL ? getgrnam(group) : NULL;
	gid_t gid = gr != NULL ? gr->gr_gid : pw != NULL ? pw->pw_gid : getgid();

	if (user != NULL && pw == NULL)
		return cli_fail("-u: no user '%s'", user);
	if (group != NULL && gr == NULL)
		return cli_fail("-g: no group '%s'", group);
	if ((user != NULL ? initgroups(user, gid) : setgroups(1, &gid)) != 0 || setgid(gid) != 0)
		return cli_fail("cannot take group %ld: %s", (long)gid, strerror(errno));
	if (pw != NULL && setuid(pw->pw_uid) != 0)
		return cli_fail("cannot become '%s': %s", user, strerror(errno));
	return CLI_OK;
}

int
daemon_begin(const struct options *options)
{
	int status = CLI_OK;

	if (options->daemon) {
		/* The working directory stays: paths may be relative. */
		if (daemon(1, 0) != 0)
			return cli_fail("cannot go to the background: %s", strerror(errno));
		log_to_syslog();
	}
	if (options->pid_file != NULL)
		status = write_pid(options->pid_file);
	if (status == CLI_OK && (options->user != NULL || options->group != NULL))
		status = become(options->user, options->group);
	return status;
}

void
daemon_end(const struct options *options)
{
	if (options->pid_file != NULL)
		(void)unlink(options->pid_file);
}
