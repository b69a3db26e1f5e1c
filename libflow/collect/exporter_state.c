/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/exporter_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/file.h"
#include "base/hash.h"
#include "capture/pcap_read.h"
#include "wire/state/decoder_state.h"

#define MAGIC "FLOWKNOW"
#define MAGIC_LEN 8

/* Largest state that is read, far more than a decoder may have. */
#define STATE_BYTES_MAX ((int64_t)4 << 30)

static char *
path_in(const char *directory, const struct collect_options *options, const char *ending)
{
	char *path;

	return asprintf(&path, "%s/.flowcap.%u.%s", directory, (unsigned)options->port, ending) < 0 ? NULL : path;
}

static const char *
state_of(const struct collect_options *options)
{
	return options->state != NULL ? options->state : options->directory;
}

void
exporter_state_save(const struct flow_decoder *decoder, const char *journal_id, struct buf *out)
{
	size_t len = strlen(journal_id);

	buf_append(out, MAGIC, MAGIC_LEN);
	buf_append_u8(out, (uint8_t)len);
	buf_append(out, journal_id, len);
	if (!out->failed)
		buf_append_le64(out, hash_xxh64(out->data, out->len, 0));
	flow_decoder_save(decoder, out);
}

static void
remove_old(const struct collect_options *options, const char *ending)
{
	char *path = path_in(options->directory, options, ending);

	if (path != NULL)
		(void)unlink(path);
	free(path);
}

bool
exporter_state_write(const struct collect_options *options, const struct buf *bytes)
{
	char *path = path_in(state_of(options), options, "state");
	struct flow_error err;
	enum flow_status st;

	if (path == NULL || buf_status(bytes) != FLOW_OK)
		st = flow_fail_memory(&err);
	else if ((st = file_mkdirs(state_of(options), &err)) == FLOW_OK)	/* it may have been removed */
		st = file_replace(path, bytes->data, bytes->len, &err);
	if (st != FLOW_OK)
		log_to(options->log, LOG_LEVEL_ERROR, "what exporters announced is not kept: %s", err.message);
	/* The older state with the files is obsolete now. */
	if (st == FLOW_OK) {
		remove_old(options, "templates");
		if (strcmp(state_of(options), options->directory) != 0)
			remove_old(options, "state");
	}
	free(path);
	return st == FLOW_OK;
}

/* Reads a whole regular file; false, with errno, on failure.  ENOENT: there is none. */
static bool
read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	bool known, done = false;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return false;
	known = fstat(fd, &st) == 0;
	if (known && (!S_ISREG(st.st_mode) || st.st_size > STATE_BYTES_MAX))
		errno = EFBIG;
	else if (known && buf_reserve(out, (size_t)st.st_size + 1)) {
		while ((n = read(fd, buf_end(out), out->cap - out->len)) > 0 && buf_reserve(out, 4096 + (size_t)n))
			out->len += (size_t)n;
		done = n == 0;
	}
	(void)close(fd);
	return done;
}

/* Strips the header; false where it is wrong. */
static bool
read_head(struct cursor *in, char after[JOURNAL_ID_MAX])
{
	const uint8_t *magic = cursor_bytes(in, MAGIC_LEN);
	size_t len = cursor_u8(in);
	const uint8_t *id = cursor_bytes(in, len);
	size_t head = cursor_offset(in);
	uint64_t hash = cursor_le64(in);

	if (cursor_failed(in) || memcmp(magic, MAGIC, MAGIC_LEN) != 0 || len >= JOURNAL_ID_MAX ||
	    hash != hash_xxh64(in->begin, head, 0))
		return false;
	memcpy(after, id, len);
	after[len] = '\0';
	return true;
}

/* Whether that directory has a state, valid or not. */
static bool
load_state(const char *directory, const struct collect_options *options, struct flow_decoder *decoder,
    char after[JOURNAL_ID_MAX])
{
	char *path = path_in(directory, options, "state");
	struct buf bytes = BUF_INIT;
	struct flow_error err = { .message = "" };
	bool there = true;

	if (path == NULL) {
		there = false;
	} else if (!read_file(path, &bytes)) {
		there = errno != ENOENT;
		(void)flow_fail_errno(&err, "not read");
	} else {
		struct cursor in = cursor_make(bytes.data, bytes.len);

		if (!read_head(&in, after))
			(void)flow_fail(&err, FLOW_ECORRUPT, FLOW_NO_OFFSET, "damaged");
		else
			(void)!flow_decoder_load(decoder, in.pos, cursor_left(&in), &err);
	}
	if (there && err.message[0] != '\0')
		log_to(options->log, LOG_LEVEL_ERROR, "%s: %s: data waits until exporters announce their "
		    "templates, and has no names and rates before", path, err.message);
	buf_release(&bytes);
	free(path);
	return there;
}

/* False at the end, or when out of memory. */
static bool
learn(struct pcap_reader *reader, struct flow_decoder *decoder, struct flow_builder *rows)
{
	struct flow_datagram d = { .transport = FLOW_UDP };
	struct pcap_packet p;

	if (pcap_reader_next(reader, &p, NULL) != FLOW_OK)
		return false;
	d.bytes = p.bytes;
	d.len = p.len;
	d.exporter = p.src;
	d.port = p.src_port;
	d.received_ms = p.time_ms;
	if (flow_decoder_datagram(decoder, &d, rows) != FLOW_OK)
		return false;
	flow_builder_clear(rows);
	return true;
}

static void
load_templates(const struct collect_options *options, struct flow_decoder *decoder)
{
	struct flow_builder *rows = flow_builder_new();
	char *path = path_in(options->directory, options, "templates");
	struct pcap_reader *reader = NULL;
	struct flow_error err;

	if (rows != NULL && path != NULL && access(path, F_OK) == 0) {
		if (pcap_reader_open(path, &reader, &err) != FLOW_OK)
			log_to(options->log, LOG_LEVEL_ERROR, "%s", err.message);
		else
			while (learn(reader, decoder, rows))
				;
	}
	flow_decoder_begin_again(decoder);
	pcap_reader_free(reader);
	flow_builder_free(rows);
	free(path);
}

void
exporter_state_load(const struct collect_options *options, struct flow_decoder *decoder,
    char after[JOURNAL_ID_MAX])
{
	after[0] = '\0';
	file_sinks_clean(options->directory, ".flowcap.", ".state");
	file_sinks_clean(options->directory, ".flowcap.", ".templates");
	if (options->state != NULL)
		file_sinks_clean(options->state, ".flowcap.", ".state");
	if (!load_state(state_of(options), options, decoder, after) &&
	    (options->state == NULL || !load_state(options->directory, options, decoder, after)))
		load_templates(options, decoder);
}
