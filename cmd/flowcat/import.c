/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcat/import.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cli.h"
#include "common/progress.h"
#include "flowcat/import_ledger.h"
#include "flowcat/import_place.h"
#include "flowcat/split.h"

#define WAITING ".flow-import."

/*
 * A batch, the unit that is repeated after a crash, is limited in bytes and in files.  Each process gets
 * several, because they take different times; but the flows of a slot in two batches make two files.
 */
#define BATCH_BYTES ((uint64_t)64 << 20)
#define BATCH_FILES_MIN 6
#define BATCH_FILES_MAX 288
#define BATCHES 4
#define PROCESSES 64

/* What a child process reports to its parent. */
struct report {
	struct split_counts counts;
	int status;
	bool damaged[BATCH_FILES_MAX];	/* by file of the batch */
};

struct job {
	pid_t pid;		/* 0: none */
	int pipe;		/* from which the report is read */
	uint64_t number;
	size_t from, to;	/* of the sources */
};

struct import {
	const struct flowcat_options *options;
	struct import_ledger ledger;
	struct import_source *source;	/* files to be read */
	size_t sources, known, damaged, left_out;	/* damaged: among the known ones */
	size_t next, batch_files;
	struct job job[PROCESSES];
	unsigned jobs;
	struct split_counts sum;
	struct progress progress;
	int status;
};

static volatile sig_atomic_t ended;

static void
end(int signal)
{
	ended = signal;
}

static char *
waiting_path(const struct import *im, uint64_t number)
{
	char *path;

	return asprintf(&path, "%s/" WAITING "%" PRIu64, im->options->write_path, number) < 0 ? NULL : path;
}

/* Completes earlier imports: moves finished batches into place, and removes unfinished ones. */
static int
settle(struct import *im)
{
	DIR *dir = opendir(im->options->write_path);
	const struct dirent *entry;
	struct flow_error err;
	int status = CLI_OK;

	if (dir == NULL)
		return cli_fail("%s: %s", im->options->write_path, strerror(errno));
	while (status == CLI_OK && (entry = readdir(dir)) != NULL) {
		uint64_t number;
		char *path;

		if (sscanf(entry->d_name, WAITING "%" SCNu64, &number) != 1)
			continue;
		path = waiting_path(im, number);
		if (path == NULL)
			status = cli_fail("out of memory");
		else if (!import_ledger_has(&im->ledger, number))
			import_remove(path);
		else if (import_place(path, im->options->write_path, &err) != FLOW_OK)
			status = cli_fail_error(&err);
		if (number >= im->ledger.next)
			im->ledger.next = number + 1;
		free(path);
	}
	(void)closedir(dir);
	return status;
}

/* Skips a file, and says why. */
static void
leave_out(struct import *im, const char *path, const char *why)
{
	cli_warn("%s: %s", path, why);
	im->left_out++;
	im->status = CLI_FAILURE;
}

/* A file that the ledger has: nothing is done, and what is wrong with it is said each time. */
static void
take_known(struct import *im, const struct import_source *known, const struct import_source *now)
{
	if (known->size != now->size || known->mtime_ns != now->mtime_ns) {
		leave_out(im, now->path, "was imported, and is another file now: it is left alone");
		return;
	}
	im->known++;
	if (!known->damaged)
		return;
	cli_warn("%s: was imported before as far as it could be read: it is damaged", now->path);
	im->damaged++;
	im->status = CLI_FAILURE;
}

/* Adds a file that was not imported yet. */
static int
take_source(struct import *im, const char *name)
{
	char *path = strcmp(name, "-") != 0 ? realpath(name, NULL) : NULL;
	const struct import_source *known;
	struct import_source now = { .path = path };
	struct stat s;

	if (path == NULL || stat(path, &s) != 0 || access(path, R_OK) != 0) {
		leave_out(im, name, strcmp(name, "-") == 0 ?
		    "a stream cannot be imported: what it is called is not known" : strerror(errno));
		free(path);
		return CLI_OK;
	}
	known = import_ledger_find(&im->ledger, path);
	now.size = (uint64_t)s.st_size;
	now.mtime_ns = (int64_t)s.st_mtim.tv_sec * 1000000000 + s.st_mtim.tv_nsec;
	if (known != NULL) {
		take_known(im, known, &now);
		free(path);
	} else if (strchr(path, '\n') != NULL) {
		leave_out(im, path, "a name with a line feed cannot be remembered");
		free(path);
	} else {
		im->source[im->sources++] = now;
	}
	return CLI_OK;
}

/* Whether a file that was found in a directory is named by the caller, too, and so is read. */
static bool
is_asked(const struct flow_files *files, const char *path)
{
	for (size_t i = 0; i < files->asked_count; i++)
		if (!files->asked[i].range && (strcmp(files->asked[i].text, path) == 0 ||
		    fnmatch(files->asked[i].text, path, FNM_PATHNAME | FNM_PERIOD) == 0))
			return true;
	return false;
}

