/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/disk_room.h"
#include "flowcap/machine.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/timex.h>
#endif


/* Descriptors for many exporters, which take a journal and a slot each. */
#define FILES_MIN 4096

/* A clock before the time of this writing is wrong. */
#define YEAR_MIN_S INT64_C(1735689600)	/* 2025 */

static void
judge_clock(struct findings *out)
{
	if ((int64_t)time(NULL) < YEAR_MIN_S)
		findings_add(out, FINDING_CRITICAL, "the clock of this machine is years behind: files and flows "
		    "are named by it: timedatectl set-ntp true, or chrony");
#if defined(__linux__)
	struct timex t = { .modes = 0 };

	/* Some containers do not allow the call. */
	if (adjtimex(&t) >= 0 && (t.status & STA_UNSYNC) != 0)
		findings_add(out, FINDING_WARNING, "the clock of this machine is not synchronised: times of flows "
		    "and exporters are compared with it: timedatectl set-ntp true, or chrony");
#endif
}

static void
judge_room(const char *directory, const struct options *o, struct findings *out)
{
	const struct expiry_state limits = { .limits = o->retain.limits, .each = o->retain.each };
	struct statvfs fs;

	if (statvfs(directory, &fs) != 0)
		return;
	if ((fs.f_flag & ST_RDONLY) != 0)
		findings_add(out, FINDING_CRITICAL, "%s: its file system is read-only: nothing can be written",
		    directory);
	if (fs.f_files > 0 && fs.f_favail < fs.f_files / 100)
		findings_add(out, FINDING_WARNING,
		    "%s: of its file system's %" PRIu64 " inodes %" PRIu64 " are free: each file takes "
		    "one: flowcat --compact makes one file of a day", directory, (uint64_t)fs.f_files,
		    (uint64_t)fs.f_favail);
	if (fs.f_bavail < fs.f_blocks / 100)
		findings_add(out, FINDING_CRITICAL, "%s: its disk is full, or nearly: %" PRIu64 " MB are free: "
		    "flowcat --expire makes room", directory, (uint64_t)fs.f_bavail * fs.f_frsize / 1000000);
	else if (fs.f_bavail < fs.f_blocks / 20 && !disk_room_is_kept(&limits, (double)fs.f_bavail *
	    (double)fs.f_frsize, (double)fs.f_blocks * (double)fs.f_frsize))
		findings_add(out, FINDING_WARNING, "%s: less than 5 %% of its disk are free, and nothing removes "
		    "old files before it is full: flowcap -e free=10%%, flowcat --expire", directory);
}

/* The user that the collector will write as; the group of -u is that of its passwd entry. */
struct writer {
	uid_t uid;
	gid_t gid;
	const char *name;	/* -u; NULL: we ourselves */
};

static bool
find_writer(const struct options *o, struct writer *w, struct findings *out)
{
	const struct passwd *pw = o->user != NULL ? getpwnam(o->user) : NULL;
	const struct group *gr = o->group != NULL ? getgrnam(o->group) : NULL;

	*w = (struct writer){ geteuid(), getegid(), o->user };
	if (o->user != NULL && pw == NULL)
		findings_add(out, FINDING_CRITICAL,
		    "-u: there is no user '%s': useradd --system %s, or systemd-sysusers", o->user, o->user);
	if (o->group != NULL && gr == NULL)
		findings_add(out, FINDING_CRITICAL, "-g: there is no group '%s'", o->group);
	if ((o->user != NULL && pw == NULL) || (o->group != NULL && gr == NULL))
		return false;
	if (pw != NULL)
		*w = (struct writer){ pw->pw_uid, pw->pw_gid, o->user };
	if (gr != NULL)
		w->gid = gr->gr_gid;
	return true;
}

