/* SPDX-License-Identifier: BSD-2-Clause */
/* Where journals are kept: beside an archive, or in it where that cannot be. */
#include "collect/state_directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/collect_helper.h"
#include "tap.h"

static char top[] = "/tmp/test_state.XXXXXX";
static struct test_log told;

static const char *
in_top(const char *name)
{
	static char path[4][256];
	static int i;

	i = (i + 1) % 4;
	(void)snprintf(path[i], sizeof(path[i]), "%s/%s", top, name);
	return path[i];
}

static void
gives(const char *archive, const char *asked, const char *want)
{
	char *path = state_directory(archive, asked, &told.log);
	struct stat st;

	is_str(path != NULL ? path : "none", want);
	ok(path == NULL || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)));
	free(path);
}

/* However the archive is named, it is the same directory; it is made once. */
static void
test_beside(void)
{
	char here[256];

	(void)mkdir(in_top("a"), 0755);
	gives(in_top("a"), NULL, in_top("a.state"));
	gives(in_top("a/"), NULL, in_top("a.state"));
	gives(in_top("a/../a/."), NULL, in_top("a.state"));
	if (symlink(in_top("a"), in_top("link")) != 0 || getcwd(here, sizeof(here)) == NULL || chdir(in_top("a")) != 0)
		abort();
	gives(in_top("link"), NULL, in_top("a.state"));
	gives(".", NULL, in_top("a.state"));
	if (chdir(here) != 0)
		abort();
	is_uint(told.errors, 0);
	(void)rmdir(in_top("a.state"));
	(void)unlink(in_top("link"));
}

/* What is there is no directory of ours: it stays as it is, and the archive has the journals. */
static void
test_taken(void)
{
	FILE *f = fopen(in_top("a.state"), "w");

	if (f == NULL || fclose(f) != 0)
		abort();
	gives(in_top("a"), NULL, in_top("a"));
	(void)unlink(in_top("a.state"));
	(void)mkdir(in_top("else"), 0755);
	if (symlink(in_top("else"), in_top("a.state")) != 0)
		abort();
	gives(in_top("a"), NULL, in_top("a"));
	(void)unlink(in_top("a.state"));
	(void)rmdir(in_top("else"));
	if (geteuid() == 0) {
		(void)mkdir(in_top("a.state"), 0755);
		if (chown(in_top("a.state"), 65534, 65534) != 0)
			abort();
		gives(in_top("a"), NULL, in_top("a"));
		(void)rmdir(in_top("a.state"));
	}
	gives("/", NULL, "/");
	/* Another file system than the directory it stands in. */
	if (access("/proc/self", F_OK) == 0)
		gives("/proc", NULL, "/proc");
	is_uint(told.errors, 0);
}

static void
test_asked(void)
{
	char *path;

	gives(in_top("a"), in_top("asked"), in_top("asked"));
	path = state_directory_below(in_top("asked"), "192-0-2-1", &told.log);
	is_str(path, in_top("asked/192-0-2-1"));
	ok(access(in_top("asked/192-0-2-1"), W_OK) == 0);
	free(path);
	(void)rmdir(in_top("asked/192-0-2-1"));
	(void)rmdir(in_top("asked"));
	is_uint(told.errors, 0);
	gives(in_top("a"), in_top("not/there"), "none");
	gives(in_top("a"), "/dev/null", "none");
	gives(in_top("none"), NULL, "none");
	is_uint(told.errors, 3);
}

int
main(void)
{
	test_log_init(&told);
	if (mkdtemp(top) == NULL)
		return 1;
	test_beside();
	test_taken();
	test_asked();
	(void)rmdir(in_top("a"));
	is_int(rmdir(top), 0);
	return tap_done();
}
