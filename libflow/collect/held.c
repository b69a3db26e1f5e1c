/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/held.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "capture/pcap_write.h"
#include "collect/datagram_record.h"
#include "collect/journal_scan.h"

static char *
path_of(const struct collect_options *options)
{
	char *path;

	return asprintf(&path, "%s/.flowcap.%u.held", options->directory, (unsigned)options->port) < 0 ?
	    NULL : path;
}

struct saving {
	const struct collect_options *options;
	const char *journal_id;
	struct buf *out;
};

static void
save_one(void *context, const struct flow_datagram *d)
{
	const struct saving *s = context;
	const struct flow_datagram note = { .bytes = (const uint8_t *)s->journal_id,
		.len = strlen(s->journal_id), .exporter = addr_any4, .received_ms = d->received_ms };

	if (s->out->len == 0) {
		pcap_write_header(s->out);
		datagram_record(s->out, &note, s->options->port);
	}
	datagram_record(s->out, d, s->options->port);
}

void
held_save(const struct flow_decoder *decoder, const struct collect_options *options,
    const char *journal_id, struct buf *out)
{
	struct saving saving = { options, journal_id, out };

	if (flow_decoder_held(decoder, save_one, &saving) != FLOW_OK)
		out->failed = true;
}

bool
held_write(const struct collect_options *options, const struct buf *bytes)
{
	char *path = path_of(options);
	struct flow_error err;
	enum flow_status st;

	if (path == NULL)
		st = flow_fail_memory(&err);
	else if (bytes->len > 0)
		st = file_replace(path, bytes->data, bytes->len, &err);
	else
		st = unlink(path) == 0 || errno == ENOENT ? FLOW_OK : flow_fail_errno(&err, "%s", path);
	if (st != FLOW_OK)
		log_to(options->log, LOG_LEVEL_ERROR, "data that waits for templates is not kept: %s",
		    err.message);
	free(path);
	return st == FLOW_OK;
}

/* A session's end was its templates': data of it cannot be decoded any more. */
static bool
take(struct flow_decoder *decoder, const struct flow_datagram *d, uint64_t *lost)
{
	if (d->transport == FLOW_TCP)
		++*lost;
	else
		return flow_decoder_hold(decoder, d) == FLOW_OK;
	return true;
}

void
held_load(const struct collect_options *options, struct flow_decoder *decoder,
    char after[JOURNAL_ID_MAX])
{
	char *path = path_of(options);
	struct journal_scan *scan = NULL;
	struct flow_datagram d;
	struct flow_error err;
	uint64_t lost = 0;
	bool good = true;

	after[0] = '\0';
	if (path != NULL && access(path, F_OK) == 0) {
		if (journal_scan_open(path, &scan, &err) != FLOW_OK)
			log_to(options->log, LOG_LEVEL_ERROR, "%s", err.message);
		else if (journal_scan_next(scan, &d) && d.len < JOURNAL_ID_MAX)
			(void)snprintf(after, JOURNAL_ID_MAX, "%.*s", (int)d.len, (const char *)d.bytes);
	}
	while (scan != NULL && good && journal_scan_next(scan, &d))
		good = take(decoder, &d, &lost);
	if (scan != NULL && (!good || journal_scan_damage(scan)->places > 0))
		log_to(options->log, LOG_LEVEL_ERROR, "%s: damaged: some data that waits for templates is lost",
		    path);
	if (lost > 0)
		log_to(options->log, LOG_LEVEL_ERROR, "data sets of TCP sessions that ended before their "
		    "templates came: %" PRIu64, lost);
	journal_scan_close(scan);
	free(path);
}
