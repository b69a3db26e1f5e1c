/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/cli.h"
#include "flowcap/inputs.h"
#include "flowcap/judge.h"
#include "flowcap/machine.h"
#include "flowcap/metric_text.h"
#include "flowcap/strays.h"

/* How long to watch for exports to other ports. */
#define LOOK_MS 1500

/* Answers of the archive's collectors. */
struct told {
	unsigned collectors;	/* that answered */
	unsigned silent;	/* that may be running, but did not answer */
	uint16_t port;		/* of the last one */
	double flows, datagrams;
	unsigned exporters;
};

static void
add_numbers(struct told *t, const char *text, size_t len)
{
	const char *at = text;
	struct metric_line line;

	t->collectors++;
	t->port = (uint16_t)metric_value(text, len, "port", 0);
	t->flows += metric_value(text, len, "flows_total", 0);
	t->datagrams += metric_value(text, len, "datagrams_total", 0);
	while (metric_next(&at, text + len, &line))
		t->exporters += line.labels != NULL && metric_is(&line, "exporter_last_seconds");
}

static void
ask_one(const struct live_socket *s, struct told *t, struct findings *out)
{
	struct buf reply = BUF_INIT;
	struct live_files none = { NULL, 0 };
	struct live_header header;
	struct flow_error err;
	int fd = live_connect(s);

	if (fd < 0 && (errno == ECONNREFUSED || errno == ENOENT))
		return;		/* it was killed, or is ending: no collector is there */
	if (fd < 0) {
		t->silent++;
		findings_add(out, FINDING_WARNING, "%s: %s: the collector there cannot be asked how it is: do this "
		    "as root, or as its user", s->path, strerror(errno));
		return;
	}
	if (live_ask(fd, LIVE_ASK_METRICS, &reply, &none, &header, &err)) {
		const char *text = (const char *)reply.data + LIVE_HEADER_BYTES;

		add_numbers(t, text, reply.len - LIVE_HEADER_BYTES);
		judge_collector(text, reply.len - LIVE_HEADER_BYTES, time(NULL), out);
	} else {
		t->silent++;
		findings_add(out, FINDING_WARNING, "%s: %s: %s", s->path, err.message, err.status == FLOW_END ?
		    "it ends, or is of an older version" : "look at its log");
	}
	live_files_close(&none);
	buf_release(&reply);
	(void)close(fd);
}

/* With -n a collector has a socket in each directory, with the same answer, so asking one is enough. */
static void
ask_all(const struct options *o, struct told *t, struct findings *out)
{
	const struct collect_options *c = &o->collect;
	const char *directory = c->directory != NULL ? c->directory : c->sources > 0 ? c->source[0].directory :
	    c->dynamic;
	struct live_sockets sockets = { .socket = NULL };

	if (live_sockets_in(directory, &sockets) != FLOW_OK)
		out->failed = true;
	for (size_t i = 0; i < sockets.count; i++)
		ask_one(&sockets.socket[i], t, out);
	live_sockets_clear(&sockets);
}

static void
put_sum(const struct told *t, const struct findings *f, struct buf *out)
{
	unsigned grave = 0;

	for (size_t i = 0; i < f->count; i++)
		grave += f->finding[i].level != FINDING_NOTE;
	buf_printf(out, "FLOWCAP %s: ", finding_level_name(findings_worst(f)));
	if (t->collectors > 0)
		buf_printf(out, "%.0f flows in %.0f datagrams of %u exporters since the start, ", t->flows,
		    t->datagrams, t->exporters);
	else
		buf_append_text(out, t->silent > 0 ? "the collector did not answer, " : "no collector runs there, ");
	buf_printf(out, "%u problems\n", grave);
}

/* Each line of a check of settings (--check-config) is a finding; the last one is why it fails. */
static void
take_lines(char *text, bool fails, struct findings *out)
{
	const char *prefix = "flowcap: ";
	char *line, *next;

	for (line = text; line[0] != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		if (*next != '\0')
			*next++ = '\0';
		if (strncmp(line, prefix, strlen(prefix)) == 0)
			findings_add(out, fails && *next == '\0' ? FINDING_CRITICAL : FINDING_WARNING, "%s%s",
			    fails && *next == '\0' ? "it would not start: " : "", line + strlen(prefix));
	}
}

/* Does what the start does, in a process of its own, as that may become another user and tells on standard error. */
static void
rehearse(const struct options *options, struct findings *out)
{
	struct options only = *options;
	struct buf text = BUF_INIT;
	int ends[2], status = 0;
	ssize_t got = 0;
	pid_t child;

	only.check_only = true;
	if (pipe(ends) != 0)
		return;
	child = fork();
	if (child == 0) {
		(void)dup2(ends[1], STDERR_FILENO);
		_exit(inputs_rehearse(&only));
	}
	(void)close(ends[1]);
	do {
		text.len += got > 0 ? (size_t)got : 0;
		got = buf_reserve(&text, 1024) ? read(ends[0], buf_end(&text), 1024) : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	(void)close(ends[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	buf_append_u8(&text, '\0');
	if (child > 0 && !text.failed)
		take_lines((char *)text.data, status != 0, out);
	buf_release(&text);
}

int
check_and_tell(const struct options *options)
{
	struct findings findings = FINDINGS_INIT;
	struct told told = { .collectors = 0 };
	struct buf text = BUF_INIT;
	enum finding_level worst;
	bool closed = false;
	int status = CLI_OK;

	ask_all(options, &told, &findings);
	machine_judge(options, &findings);
	if (told.collectors + told.silent == 0)
		machine_judge_start(options, &findings);
	strays_look(told.port != 0 ? told.port : options->collect.port, LOOK_MS, &findings);
	/* What keeps it from starting and is found already is not told twice. */
	if (told.collectors + told.silent == 0 && findings_worst(&findings) != FINDING_CRITICAL)
		rehearse(options, &findings);
	put_sum(&told, &findings, &text);
	findings_put(&findings, FINDING_NOTE, &text);
	worst = findings_worst(&findings);
	findings_clear(&findings);
	status = text.failed ? cli_fail("out of memory") : cli_write(text.data, text.len, &closed);
	buf_release(&text);
	return status != CLI_OK ? status : (int)worst;
}
