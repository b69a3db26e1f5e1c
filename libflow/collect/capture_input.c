/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/capture_input.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/input.h"
#include "collect/capture_view.h"
#include "wire/message.h"

/* RFC 7011 3.1: version 2, length 2, export time 4, sequence 4, domain 4. */
#define IPFIX_HEADER 16

/* How reading a file ended; the message names the file already. */
static bool
report(const struct log *log, enum flow_status st, const struct flow_error *err)
{
	if (st == FLOW_END)
		return true;
	if (err->offset != FLOW_NO_OFFSET)
		log_to(log, LOG_LEVEL_ERROR, "%s (at byte %" PRId64 ")", err->message, err->offset);
	else
		log_to(log, LOG_LEVEL_ERROR, "%s", err->message);
	return false;
}

/* Flows are filed by the time of the capture; where it has none, by the exporter's. */
static int64_t
time_of(const struct pcap_packet *packet, const struct flow_datagram *d)
{
	return packet->time_ms != 0 ? packet->time_ms : flow_datagram_clock(d);
}

static bool
read_capture(const struct capture_input *input, struct collector *c, struct pcap_reader *reader,
    const char *path)
{
	struct capture_view view = { .log = input->log, .path = path,
		.port = input->has_port ? (int)input->port : -1 };
	struct pcap_packet packet;
	struct pcap_counts counts;
	struct flow_error err;
	enum flow_status st;
	bool going = true;

	while (going && (st = pcap_reader_next(reader, &packet, &err)) == FLOW_OK) {
		struct flow_datagram d = { .bytes = packet.bytes, .len = packet.len,
			.exporter = packet.src, .port = packet.src_port, .transport = FLOW_UDP };

		d.received_ms = time_of(&packet, &d);
		if (capture_view_take(&view, packet.dst_port, flow_datagram_is_export(&d)))
			going = collector_datagram(c, &d);
	}
	pcap_reader_counts(reader, &counts);
	capture_view_tell(&view, &counts);
	return going && report(input->log, st, &err);
}

/* Reads the whole message that begins at the input's next byte. */
static enum flow_status
peek_message(struct input *in, struct flow_message *m, struct flow_error *err)
{
	const uint8_t *p;
	enum flow_status st = input_peek(in, IPFIX_HEADER, &p, err);
	struct cursor bytes;
	size_t len = st == FLOW_OK ? load_be16(p + 2) : 0;

	if (st == FLOW_OK && len > IPFIX_HEADER)
		st = input_peek(in, len, &p, err);
	if (st == FLOW_OK) {
		bytes = cursor_make(p, input_ready(in));
		st = flow_message_next(&bytes, m);
	}
	if (st == FLOW_ETRUNCATED)
		return flow_fail(err, st, (int64_t)input_offset(in), "%s: ends within an IPFIX message",
		    input_name(in));
	if (st == FLOW_EFORMAT)
		return flow_fail(err, st, (int64_t)input_offset(in),
		    "%s: no IPFIX message follows the last good one", input_name(in));
	return st;
}

/* RFC 5655: messages one after the other. */
static bool
read_ipfix(const struct capture_input *input, struct collector *c, struct input *in)
{
	enum flow_status st = FLOW_OK;
	bool going = true;
	struct flow_message m;
	struct flow_error err;

	while (going && (st = peek_message(in, &m, &err)) == FLOW_OK) {
		struct flow_datagram d = { .bytes = m.bytes, .len = m.len, .exporter = addr_any4,
			.transport = FLOW_FILE, .received_ms = m.export_ms };

		going = collector_datagram(c, &d);
		input_skip(in, m.len);
	}
	return going && report(input->log, st, &err);
}

static bool
read_file(const struct capture_input *input, struct collector *c, const char *path)
{
	struct pcap_reader *reader;
	struct flow_error err;
	struct input *in;
	const uint8_t *head;
	enum flow_status st = input_open(path, &in, &err);
	bool done;

	if (st != FLOW_OK)
		return report(input->log, st, &err);
	if (input_peek(in, IPFIX_HEADER, &head, &err) == FLOW_OK &&
	    flow_message_detect(head, IPFIX_HEADER)) {
		done = read_ipfix(input, c, in);
		input_close(in);
		return done;
	}
	st = pcap_reader_new(in, &reader, &err);
	if (st != FLOW_OK)
		return report(input->log, st, &err);
	done = read_capture(input, c, reader, path);
	pcap_reader_free(reader);
	return done;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Reads one file of a directory; ignores anything else, such as subdirectories.  *files counts. */
static bool
read_entry(const struct capture_input *input, struct collector *c, const char *path, size_t *files)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		log_to(input->log, LOG_LEVEL_ERROR, "%s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode))
		return true;
	(*files)++;
	return read_file(input, c, path);
}

/*
 * Reads the files of a directory in the order of names, which is that of time where tools rotate them; no
 * subdirectories.
 */
static bool
read_directory(const struct capture_input *input, struct collector *c, const char *path)
{
	struct dirent **entry;
	int count = scandir(path, &entry, is_visible, alphasort), i;
	size_t files = 0;
	bool done = count >= 0;

	if (count < 0) {
		log_to(input->log, LOG_LEVEL_ERROR, "%s: %s", path, strerror(errno));
		return false;
	}
	for (i = 0; i < count; i++) {
		char *file;

		if (asprintf(&file, "%s/%s", path, entry[i]->d_name) < 0) {
			log_to(input->log, LOG_LEVEL_ERROR, "out of memory");
			done = false;
		} else {
			done = read_entry(input, c, file, &files) && done;
			free(file);
		}
		free(entry[i]);
	}
	free(entry);
	if (done && files == 0) {
		log_to(input->log, LOG_LEVEL_ERROR, "%s: there is no file in this directory (directories below it are "
		    "not read)", path);
		done = false;
	}
	return done;
}

bool
capture_input(const struct capture_input *input, struct collector *c, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return read_directory(input, c, path);
	return read_file(input, c, path);
}
