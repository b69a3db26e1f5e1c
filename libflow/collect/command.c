/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/command.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/priority.h"


#define WORDS_MAX 256
/* Most files that wait for a slow command; further ones are skipped. */
#define WAITING_MAX 1000

extern char **environ;

/* A finished file. */
struct finished {
	const struct collect_options *options;
	char *path;
	int64_t slot_ms;
	struct finished *next;
};

struct command {
	struct buf text;		/* the words, each with a NUL behind it */
	size_t word[WORDS_MAX];		/* where they begin */
	size_t words;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct finished *first, **last;	/* a queue */
	size_t waiting;
	bool ended;
};

/* Reads up to the end of a word; quotes as in a shell, and a backslash escapes the next byte. */
static const char *
take_word(const char *p, struct buf *out, const char **why)
{
	char quote = '\0';

	for (; *p != '\0' && (quote != '\0' || !isspace((unsigned char)*p)); p++) {
		if (quote == '\0' && (*p == '\'' || *p == '"')) {
			quote = *p;
		} else if (*p == quote) {
			quote = '\0';
		} else {
			if (*p == '\\' && quote != '\'' && p[1] != '\0')
				p++;
			buf_append_u8(out, (uint8_t)*p);
		}
	}
	if (quote != '\0')
		*why = "a quote is not closed";
	buf_append_u8(out, '\0');
	return p;
}

static bool
tokens_valid(const char *p, const char **why)
{
	for (; (p = strchr(p, '%')) != NULL; p += 2)
		if (p[1] == '\0' || strchr("fdtui%", p[1]) == NULL) {
			*why = "after % comes one of f, d, t, u, i, %";
			return false;
		}
	return true;
}

static bool
split(struct command *c, const char *p, const char **why)
{
	*why = NULL;
	if (!tokens_valid(p, why))
		return false;
	for (;;) {
		while (isspace((unsigned char)*p))
			p++;
		if (*p == '\0')
			break;
		if (c->words == WORDS_MAX) {
			*why = "too many words";
			break;
		}
		c->word[c->words++] = c->text.len;
		p = take_word(p, &c->text, why);
	}
	if (c->words == 0)
		*why = "no command";
	if (c->text.failed)
		*why = "out of memory";
	return *why == NULL;
}

bool
command_valid(const char *text, const char **why)
{
	struct command *c = calloc(1, sizeof(*c));
	bool valid = false;

	*why = "out of memory";
	if (c != NULL) {
		valid = split(c, text, why);
		buf_release(&c->text);
	}
	free(c);
	return valid;
}

static void
put_slot(const struct finished *f, struct buf *out)
{
	struct buf name = BUF_INIT;

	partition_file(f->slot_ms, f->options->slot_s, f->options->zone, &name);
	if (name.failed || name.len < sizeof("flowcap.") - 1)
		out->failed = true;
	else
		buf_append(out, name.data + sizeof("flowcap.") - 1,
		    name.len - (sizeof("flowcap.") - 1));
	buf_release(&name);
}

static void
put_token(const struct finished *f, char token, struct buf *out)
{
	const char *base = f->options->directory;

	switch (token) {
	case 'f':
		buf_append_text(out, f->path + strlen(base) + (f->path[strlen(base)] == '/'));
		break;
	case 'd':
		buf_append_text(out, base);
		break;
	case 't':
		put_slot(f, out);
		break;
	case 'u':
		buf_printf(out, "%" PRId64, f->slot_ms / 1000);
		break;
	case 'i':
		if (f->options->writer.ident != NULL)
			buf_append_text(out, f->options->writer.ident);
		break;
	default:
		buf_append_u8(out, '%');
		break;
	}
}

/* The word with its tokens replaced, and a NUL. */
static void
expand(const struct finished *f, const char *word, struct buf *out)
{
	for (; *word != '\0'; word++) {
		if (*word == '%' && word[1] != '\0')
			put_token(f, *++word, out);
		else
			buf_append_u8(out, (uint8_t)*word);
	}
	buf_append_u8(out, '\0');
}

