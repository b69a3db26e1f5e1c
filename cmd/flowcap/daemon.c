/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowcap/program_log.h"
#include "flowcap/service.h"

/* Waits until the collector is ready, and exits with 0, or until it has ended, and exits with its status. */
static void
await_collector(int ready, pid_t child)
{
	int status = 0;
	ssize_t got;
	char byte;

	do {
		got = read(ready, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (got == 1)
		_exit(CLI_OK);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) && WEXITSTATUS(status) != CLI_OK ? WEXITSTATUS(status) : CLI_FAILURE);
}

/* Keeps the working directory, because paths may be relative. */
static int
go_to_background(struct daemon *d)
{
	int ready[2];
	pid_t child;

	if (pipe(ready) != 0)
		return cli_fail("cannot go to the background: %s", strerror(errno));
	child = fork();
	if (child < 0)
		return cli_fail("cannot go to the background: %s", strerror(errno));
	if (child > 0) {
		(void)close(ready[1]);
		await_collector(ready[0], child);
	}
	(void)close(ready[0]);
	(void)fcntl(ready[1], F_SETFD, FD_CLOEXEC);
	(void)setsid();
	d->starter = ready[1];
	return CLI_OK;
}

/*
 * Why an open file must not become our pid file; NULL: it may.  We write and remove it, maybe as root, so a
 * device, or a file that is something else, is refused.  *holder is the process id in it.
 */
static const char *
refuse_pid_file(int file, char holder[32])
{
	struct stat st;
	ssize_t len;

	holder[0] = '\0';
	if (fstat(file, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is no regular file";
	if (st.st_nlink > 1)
		return "has other names";
	len = pread(file, holder, 31, 0);
	if (len < 0)
		return strerror(errno);
	holder[len] = '\0';
	if ((size_t)len != strspn(holder, "0123456789 \n") || st.st_size > 31)
		return "holds something else than a process id";
	holder[strcspn(holder, "\n")] = '\0';
	return NULL;
}

/* Follows no link: it could lead anywhere, and we may be root. */
static int
open_pid_file(struct daemon *d, const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644), len;
	char text[32];
	const char *why;

	if (file < 0)
		return cli_fail("%s: %s", path, errno == ELOOP ? "is a symbolic link" : strerror(errno));
	why = refuse_pid_file(file, text);
	if (why != NULL || flock(file, LOCK_EX | LOCK_NB) != 0) {
		(void)close(file);
		return why != NULL ? cli_fail("%s: %s", path, why) : cli_fail("%s: process %s has it", path, text);
	}
	d->pid_file = file;
	d->pid_path = path;
	len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(file, 0) != 0 || write(file, text, (size_t)len) != len)
		return cli_fail("%s: %s", path, strerror(errno));
	return CLI_OK;
}

/* Those of -u and -g; NULL where they are not given. */
static int
find_user(const struct options *o, const struct passwd **user, const struct group **group)
{
	*user = o->user != NULL ? getpwnam(o->user) : NULL;
	*group = o->group != NULL ? getgrnam(o->group) : NULL;
	if (o->user != NULL && *user == NULL)
		return cli_fail("-u: no user '%s'", o->user);
	if (o->group != NULL && *group == NULL)
		return cli_fail("-g: no group '%s'", o->group);
	return CLI_OK;
}

/* The group first, because only root can change it. */
int
daemon_become(const struct options *o)
{
	const struct passwd *pw;
	const struct group *gr;
	int status = find_user(o, &pw, &gr);
	gid_t gid = gr != NULL ? gr->gr_gid : pw != NULL ? pw->pw_gid : getgid();

	if (status != CLI_OK)
		return status;
	if ((pw != NULL ? initgroups(o->user, gid) : setgroups(1, &gid)) != 0 || setgid(gid) != 0)
		return cli_fail("cannot take group %ld: %s", (long)gid, strerror(errno));
	if (pw != NULL && setuid(pw->pw_uid) != 0)
		return cli_fail("cannot become '%s': %s", o->user, strerror(errno));
	return CLI_OK;
}

/* What open_pid_file would say, but that a process has it. */
static int
check_pid_file(const char *path)
{
	int file = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *why = NULL;
	char text[32], *directory;

	if (file < 0 && errno == ENOENT && (directory = file_directory(path)) != NULL) {
		why = access(directory, W_OK | X_OK) != 0 ? strerror(errno) : NULL;
		free(directory);
	} else if (file < 0) {
		why = errno == ELOOP ? "is a symbolic link" : strerror(errno);
	} else {
		why = refuse_pid_file(file, text);
		(void)close(file);
	}
	return why == NULL ? CLI_OK : cli_fail("%s: %s", path, why);
}

int
daemon_check(const struct options *options)
{
	const struct passwd *user;
	const struct group *group;
	int status = find_user(options, &user, &group);

	return status == CLI_OK && options->pid_file != NULL ? check_pid_file(options->pid_file) : status;
}

int
daemon_begin(struct daemon *d, const struct options *options)
{
	int status = CLI_OK;

	if (options->daemon)
		status = go_to_background(d);
	if (status == CLI_OK && options->pid_file != NULL)
		status = open_pid_file(d, options->pid_file);
	if (status == CLI_OK && (options->user != NULL || options->group != NULL))
		status = daemon_become(options);
	return status;
}

void
daemon_ready(struct daemon *d)
{
	int null, i;

	service_tell("READY=1");
	if (d->starter < 0)
		return;
	log_to_syslog();
	null = open("/dev/null", O_RDWR);
	for (i = 0; null >= 0 && i <= STDERR_FILENO; i++)
		(void)dup2(null, i);
	if (null > STDERR_FILENO)
		(void)close(null);
	(void)!write(d->starter, "", 1);
	(void)close(d->starter);
	d->starter = -1;
}

void
daemon_end(struct daemon *d)
{
	struct stat ours, there;

	if (d->pid_file >= 0 && fstat(d->pid_file, &ours) == 0 && lstat(d->pid_path, &there) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino && unlink(d->pid_path) != 0)
		(void)!ftruncate(d->pid_file, 0);
	if (d->pid_file >= 0)
		(void)close(d->pid_file);
	if (d->starter >= 0)
		(void)close(d->starter);
	*d = (struct daemon)DAEMON_INIT;
}
