/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/announcements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/file.h"
#include "base/hash.h"
#include "capture/pcap_read.h"
#include "capture/pcap_write.h"
#include "collect/datagram_record.h"

/* Bounds: of announcements, and of their bytes. */
#define ENTRIES_MAX 4096
#define BYTES_MAX ((size_t)16 << 20)

#define V9_HEADER 20
#define IPFIX_HEADER 16

struct entry {
	uint64_t seen;			/* higher is later */
	struct flow_datagram datagram;	/* its bytes are ours */
};

struct announcements {
	uint64_t clock;
	bool news;
	size_t count, bytes;
	uint64_t key[ENTRIES_MAX];	/* apart, for the search */
	struct entry entry[ENTRIES_MAX];
};

struct announcements *
announcements_new(void)
{
	return calloc(1, sizeof(struct announcements));
}

void
announcements_free(struct announcements *m)
{
	size_t i;

	for (i = 0; m != NULL && i < m->count; i++)
		free((void *)(uintptr_t)m->entry[i].datagram.bytes);
	free(m);
}

static uint64_t
mix(uint64_t key, const void *bytes, size_t len)
{
	return hash_xxh64(bytes, len, key);
}

/*
 * Two announcements are the same if they come from one source and their template
 * sets are equal, or, without such sets, all that follows their headers.
 */
static uint64_t
key_of(const struct flow_datagram *d)
{
	struct cursor in = cursor_make(d->bytes, d->len);
	uint16_t version = cursor_be16(&in);
	size_t header = version == 9 ? V9_HEADER : IPFIX_HEADER;
	unsigned lowest = version == 9 ? 0 : 2;
	uint64_t source = mix(version, d->exporter.b, sizeof(d->exporter.b)), key;
	bool found = false;

	if (d->len < header)
		return source;
	source = mix(source, &d->port, sizeof(d->port));
	source = key = mix(source, d->bytes + header - 4, 4);
	in = cursor_make(d->bytes + header, d->len - header);
	while (cursor_left(&in) >= 4) {
		const uint8_t *set = in.pos;
		unsigned id = cursor_be16(&in), len = cursor_be16(&in);

		cursor_skip(&in, len < 4 ? len + cursor_left(&in) : len - 4);
		if (cursor_failed(&in) || id < lowest || id > lowest + 1)
			continue;
		key = mix(key, set, len);
		found = true;
	}
	return found ? key : mix(source, d->bytes + header, d->len - header);
}

static void
drop_oldest(struct announcements *m)
{
	size_t i, oldest = 0;

	for (i = 1; i < m->count; i++)
		if (m->entry[i].seen < m->entry[oldest].seen)
			oldest = i;
	m->bytes -= m->entry[oldest].datagram.len;
	free((void *)(uintptr_t)m->entry[oldest].datagram.bytes);
	m->count--;
	m->entry[oldest] = m->entry[m->count];
	m->key[oldest] = m->key[m->count];
}

void
announcements_take(struct announcements *m, const struct flow_datagram *d)
{
	uint64_t key = key_of(d);
	uint8_t *copy;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (m->key[i] == key) {
			m->entry[i].seen = ++m->clock;
			return;
		}
	copy = malloc(d->len + 1);
	if (copy == NULL)
		return;
	memcpy(copy, d->bytes, d->len);
	while (m->count > 0 && (m->count == ENTRIES_MAX || m->bytes + d->len > BYTES_MAX))
		drop_oldest(m);
	m->key[m->count] = key;
	m->entry[m->count] = (struct entry){ ++m->clock, *d };
	m->entry[m->count++].datagram.bytes = copy;
	m->bytes += d->len;
	m->news = true;
}

static int
by_age(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;

	return ((*x)->seen > (*y)->seen) - ((*x)->seen < (*y)->seen);
}

void
announcements_save(struct announcements *m, const struct collect_options *options, struct buf *out)
{
	const struct entry **order = calloc(m->count + 1, sizeof(const struct entry *));
	size_t i;

	if (order != NULL && m->news) {
		for (i = 0; i < m->count; i++)
			order[i] = &m->entry[i];
		qsort(order, m->count, sizeof(const struct entry *), by_age);
		pcap_write_header(out);
		for (i = 0; i < m->count; i++)
			datagram_record(out, &order[i]->datagram, options->port);
		m->news = false;
	}
	free(order);
}

static char *
path_of(const struct collect_options *options)
{
	char *path;

	return asprintf(&path, "%s/.flowcap.%u.templates", options->directory,
	    (unsigned)options->port) < 0 ? NULL : path;
}

bool
announcements_write(const struct collect_options *options, const struct buf *bytes)
{
	struct file_sink sink = FILE_SINK_INIT;
	char *path = path_of(options);
	struct flow_error err;
	enum flow_status st = path != NULL && buf_status(bytes) == FLOW_OK ?
	    file_sink_open(&sink, path, &err) : flow_fail_memory(&err);

	if (st == FLOW_OK && (st = file_write_all(sink.fd, bytes->data, bytes->len, &err)) != FLOW_OK)
		flow_error_prefix(&err, path);
	if (st == FLOW_OK)
		st = file_sink_commit(&sink, &err);
	else
		file_sink_abort(&sink);
	if (st != FLOW_OK)
		log_to(options->log, LOG_LEVEL_ERROR, "templates are not kept: %s", err.message);
	free(path);
	return st == FLOW_OK;
}

/* False at the end, or where memory is out. */
static bool
learn(struct announcements *m, struct pcap_reader *reader, struct flow_decoder *decoder,
    struct flow_builder *rows)
{
	struct flow_datagram d = { .transport = FLOW_UDP };
	struct pcap_packet p;
	struct flow_error err;

	if (pcap_reader_next(reader, &p, &err) != FLOW_OK)
		return false;
	d.bytes = p.bytes;
	d.len = p.len;
	d.exporter = p.src;
	d.port = p.src_port;
	d.received_ms = p.time_ms;
	announcements_take(m, &d);
	if (flow_decoder_datagram(decoder, &d, rows) != FLOW_OK)
		return false;
	flow_builder_clear(rows);
	return true;
}

void
announcements_load(struct announcements *m, const struct collect_options *options,
    struct flow_decoder *decoder)
{
	struct flow_builder *rows = flow_builder_new();
	struct pcap_reader *reader = NULL;
	char *path = path_of(options);
	struct flow_error err;

	if (rows != NULL && path != NULL && access(path, F_OK) == 0) {
		if (pcap_reader_open(path, &reader, &err) != FLOW_OK)
			log_to(options->log, LOG_LEVEL_ERROR, "%s", err.message);
		else
			while (learn(m, reader, decoder, rows))
				;
	}
	flow_decoder_begin_again(decoder);
	m->news = false;
	pcap_reader_free(reader);
	flow_builder_free(rows);
	free(path);
}
