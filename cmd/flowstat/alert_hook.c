/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowstat/alert_hook.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"

/* Pause between checks whether it has ended. */
#define LOOK_MS 10

/* The input as an unnamed file, rewound: writing it never waits for a reader, whatever its size. */
static int
input_file(const struct buf *input)
{
	int fd = memfd_create("alert", MFD_CLOEXEC);
	struct flow_error err;

	if (fd >= 0 && (file_write_all(fd, input->data, input->len, &err) != FLOW_OK || lseek(fd, 0, SEEK_SET) != 0)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static void
become(const char *command, int fd)
{
	(void)setpgid(0, 0);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	if (dup2(fd, STDIN_FILENO) == STDIN_FILENO)
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* The exit status of a child; after the time-out it is killed with its children. */
static int
wait_for(pid_t pid, int64_t timeout_ms, bool *late)
{
	const struct timespec look = { 0, LOOK_MS * 1000000L };
	int status = 0;

	for (int64_t ms = 0;; ms += LOOK_MS) {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid || (got < 0 && errno != EINTR))
			return status;
		if (ms >= timeout_ms && !*late) {
			*late = true;
			(void)kill(-pid, SIGKILL);
			(void)kill(pid, SIGKILL);
		}
		(void)nanosleep(&look, NULL);
	}
}

int
alert_hook(const char *command, const struct buf *input, int64_t timeout_ms)
{
	int fd = input_file(input), status;
	bool late = false;
	pid_t pid;

	if (fd < 0)
		return cli_fail("an alert's command: no room for its input: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		become(command, fd);
	(void)close(fd);
	if (pid < 0)
		return cli_fail("an alert's command cannot be run: %s", strerror(errno));
	status = wait_for(pid, timeout_ms, &late);
	if (late)
		return cli_fail("'%.200s' had not ended after %lld s, and was killed", command,
		    (long long)timeout_ms / 1000);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return CLI_OK;
	return WIFEXITED(status) ? cli_fail("'%.200s' ended with %d", command, WEXITSTATUS(status)) :
	    cli_fail("'%.200s' was ended by signal %d", command, WTERMSIG(status));
}
