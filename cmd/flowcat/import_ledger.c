/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcat/import_ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define LEDGER "/.flow-import"

static int
compare_sources(const void *a, const void *b)
{
	return strcmp(((const struct import_source *)a)->path, ((const struct import_source *)b)->path);
}

/* Room for one more of an array. */
static bool
grow(void **array, size_t count, size_t size)
{
	void *more;

	if ((count & (count + 1)) != 0 && count != 0)
		return true;
	more = realloc(*array, (2 * count + 2) * size);
	if (more != NULL)
		*array = more;
	return more != NULL;
}

static bool
add_source(struct import_ledger *l, const char *path, uint64_t size, int64_t mtime_ns, bool damaged)
{
	char *copy = strdup(path);

	if (copy == NULL || !grow((void **)&l->source, l->sources, sizeof(*l->source))) {
		free(copy);
		return false;
	}
	l->source[l->sources++] = (struct import_source){ copy, size, mtime_ns, damaged };
	return true;
}

static bool
add_batch(struct import_ledger *l, uint64_t n)
{
	if (!grow((void **)&l->batch, l->batches, sizeof(*l->batch)))
		return false;
	l->batch[l->batches++] = n;
	if (n >= l->next)
		l->next = n + 1;
	return true;
}

/* One line, without its end. */
static enum flow_status
read_line(struct import_ledger *l, char *line, struct flow_error *err)
{
	struct import_counts c;
	uint64_t size, n;
	int64_t mtime;
	int at = 0;

	if (sscanf(line, "file %" SCNu64 " %" SCNd64 " %n", &size, &mtime, &at) == 2 && at > 0)
		return add_source(l, line + at, size, mtime, false) ? FLOW_OK : flow_fail_memory(err);
	if (sscanf(line, "damaged %" SCNu64 " %" SCNd64 " %n", &size, &mtime, &at) == 2 && at > 0)
		return add_source(l, line + at, size, mtime, true) ? FLOW_OK : flow_fail_memory(err);
	if (sscanf(line, "counts %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &c.flows, &c.others,
	    &c.lost, &c.damaged, &c.filed) == 5) {
		l->counts.flows += c.flows;
		l->counts.others += c.others;
		l->counts.lost += c.lost;
		l->counts.damaged += c.damaged;
		l->counts.filed += c.filed;
		return FLOW_OK;
	}
	if (sscanf(line, "done %" SCNu64, &n) == 1)
		return add_batch(l, n) ? FLOW_OK : flow_fail_memory(err);
	return flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "not a ledger of imports: '%.60s'", line);
}

/* The end of the last whole block; anything behind it is the rest of a crash. */
static size_t
blocks_end(const char *text, size_t len)
{
	size_t end = 0, at = 0;

	while (at < len) {
		const char *stop = memchr(text + at, '\n', len - at);

		if (stop == NULL)
			break;
		if (strncmp(text + at, "done ", 5) == 0)
			end = (size_t)(stop - text) + 1;
		at = (size_t)(stop - text) + 1;
	}
	return end;
}

static enum flow_status
read_text(struct import_ledger *l, char *text, size_t len, struct flow_error *err)
{
	size_t end = blocks_end(text, len);
	enum flow_status st = FLOW_OK;

	if (end < len && ftruncate(l->fd, (off_t)end) != 0)
		return flow_fail_errno(err, "ledger of imports");
	if (lseek(l->fd, (off_t)end, SEEK_SET) < 0)
		return flow_fail_errno(err, "ledger of imports");
	for (char *line = text; line < text + end && st == FLOW_OK; line += strlen(line) + 1) {
		*strchr(line, '\n') = '\0';
		st = read_line(l, line, err);
	}
	if (l->sources > 0)
		qsort(l->source, l->sources, sizeof(*l->source), compare_sources);
	return st;
}

static enum flow_status
read_all(struct import_ledger *l, struct flow_error *err)
{
	enum flow_status st;
	struct stat s;
	char *text;

	if (fstat(l->fd, &s) != 0)
		return flow_fail_errno(err, "ledger of imports");
	text = malloc((size_t)s.st_size + 1);
	if (text == NULL)
		return flow_fail_memory(err);
	st = file_read_all_at(l->fd, 0, text, (size_t)s.st_size, err);
	text[s.st_size] = '\0';
	if (st == FLOW_OK && memchr(text, '\0', (size_t)s.st_size) != NULL)
		st = flow_fail(err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "not a ledger of imports");
	if (st == FLOW_OK)
		st = read_text(l, text, (size_t)s.st_size, err);
	free(text);
	return st;
}

enum flow_status
import_ledger_open(const char *directory, struct import_ledger *l, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;
	char *path;

	*l = (struct import_ledger){ .fd = -1, .next = 1 };
	if (asprintf(&path, "%s" LEDGER, directory) < 0)
		return flow_fail_memory(err);
	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (l->fd < 0)
		st = flow_fail_errno(err, "%s", path);
	else if (flock(l->fd, LOCK_EX | LOCK_NB) != 0)
		st = errno == EWOULDBLOCK ? flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET,
		    "%s: another import into this directory is running", path) : flow_fail_errno(err, "%s", path);
	if (st == FLOW_OK) {
		st = read_all(l, err);
		if (st != FLOW_OK)
			flow_error_prefix(err, path);
	}
	free(path);
	if (st != FLOW_OK)
		import_ledger_close(l);
	return st;
}

void
import_ledger_close(struct import_ledger *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	for (size_t i = 0; i < l->sources; i++)
		free(l->source[i].path);
	free(l->source);
	free(l->batch);
	*l = (struct import_ledger){ .fd = -1 };
}

const struct import_source *
import_ledger_find(const struct import_ledger *l, const char *path)
{
	const struct import_source key = { .path = (char *)(uintptr_t)path };

	return l->sources > 0 ? bsearch(&key, l->source, l->sources, sizeof(key), compare_sources) : NULL;
}

bool
import_ledger_has(const struct import_ledger *l, uint64_t batch)
{
	for (size_t i = 0; i < l->batches; i++)
		if (l->batch[i] == batch)
			return true;
	return false;
}

enum flow_status
import_ledger_add(struct import_ledger *l, const struct import_source *source, size_t n,
    const struct import_counts *counts, uint64_t batch, struct flow_error *err)
{
	struct buf block = BUF_INIT;
	enum flow_status st;

	for (size_t i = 0; i < n; i++)
		buf_printf(&block, "%s %" PRIu64 " %" PRId64 " %s\n", source[i].damaged ? "damaged" : "file",
		    source[i].size, source[i].mtime_ns, source[i].path);
	buf_printf(&block, "counts %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\ndone %" PRIu64 "\n",
	    counts->flows, counts->others, counts->lost, counts->damaged, counts->filed, batch);
	st = buf_status(&block) == FLOW_OK ? file_write_all(l->fd, block.data, block.len, err) : flow_fail_memory(err);
	if (st == FLOW_OK && fdatasync(l->fd) != 0)
		st = flow_fail_errno(err, "ledger of imports");
	buf_release(&block);
	return st;
}