/* Files in the directories that are not read because of their names; what a collector still writes is no failure. */
static void
leave_unnamed(struct import *im)
{
	const struct flow_files *files = &im->options->request.files;
	const char *first = NULL;
	size_t others = 0;

	for (size_t i = 0; i < files->unfinished_count; i++) {
		if (is_asked(files, files->unfinished[i]))
			continue;
		cli_warn("%s: its collector still writes it, or was killed: left out until it has its final name",
		    files->unfinished[i]);
		im->left_out++;
	}
	for (size_t i = 0; i < files->others; i++) {
		if (is_asked(files, files->other[i]))
			continue;
		if (first == NULL || strcmp(files->other[i], first) < 0)
			first = files->other[i];
		others++;
	}
	im->left_out += others;
	if (first != NULL)
		cli_warn("%s: left out for its name, which neither nfcapd nor flow-capture gives (such files: %zu); if "
		    "it has flows, name it by -r", first, others);
}

static int
list_sources(struct import *im)
{
	const struct flow_files *files = &im->options->request.files;
	int status = CLI_OK;

	im->source = calloc(files->count + 1, sizeof(*im->source));
	if (im->source == NULL)
		return cli_fail("out of memory");
	for (size_t i = 0; i < files->count && status == CLI_OK; i++)
		status = take_source(im, files->path[i]);
	leave_unnamed(im);
	for (size_t i = 0; i < files->problems; i++) {
		cli_warn("%s", files->problem[i]);
		im->status = CLI_FAILURE;
	}
	return status;
}

/* The files of a batch, to be marked in its report. */
struct marks {
	const struct import *im;
	const struct job *job;
	struct report *report;
};

static void
mark_damaged(void *context, const char *path)
{
	const struct marks *m = context;

	for (size_t i = m->job->from; i < m->job->to; i++)
		if (strcmp(m->im->source[i].path, path) == 0)
			m->report->damaged[i - m->job->from] = true;
}

