/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/file_input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "flowcap/log.h"

/* More than the longest IPFIX message. */
#define IPFIX_BUFFER_BYTES ((size_t)1 << 20)

static bool
report(const char *path, enum flow_status st, const struct flow_error *err)
{
	if (st == FLOW_END)
		return true;
	if (err->offset != FLOW_NO_OFFSET)
		log_line(LOG_LEVEL_ERROR, "%s: %s (at byte %" PRId64 ")", path, err->message, err->offset);
	else
		log_line(LOG_LEVEL_ERROR, "%s: %s", path, err->message);
	return false;
}

static bool
read_capture(const struct options *options, struct collector *c, struct pcap_reader *reader,
    const char *path)
{
	uint64_t other_ports = 0;
	struct pcap_packet packet;
	struct flow_error err;
	enum flow_status st;
	bool going = true;

	while (going && (st = pcap_reader_next(reader, &packet, &err)) == FLOW_OK) {
		struct flow_datagram d = { .bytes = packet.bytes, .len = packet.len,
			.exporter = packet.src, .port = packet.src_port, .transport = FLOW_UDP,
			.received_ms = packet.time_ms };

		if (options->has_port && packet.dst_port != options->port) {
			other_ports++;
			continue;
		}
		going = collector_datagram(c, &d);
	}
	collector_skipped(c, pcap_reader_counts(reader), other_ports);
	return going && report(path, st, &err);
}

/* Messages of what has been read so far; what is left of a begun one moves to the front. */
static enum flow_status
take_messages(struct collector *c, struct buf *bytes, bool *going)
{
	struct cursor in = cursor_make(bytes->data, bytes->len);
	struct flow_message m;
	enum flow_status st = FLOW_OK;

	while (*going && (st = flow_message_next(&in, &m)) == FLOW_OK) {
		struct flow_datagram d = { .bytes = m.bytes, .len = m.len, .exporter = addr_any4,
			.transport = FLOW_FILE, .received_ms = m.export_ms };

		*going = collector_datagram(c, &d);
	}
	memmove(bytes->data, in.pos, (size_t)(in.end - in.pos));
	bytes->len = (size_t)(in.end - in.pos);
	return st;
}

/* RFC 5655: messages one after the other. */
static bool
read_ipfix(struct collector *c, int fd, const char *path)
{
	struct buf bytes = BUF_INIT;
	enum flow_status st = FLOW_OK;
	bool going = buf_reserve(&bytes, IPFIX_BUFFER_BYTES);
	struct flow_error err;
	ssize_t n = 1;

	while (going && n > 0 && st != FLOW_EFORMAT) {
		n = read(fd, buf_end(&bytes), bytes.cap - bytes.len);
		if (n > 0)
			bytes.len += (size_t)n;
		if (n > 0)
			st = take_messages(c, &bytes, &going);
	}
	if (n < 0)
		st = flow_fail_errno(&err, "read");
	else if (st == FLOW_EFORMAT)
		(void)flow_fail(&err, st, FLOW_NO_OFFSET, "no IPFIX message follows the last good one");
	else if (bytes.len > 0)
		st = flow_fail(&err, FLOW_ETRUNCATED, FLOW_NO_OFFSET, "ends within an IPFIX message");
	else
		st = FLOW_END;
	buf_release(&bytes);
	return going && report(path, st, &err);
}

static bool
read_file(const struct options *options, struct collector *c, const char *path)
{
	bool is_input = strcmp(path, "-") == 0, done;
	int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct pcap_reader *reader = NULL;
	struct flow_error err;
	enum flow_status st;
	uint8_t head[16];
	ssize_t n;

	if (fd < 0) {
		log_line(LOG_LEVEL_ERROR, "%s: %s", path, strerror(errno));
		return false;
	}
	n = is_input ? 0 : pread(fd, head, sizeof(head), 0);
	if (n > 0 && flow_message_detect(head, (size_t)n)) {
		done = read_ipfix(c, fd, path);
	} else {
		st = pcap_reader_new(fd, &reader, &err);
		done = st == FLOW_OK ? read_capture(options, c, reader, path) :
		    report(path, st, &err);
		pcap_reader_free(reader);
	}
	if (!is_input)
		(void)close(fd);
	return done;
}

bool
file_input(const struct options *options, struct collector *collector)
{
	bool done = true;
	size_t i;

	for (i = 0; i < options->file_count; i++)
		done = read_file(options, collector, options->files[i]) && done;
	return done;
}
