/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/net_lists.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/input.h"
#include "net/net_line.h"

/* Bad lines of a file that are reported one by one. */
#define TOLD 3

/* The longest line, and how much of one a message quotes. */
#define LINE_MAX_BYTES ((size_t)64 << 10)
#define SHOWN 48

struct list {
	char *name;
	uint64_t networks;
	int64_t time_ms;
};

struct net_lists {
	struct net_sets_maker *maker;	/* NULL after net_lists_end */
	struct net_sets *sets;
	struct list list[NET_SETS_LISTS];
	size_t count;
};

/* A file that is read. */
struct reading {
	struct net_lists *lists;
	struct input *in;
	const char *path;
	net_lists_tell *tell;
	void *context;
	uint64_t line, wrong;
	bool begun;			/* a line that was neither blank nor a comment has been seen */
};

struct net_lists *
net_lists_new(void)
{
	struct net_lists *lists = calloc(1, sizeof(*lists));

	if (lists == NULL)
		return NULL;
	lists->maker = net_sets_maker_new();
	if (lists->maker == NULL) {
		free(lists);
		return NULL;
	}
	return lists;
}

void
net_lists_free(struct net_lists *lists)
{
	if (lists == NULL)
		return;
	for (size_t i = 0; i < lists->count; i++)
		free(lists->list[i].name);
	net_sets_maker_free(lists->maker);
	net_sets_free(lists->sets);
	free(lists);
}