/* Starts it in its own process group, so that a terminal's ^C reaches only the collector. */
static int
spawn(char **argv, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	int error;

	(void)sigemptyset(&none);
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)sigaddset(&defaults, SIGXFSZ);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawnattr_setflags(&attributes,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setsigdefault(&attributes, &defaults);
	error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

static void
run_words(char **argv, const char *path, const struct log *log)
{
	int error, status;
	pid_t pid;

	error = spawn(argv, &pid);
	if (error != 0) {
		log_to(log, LOG_LEVEL_ERROR, "%s: %s: %s", path, argv[0], strerror(error));
		return;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	if (WIFSIGNALED(status))
		log_to(log, LOG_LEVEL_ERROR, "%s: %s was ended by signal %d", path, argv[0],
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_to(log, LOG_LEVEL_ERROR, "%s: %s ended with status %d", path, argv[0],
		    WEXITSTATUS(status));
}

static void
run(const struct command *c, const struct finished *f)
{
	struct buf text = BUF_INIT;
	size_t at[WORDS_MAX], i;
	char *argv[WORDS_MAX + 1];

	for (i = 0; i < c->words; i++) {
		at[i] = text.len;
		expand(f, (const char *)c->text.data + c->word[i], &text);
	}
	if (text.failed) {
		log_to(f->options->log, LOG_LEVEL_ERROR, "%s: out of memory for the command", f->path);
	} else {
		for (i = 0; i < c->words; i++)
			argv[i] = (char *)text.data + at[i];
		argv[i] = NULL;
		run_words(argv, f->path, f->options->log);
	}
	buf_release(&text);
}

static struct finished *
next_file(struct command *c)
{
	struct finished *f;

	(void)pthread_mutex_lock(&c->lock);
	while (c->first == NULL && !c->ended)
		(void)pthread_cond_wait(&c->changed, &c->lock);
	f = c->first;
	if (f != NULL) {
		c->waiting--;
		c->first = f->next;
		if (c->first == NULL)
			c->last = &c->first;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return f;
}

static void *
runner(void *argument)
{
	struct command *c = argument;
	struct finished *f;

	priority_take(PRIORITY_USUAL);
	while ((f = next_file(c)) != NULL) {
		run(c, f);
		free(f->path);
		free(f);
	}
	return NULL;
}

struct command *
command_new(const struct collect_options *options)
{
	struct command *c = calloc(1, sizeof(*c));
	const char *why = "out of memory";

	if (c == NULL || !split(c, options->command, &why)) {
		log_to(options->log, LOG_LEVEL_ERROR, "-x: %s", why);
		goto fail;
	}
	c->last = &c->first;
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->changed, NULL);
	if (pthread_create(&c->thread, NULL, runner, c) == 0)
		return c;
	log_to(options->log, LOG_LEVEL_ERROR, "-x: no thread can be started");
	(void)pthread_cond_destroy(&c->changed);
	(void)pthread_mutex_destroy(&c->lock);
fail:
	if (c != NULL)
		buf_release(&c->text);
	free(c);
	return NULL;
}

/* False: too many wait already. */
static bool
enqueue(struct command *c, struct finished *f)
{
	bool room;

	(void)pthread_mutex_lock(&c->lock);
	room = c->waiting < WAITING_MAX;
	if (room) {
		c->waiting++;
		*c->last = f;
		c->last = &f->next;
		(void)pthread_cond_signal(&c->changed);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return room;
}

void
command_run(struct command *c, const struct collect_options *options, const char *path, int64_t slot_ms)
{
	struct finished *f;

	if (c == NULL)
		return;
	f = calloc(1, sizeof(*f));
	if (f != NULL) {
		*f = (struct finished){ options, strdup(path), slot_ms, NULL };
		if (f->path != NULL && enqueue(c, f))
			return;
		free(f->path);
		free(f);
	}
	log_to(options->log, LOG_LEVEL_ERROR, "%s: the command is not run: too many files wait for it", path);
}

void
command_finish(struct command *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->ended = true;
	(void)pthread_cond_signal(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
	(void)pthread_join(c->thread, NULL);
	(void)pthread_cond_destroy(&c->changed);
	(void)pthread_mutex_destroy(&c->lock);
	buf_release(&c->text);
	free(c);
}