/* The child process: splits the files of a batch. */
static int
split_batch(const struct import *im, const struct job *job, struct report *report)
{
	struct marks marks = { im, job, report };
	const struct split_unread unread = { mark_damaged, &marks };
	struct flowcat_options o = *im->options;
	struct query_request request = QUERY_REQUEST_INIT;
	char *path = waiting_path(im, job->number);
	int status = CLI_OK, fd;

	if (path == NULL)
		return cli_fail("out of memory");
	if (mkdir(path, 0777) != 0)
		status = cli_fail("%s: %s", path, strerror(errno));
	for (size_t i = job->from; i < job->to && status == CLI_OK; i++)
		if (flow_files_add(&request.files, im->source[i].path) != FLOW_OK)
			status = cli_fail("out of memory");
	request.zone = o.request.zone;
	request.threads = 1;
	o.request = request;
	o.write_path = path;
	if (status == CLI_OK)
		status = split_files(&o, &report->counts, &unread);
	/* Everything, including directories, is synced before the ledger says that it is done. */
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (status == CLI_OK && (fd < 0 || syncfs(fd) != 0))
		status = cli_fail("%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	query_request_clear(&o.request);
	free(path);
	return status;
}

static int
start_batch(struct import *im)
{
	struct job *job = im->job;
	uint64_t bytes = 0;
	int ends[2];

	while (job->pid != 0)
		job++;
	job->number = im->ledger.next++;
	job->from = im->next;
	while (im->next < im->sources && im->next - job->from < im->batch_files && (bytes == 0 || bytes < BATCH_BYTES))
		bytes += im->source[im->next++].size;
	job->to = im->next;
	if (pipe(ends) != 0)
		return cli_fail("pipe: %s", strerror(errno));
	job->pid = fork();
	if (job->pid == 0) {
		struct report report = { .status = CLI_OK };

		/* This process also holds the ledger's lock, so it must end with its parent. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)signal(SIGINT, SIG_DFL);
		(void)signal(SIGTERM, SIG_DFL);
		report.status = split_batch(im, job, &report);
		_exit(write(ends[1], &report, sizeof(report)) == (ssize_t)sizeof(report) ? 0 : 1);
	}
	(void)close(ends[1]);
	job->pipe = ends[0];
	im->jobs += job->pid > 0;
	if (job->pid < 0) {
		job->pid = 0;
		(void)close(ends[0]);
		return cli_fail("fork: %s", strerror(errno));
	}
	return CLI_OK;
}

static void
add_counts(struct split_counts *sum, const struct split_counts *more)
{
	sum->nfdump += more->nfdump;
	sum->flow_tools += more->flow_tools;
	sum->flows += more->flows;
	sum->others += more->others;
	sum->lost += more->lost;
	sum->damaged += more->damaged;
	sum->filed += more->filed;
	sum->failed |= more->failed;
}

/* A finished batch: adds it to the ledger, and moves it into place. */
static int
commit(struct import *im, const struct job *job, const struct report *report)
{
	const struct split_counts *c = &report->counts;
	const struct import_counts counts = { c->flows, c->others, c->lost, c->damaged, c->filed };
	char *path = waiting_path(im, job->number);
	enum flow_status st;
	struct flow_error err;

	if (path == NULL)
		return cli_fail("out of memory");
	for (size_t i = job->from; i < job->to; i++)
		im->source[i].damaged = report->damaged[i - job->from];
	st = import_ledger_add(&im->ledger, im->source + job->from, job->to - job->from, &counts, job->number, &err);
	if (st == FLOW_OK)
		st = import_place(path, im->options->write_path, &err);
	free(path);
	add_counts(&im->sum, c);
	if (c->failed)
		im->status = CLI_FAILURE;
	return st == FLOW_OK ? CLI_OK : cli_fail_error(&err);
}

/* Waits for a child, and takes its result. */
static int
finish_batch(struct import *im)
{
	struct report report = { .status = CLI_FAILURE };
	struct job *job = im->job;
	int status = CLI_FAILURE, how;
	pid_t pid = waitpid(-1, &how, 0);

	if (pid < 0)
		return errno == EINTR ? CLI_OK : cli_fail("wait: %s", strerror(errno));
	while (job->pid != pid && job < im->job + PROCESSES - 1)
		job++;
	if (job->pid != pid)
		return CLI_OK;
	if (read(job->pipe, &report, sizeof(report)) == (ssize_t)sizeof(report) && report.status == CLI_OK &&
	    ended == 0)
		status = commit(im, job, &report);
	else if (report.status == CLI_OK && ended == 0)
		(void)cli_fail("an importing process was killed");
	(void)close(job->pipe);
	for (size_t i = job->from; i < job->to; i++)
		progress_step(&im->progress);
	job->pid = 0;
	im->jobs--;
	return status;
}

/* Ends all processes, and removes what they made. */
static void
give_up(struct import *im)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (im->job[i].pid > 0)
			(void)kill(im->job[i].pid, SIGTERM);
	for (size_t i = 0; i < PROCESSES; i++) {
		if (im->job[i].pid > 0) {
			while (waitpid(im->job[i].pid, NULL, 0) < 0 && errno == EINTR)
				;
			(void)close(im->job[i].pipe);
			im->job[i].pid = 0;
		}
	}
	(void)settle(im);
}

static int
run_batches(struct import *im)
{
	unsigned most = im->options->request.threads != 0 ? im->options->request.threads : cli_cores();
	int status = CLI_OK;

	if (most > PROCESSES)
		most = PROCESSES;
	im->batch_files = im->sources / ((size_t)most * BATCHES);
	if (im->batch_files < BATCH_FILES_MIN)
		im->batch_files = BATCH_FILES_MIN;
	if (im->batch_files > BATCH_FILES_MAX)
		im->batch_files = BATCH_FILES_MAX;
	progress_begin(&im->progress, im->sources);
	while (status == CLI_OK && ended == 0 && (im->next < im->sources || im->jobs > 0)) {
		if (im->next < im->sources && im->jobs < most)
			status = start_batch(im);
		else
			status = finish_batch(im);
	}
	progress_end(&im->progress);
	if (status != CLI_OK || ended != 0)
		give_up(im);
	return status;
}

static void
tell(const struct import *im)
{
	const struct split_counts *c = &im->sum;
	const struct import_counts *all = &im->ledger.counts;

	cli_warn("imported %zu files of nfdump and %zu of flow-tools; %zu were imported before (damaged: %zu), %zu are "
	    "left out", c->nfdump, c->flow_tools, im->known, im->damaged, im->left_out);
	cli_warn("%" PRIu64 " records = %" PRIu64 " flows + %" PRIu64 " that describe exporters + %" PRIu64 " lost "
	    "(damaged places: %"
	    PRIu64 "); %" PRIu64 " flows filed", c->flows + c->others + c->lost, c->flows, c->others, c->lost,
	    c->damaged, c->filed);
	if (im->known > 0)
		cli_warn("with what was imported before: %" PRIu64 " flows filed of %" PRIu64 " records",
		    all->filed + c->filed, all->flows + all->others + all->lost + c->flows + c->others + c->lost);
}

int
flowcat_import(struct flowcat_options *options)
{
	const struct sigaction on_end = { .sa_handler = end };
	struct import im = { .options = options, .status = CLI_OK };
	struct flow_error err;
	int status = CLI_OK;

	if (import_ledger_open(options->write_path, &im.ledger, &err) != FLOW_OK)
		return cli_fail_error(&err);
	(void)sigaction(SIGINT, &on_end, NULL);
	(void)sigaction(SIGTERM, &on_end, NULL);
	flow_files_sort(&options->request.files);
	status = settle(&im);
	if (status == CLI_OK)
		status = list_sources(&im);
	if (status == CLI_OK)
		status = run_batches(&im);
	if (status == CLI_OK && ended == 0)
		tell(&im);
	for (size_t i = 0; i < im.sources; i++)
		free(im.source[i].path);
	free(im.source);
	import_ledger_close(&im.ledger);
	if (ended != 0)
		return cli_fail("ended; what was done stays, the same command goes on with the rest");
	return status == CLI_OK ? im.status : status;
}