/* The beginning of a line, made safe to print. */
static void
show(const char *text, size_t len, char out[SHOWN + 4])
{
	size_t n = len < SHOWN ? len : SHOWN;

	while (n > 0 && (text[n - 1] == '\r' || text[n - 1] == '\n'))
		n--;
	for (size_t i = 0; i < n; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	(void)snprintf(out + n, 4, "%s", len > SHOWN ? "..." : "");
}

static void
tell_wrong(struct reading *r, const char *text, size_t len, const char *fault)
{
	char message[1024], shown[SHOWN + 4];

	if (r->wrong++ >= TOLD)
		return;
	show(text, len, shown);
	(void)snprintf(message, sizeof(message), "%s:%" PRIu64 ": '%s': %s", r->path, r->line, shown, fault);
	r->tell(r->context, message);
}

static void
tell_rest(struct reading *r)
{
	char message[1024];

	if (r->wrong <= TOLD)
		return;
	(void)snprintf(message, sizeof(message), "%s: %" PRIu64 " more lines of this kind", r->path, r->wrong - TOLD);
	r->tell(r->context, message);
}

static enum flow_status
take_line(struct reading *r, const char *text, size_t len)
{
	struct addr_range range;
	enum net_line line;

	/* Some editors write a byte order mark (U+FEFF). */
	if (r->line == 1 && len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	line = net_line_parse(text, len, &range);
	if (line == NET_LINE_EMPTY)
		return FLOW_OK;
	if (line == NET_LINE_RANGE) {
		r->begun = true;
		r->lists->list[r->lists->count - 1].networks++;
		return net_sets_add(r->lists->maker, (unsigned)r->lists->count - 1, &range);
	}
	/* A heading with the columns' names; but a word with a dot is a host's name. */
	if (line != NET_LINE_NONE || r->begun || memchr(text, '.', len) != NULL)
		tell_wrong(r, text, len, net_line_fault(line));
	r->begun = true;
	return FLOW_OK;
}

/* The next line, with its end; FLOW_END behind the last. */
static enum flow_status
next_line(struct reading *r, const uint8_t **p, size_t *len, struct flow_error *err)
{
	size_t looked = 0, want = 1;
	struct flow_error one;
	const uint8_t *end;

	for (;;) {
		enum flow_status st;
		size_t ready;
		bool last;

		/* The end of a file is no error, and has no message. */
		one.message[0] = '\0';
		st = input_peek(r->in, want, p, &one);
		ready = input_ready(r->in);
		last = (st == FLOW_ETRUNCATED || st == FLOW_END) && one.message[0] == '\0';
		if (st != FLOW_OK && !last) {
			if (err != NULL)
				*err = one;
			return st;
		}
		if (ready == 0)
			return FLOW_END;
		/* The last bytes are fewer than were asked for. */
		if (last && input_peek(r->in, ready, p, err) != FLOW_OK)
			return FLOW_END;
		end = memchr(*p + looked, '\n', ready - looked);
		*len = end != NULL ? (size_t)(end - *p) + 1 : ready;
		if (end != NULL || last || ready > LINE_MAX_BYTES)
			return FLOW_OK;
		looked = ready;
		want = ready + 1;
	}
}

/* The rest of a line that is too long. */
static enum flow_status
skip_line(struct reading *r, struct flow_error *err)
{
	enum flow_status st;
	const uint8_t *p;
	size_t len;

	for (;;) {
		st = next_line(r, &p, &len, err);
		if (st != FLOW_OK)
			return st == FLOW_END ? FLOW_OK : st;
		input_skip(r->in, len);
		if (p[len - 1] == '\n')
			return FLOW_OK;
	}
}

static enum flow_status
read_lines(struct reading *r, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	const uint8_t *p;
	size_t len;

	while (st == FLOW_OK && (st = next_line(r, &p, &len, err)) == FLOW_OK) {
		bool cut = len > LINE_MAX_BYTES && p[len - 1] != '\n';

		r->line++;
		if (len > LINE_MAX_BYTES)
			tell_wrong(r, (const char *)p, len, "the line is longer than 64 KiB");
		else if (take_line(r, (const char *)p, len) != FLOW_OK)
			return flow_fail_memory(err);
		input_skip(r->in, len);
		if (cut)
			st = skip_line(r, err);
	}
	return st == FLOW_END ? FLOW_OK : st;
}

/* One list from r->in, which is closed. */
static enum flow_status
read_list(struct reading *r, const char *name, int64_t time_ms, struct flow_error *err)
{
	struct list *list = &r->lists->list[r->lists->count];
	enum flow_status st = FLOW_OK;

	list->name = strdup(name);
	if (list->name == NULL) {
		st = flow_fail_memory(err);
	} else {
		list->time_ms = time_ms;
		r->lists->count++;
		st = read_lines(r, err);
		tell_rest(r);
	}
	input_close(r->in);
	return st;
}

static enum flow_status
check_room(const struct net_lists *lists, struct flow_error *err)
{
	return lists->count < NET_SETS_LISTS ? FLOW_OK :
	    flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "more than %d lists", NET_SETS_LISTS);
}

static enum flow_status
add_file(struct net_lists *lists, const char *path, const struct stat *st, net_lists_tell *tell, void *context,
    struct flow_error *err)
{
	struct reading r = { .lists = lists, .path = path, .tell = tell, .context = context };
	const char *name = strrchr(path, '/');
	enum flow_status status = check_room(lists, err);

	if (status == FLOW_OK)
		status = input_open(path, &r.in, err);
	if (status != FLOW_OK)
		return status;
	return read_list(&r, name != NULL ? name + 1 : path,
	    (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000, err);
}

enum flow_status
net_lists_add_bytes(struct net_lists *lists, const char *name, const void *bytes, size_t len, net_lists_tell *tell,
    void *context, struct flow_error *err)
{
	struct reading r = { .lists = lists, .path = name, .tell = tell, .context = context };
	enum flow_status status = check_room(lists, err);

	if (status != FLOW_OK)
		return status;
	r.in = input_memory(bytes, len);
	return r.in != NULL ? read_list(&r, name, 0, err) : flow_fail_memory(err);
}

static int
is_list(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && entry->d_name[len - 1] != '~';
}

static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* One name of a directory; what is no plain file is left out. */
static enum flow_status
add_entry(struct net_lists *lists, const char *directory, const char *name, net_lists_tell *tell, void *context,
    struct flow_error *err)
{
	struct buf path = BUF_INIT;
	enum flow_status status = FLOW_OK;
	struct stat st;

	buf_printf(&path, "%s/%s", directory, name);
	buf_append_u8(&path, '\0');
	if (buf_status(&path) != FLOW_OK)
		status = flow_fail_memory(err);
	else if (stat((const char *)path.data, &st) != 0)
		status = flow_fail_errno(err, "%s", (const char *)path.data);
	else if (S_ISREG(st.st_mode))
		status = add_file(lists, (const char *)path.data, &st, tell, context, err);
	buf_release(&path);
	return status;
}

static enum flow_status
add_directory(struct net_lists *lists, const char *path, net_lists_tell *tell, void *context, struct flow_error *err)
{
	enum flow_status status = FLOW_OK;
	struct dirent **entry;
	int n = scandir(path, &entry, is_list, compare_names);

	if (n < 0)
		return flow_fail_errno(err, "%s", path);
	for (int i = 0; i < n; i++) {
		struct flow_error one;

		if (status == FLOW_OK || status == FLOW_EIO || status == FLOW_ECORRUPT) {
			enum flow_status st = add_entry(lists, path, entry[i]->d_name, tell, context, &one);

			/* An unreadable file does not stop the others from being read. */
			if (st == FLOW_EIO || st == FLOW_ECORRUPT || st == FLOW_ETRUNCATED)
				tell(context, one.message);
			else if (st != FLOW_OK && err != NULL)
				*err = one;
			status = st == FLOW_ENOMEM || st == FLOW_ELIMIT ? st : status;
		}
		free(entry[i]);
	}
	free(entry);
	return status;
}

enum flow_status
net_lists_add(struct net_lists *lists, const char *path, net_lists_tell *tell, void *context, struct flow_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return flow_fail_errno(err, "%s", path);
	return S_ISDIR(st.st_mode) ? add_directory(lists, path, tell, context, err) :
	    add_file(lists, path, &st, tell, context, err);
}

enum flow_status
net_lists_end(struct net_lists *lists, struct flow_error *err)
{
	struct net_sets_maker *maker = lists->maker;

	lists->maker = NULL;
	return net_sets_make(maker, &lists->sets, err);
}

size_t
net_lists_count(const struct net_lists *lists)
{
	return lists->count;
}

const char *
net_lists_name(const struct net_lists *lists, size_t list)
{
	return lists->list[list].name;
}

uint64_t
net_lists_networks(const struct net_lists *lists, size_t list)
{
	return lists->list[list].networks;
}

int64_t
net_lists_time_ms(const struct net_lists *lists, size_t list)
{
	return lists->list[list].time_ms;
}

const struct net_sets *
net_lists_sets(const struct net_lists *lists)
{
	return lists->sets;
}
