/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A journal from anybody: its bytes are read as a file, and as one record.  Each byte of the file is of
 * its header, of a record that was handed out, or counted; and a record that was handed out is what would be
 * written for its datagram, but for what carries no check.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/pcap_write.h"
#include "collect/datagram_record.h"
#include "collect/journal_inner.h"
#include "collect/journal_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char path[1000];

static void
remove_file(void)
{
	(void)unlink(path);
}

/* One file for all runs, which is as long as the input. */
static void
write_file(const uint8_t *data, size_t len)
{
	const char *directory = getenv("TMPDIR");
	static int fd = -1;

	if (fd < 0) {
		(void)snprintf(path, sizeof(path), "%s/fuzz_journal.XXXXXX", directory != NULL ? directory : "/tmp");
		fd = mkstemp(path);
		(void)atexit(remove_file);
	}
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, len, 0) != (ssize_t)len)
		abort();
}

/* What was read is read again from what is written for it. */
static void
write_again(const struct flow_datagram *d)
{
	struct flow_datagram again;
	struct buf record = BUF_INIT;
	size_t size;

	datagram_record(&record, d, 9995);
	if (record.failed)
		return;
	if (record.len != datagram_record_bytes(d) ||
	    datagram_record_get(record.data, record.len, true, &again, &size) != FLOW_OK ||
	    size != record.len || again.len != d->len || memcmp(again.bytes, d->bytes, d->len) != 0 ||
	    again.received_ms != d->received_ms || again.port != d->port || again.transport != d->transport ||
	    !addr_equal(&again.exporter, &d->exporter))
		abort();
	buf_release(&record);
}

static void
read_file(const uint8_t *data, size_t len)
{
	static const uint8_t magic[4] = { 0xd4, 0xc3, 0xb2, 0xa1 };
	const struct journal_damage *damage;
	struct journal_scan *scan;
	struct flow_datagram d;
	uint64_t told = 0;

	write_file(data, len);
	if (journal_scan_open(path, &scan, NULL) != FLOW_OK)
		return;
	while (journal_scan_next(scan, &d)) {
		told += datagram_record_bytes(&d);
		write_again(&d);
	}
	damage = journal_scan_damage(scan);
	told += damage->bytes + damage->cut + damage->unwritten;
	if (len >= PCAP_FILE_HEADER && memcmp(data, magic, sizeof(magic)) == 0)
		told += PCAP_FILE_HEADER;
	if (told != len || (damage->places > 0) != (damage->bytes > 0))
		abort();
	journal_scan_close(scan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_datagram d;
	uint64_t records = 0;
	size_t size;

	if (datagram_record_get(data, len, false, &d, &size) == FLOW_OK &&
	    (size > len || d.bytes < data || d.bytes + d.len > data + size))
		abort();
	if (journal_whole_records(data, len, &records) > len)
		abort();
	read_file(data, len);
	return 0;
}
