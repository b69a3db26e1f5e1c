/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "common/cli.h"
#include "flowgen/sink.h"

#define WRITE_BYTES ((size_t)1 << 20)

/* The collector's address in the file, 198.19.255.254 (RFC 2544), and what exporters send from. */
#define COLLECTOR (198u << 24 | 19u << 16 | 255u << 8 | 254u)
#define SOURCE_PORT 50000

struct pcap_sink {
	struct sink sink;
	struct file_sink file;
	bool to_stdout;
	bool ipfix;		/* IPFIX messages in sequence, not pcap */
	uint16_t port;
	struct buf buf;
};

static int
write_out(struct pcap_sink *p, bool *closed)
{
	struct flow_error err;
	int status = CLI_OK;

	if (buf_status(&p->buf) != FLOW_OK)
		return cli_fail("out of memory");
	if (p->to_stdout)
		status = cli_write(p->buf.data, p->buf.len, closed);
	else if (file_write_all(p->file.fd, p->buf.data, p->buf.len, &err) != FLOW_OK) {
		flow_error_prefix(&err, p->file.path);
		status = cli_fail_error(&err);
	}
	buf_clear(&p->buf);
	return status;
}

static int
pcap_datagrams(struct sink *sink, const struct sender *from, const struct flow_datagrams *d,
    bool *closed)
{
	struct pcap_sink *p = (struct pcap_sink *)sink;
	struct pcap_datagram record = {
		.src = from->addr, .dst = addr_from_v4(COLLECTOR),
		.src_port = from->port != 0 ? from->port : SOURCE_PORT, .dst_port = p->port,
	};
	size_t i;

	for (i = 0; i < d->count; i++) {
		record.time_us = d->item[i].time_ms * 1000;
		record.bytes = d->bytes.data + d->item[i].offset;
		record.len = d->item[i].len;
		if (p->ipfix)
			buf_append(&p->buf, record.bytes, record.len);
		else
			pcap_write_datagram(&p->buf, &record);
	}
	return p->buf.failed || p->buf.len >= WRITE_BYTES ? write_out(p, closed) : CLI_OK;
}

static int
pcap_close(struct sink *sink, bool keep)
{
	struct pcap_sink *p = (struct pcap_sink *)sink;
	struct flow_error err;
	bool closed = false;
	int status = keep ? write_out(p, &closed) : CLI_OK;

	if (p->to_stdout)
		;
	else if (!keep || status != CLI_OK)
		file_sink_abort(&p->file);
	else if (file_sink_commit(&p->file, &err) != FLOW_OK)
		status = cli_fail_error(&err);
	buf_release(&p->buf);
	free(p);
	return status;
}

bool
pcap_is_ipfix(const char *path)
{
	size_t len = strlen(path);

	return len > 6 && strcmp(path + len - 6, ".ipfix") == 0;
}

int
pcap_sink_open(const struct options *o, struct sink **sink)
{
	struct pcap_sink *p = calloc(1, sizeof(*p));
	struct flow_error err;
	uint64_t port;

	if (p == NULL)
		return cli_fail("out of memory");
	*p = (struct pcap_sink){ { pcap_datagrams, pcap_close }, FILE_SINK_INIT,
		strcmp(o->pcap, "-") == 0, pcap_is_ipfix(o->pcap), 0, BUF_INIT };
	if (!cli_number("-p", o->port, 1, 65535, &port)) {
		free(p);
		return CLI_MISUSE;
	}
	p->port = (uint16_t)port;
	if (p->to_stdout && isatty(STDOUT_FILENO)) {
		free(p);
		return cli_fail("standard output is a terminal: a pcap file is not for reading");
	}
	if (!p->to_stdout && file_sink_open(&p->file, o->pcap, &err) != FLOW_OK) {
		free(p);
		return cli_fail_error(&err);
	}
	if (!p->ipfix)
		pcap_write_header(&p->buf);
	*sink = &p->sink;
	return CLI_OK;
}