/* access(2) as that user, in a process of its own, because switching is irreversible. */
static bool
may(const struct writer *w, const char *path, int mode)
{
	int status = 0;
	pid_t child;

	if (w->uid == geteuid() || geteuid() != 0)
		return access(path, mode) == 0;
	child = fork();
	if (child == 0) {
		bool became = (w->name != NULL ? initgroups(w->name, w->gid) : setgroups(1, &w->gid)) == 0 &&
		    setgid(w->gid) == 0 && setuid(w->uid) == 0;

		_exit(!became || access(path, mode) == 0 ? 0 : 1);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Finds what an earlier run left as another user: its journals could not be filed, and its templates not be read. */
static void
judge_left(const char *directory, const struct writer *w, struct findings *out)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	size_t prefix = strlen(LIVE_PREFIX);
	unsigned foreign = 0;
	char *path;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if ((strncmp(entry->d_name, LIVE_PREFIX, prefix) != 0 && strcmp(entry->d_name, ".templates") != 0) ||
		    live_is_socket_name(entry->d_name) || asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
			continue;
		foreign += !may(w, path, R_OK | W_OK);
		free(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	if (foreign > 0)
		findings_add(out, FINDING_CRITICAL, "%s: %u files of an earlier collector (.flowcap.*, .templates) "
		    "belong to another user: what is in them is not filed: chown -R %s %s", directory, foreign,
		    w->name != NULL ? w->name : "USER", directory);
}

/* Journals and templates are beside the archive, or where --state says (collect/state_directory.h). */
static void
judge_state(const char *directory, const struct options *o, const struct writer *w, struct findings *out)
{
	char *path = NULL;
	struct stat st;

	if (asprintf(&path, "%s%s", o->state != NULL ? o->state : directory, o->state != NULL ? "" : ".state") < 0) {
		out->failed = true;
		return;
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (!may(w, path, R_OK | W_OK | X_OK))
			findings_add(out, FINDING_CRITICAL,
			    "%s: %s may not write there, where its journals are: chown -R %s %s", path,
			    w->name != NULL ? w->name : "this user", w->name != NULL ? w->name : "USER", path);
		else
			judge_left(path, w, out);
	}
	free(path);
}

static void
judge_directory(const char *directory, const struct options *o, const struct writer *w, struct findings *out)
{
	const char *name = w->name != NULL ? w->name : "USER";
	struct stat st;

	if (stat(directory, &st) != 0) {
		findings_add(out, FINDING_CRITICAL, "%s: %s: mkdir -p %s && chown %s %s", directory, strerror(errno),
		    directory, name, directory);
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		findings_add(out, FINDING_CRITICAL, "%s: is no directory", directory);
		return;
	}
	if (!may(w, directory, R_OK | W_OK | X_OK))
		findings_add(out, FINDING_CRITICAL, "%s: %s may not write there: chown %s %s", directory,
		    w->name != NULL ? w->name : "this user", name, directory);
	if ((st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0)
		findings_add(out, FINDING_WARNING, "%s: everybody may write there: chmod o-w %s", directory, directory);
	judge_left(directory, w, out);
	judge_state(directory, o, w, out);
	judge_room(directory, o, out);
}

static void
judge_directories(const struct options *o, const struct writer *w, struct findings *out)
{
	const struct collect_options *c = &o->collect;

	if (c->directory != NULL)
		judge_directory(c->directory, o, w, out);
	for (size_t i = 0; i < c->sources; i++)
		judge_directory(c->source[i].directory, o, w, out);
	if (c->dynamic != NULL)
		judge_directory(c->dynamic, o, w, out);
}

void
machine_judge(const struct options *options, struct findings *out)
{
	struct writer w;

	judge_clock(out);
	if (find_writer(options, &w, out))
		judge_directories(options, &w, out);
}

static void
judge_files(const struct options *o, struct findings *out)
{
	struct rlimit limit;
	bool many = o->collect.dynamic != NULL || o->collect.sources > 100;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max != RLIM_INFINITY &&
	    limit.rlim_max < (many ? FILES_MIN : 1024))
		findings_add(out, FINDING_WARNING, "only %" PRIu64 " files may be open: journals and slots of many "
		    "exporters need more: ulimit -n 65536, or LimitNOFILE= of the service", (uint64_t)limit.rlim_max);
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		findings_add(out, FINDING_WARNING, "files may have %" PRIu64 " bytes at most (ulimit -f): slots "
		    "that are longer cannot be written", (uint64_t)limit.rlim_cur);
}

/* socket(7): with CAP_NET_ADMIN the limit does not apply, and we cannot know who will start it. */
static void
judge_buffer(const struct options *o, struct findings *out)
{
	FILE *f = fopen("/proc/sys/net/core/rmem_max", "re");
	unsigned long long most = 0;
	bool known = f != NULL && fscanf(f, "%llu", &most) == 1;

	if (f != NULL)
		(void)fclose(f);
	if (!known || most >= o->buffer_bytes)
		return;
	findings_add(out, geteuid() == 0 ? FINDING_NOTE : FINDING_WARNING,
	    "net.core.rmem_max is %llu, -B asks for %" PRIu64
	    "%s: bursts can overrun the receive buffer: sysctl -w net.core.rmem_max=%" PRIu64 ", and a file in "
	    "/etc/sysctl.d", most,
	    o->buffer_bytes, geteuid() == 0 ? ", which only a collector that root starts gets" : "", o->buffer_bytes);
}

static void
judge_port(const struct options *o, struct findings *out)
{
	struct flow_error err;
	int fd;

	if (o->collect.port == 0)
		return;
	if (udp_bind(o->host, o->collect.port, o->family, 0, &fd, &err) == FLOW_OK)
		(void)close(fd);
	else
		findings_add(out, FINDING_CRITICAL, "%s: if another collector has it: ss -lunp 'sport = :%u'",
		    err.message, o->collect.port);
}

void
machine_judge_start(const struct options *options, struct findings *out)
{
	judge_files(options, out);
	judge_buffer(options, out);
	judge_port(options, out);
}
