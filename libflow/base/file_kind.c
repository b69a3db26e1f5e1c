/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file_kind.h"

#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

#define CAPTURE "flowcap -f files the exports in it"
#define OLD "flowcat -r and flowstat -r read it"

/* Magic bytes, at an offset, and the kind of file that they mark. */
static const struct kind {
	const char *magic;
	uint8_t len;
	uint16_t offset;
	const char *tell;
} kinds[] = {
	{ "PAR1", 4, 0, "a Parquet file: flowcat -r and flowstat -r read those of flow-file(5)" },
	{ "\xd4\xc3\xb2\xa1", 4, 0, "a capture (pcap): " CAPTURE },
	{ "\xa1\xb2\xc3\xd4", 4, 0, "a capture (pcap): " CAPTURE },
	{ "\x4d\x3c\xb2\xa1", 4, 0, "a capture (pcap): " CAPTURE },
	{ "\xa1\xb2\x3c\x4d", 4, 0, "a capture (pcap): " CAPTURE },
	{ "\x0a\x0d\x0d\x0a", 4, 0, "a capture (pcapng): " CAPTURE },
	{ "\x0c\xa5", 2, 0, "a file of nfdump: " OLD },
	{ "\xa5\x0c", 2, 0, "a file of nfdump from a big-endian machine: nfreplay there sends its flows to flowcap" },
	{ "\xcf\x10", 2, 0, "a file of flow-tools: " OLD },
	{ "\xde\xad\xbe\xef", 4, 0, "a file of SiLK: rwsilk2ipfix makes IPFIX of it, which flowcap -f files" },
	{ "\x1f\x8b", 2, 0, "compressed with gzip: gunzip it first "
	    "(only captures and IPFIX, for flowcap -f, may stay so)" },
	{ "\x28\xb5\x2f\xfd", 4, 0, "compressed with Zstandard: unzstd it first" },
	{ "BZh", 3, 0, "compressed with bzip2: bunzip2 it first" },
	{ "\xfd" "7zXZ", 5, 0, "compressed with xz: unxz it first" },
	{ "\x04\x22\x4d\x18", 4, 0, "compressed with lz4: unlz4 it first" },
	{ "PK\x03\x04", 4, 0, "a ZIP archive: unzip it first" },
	{ "ustar", 5, 257, "a tar archive: unpack it first" },
	{ "ARROW1", 6, 0, "an Arrow file: make Parquet of it, with the columns of flow-file(5)" },
	{ "ORC", 3, 0, "an ORC file: make Parquet of it, with the columns of flow-file(5)" },
	{ "Obj\x01", 4, 0, "an Avro file: make Parquet of it, with the columns of flow-file(5)" },
	{ "SQLite format 3", 15, 0, "a database of SQLite: make Parquet of it, with the columns of flow-file(5)" },
	{ "DUCK", 4, 8, "a database of DuckDB: COPY its table to Parquet, with the columns of flow-file(5)" },
	{ "\x7f" "ELF", 4, 0, "a program" },
};

/* Whether the bytes are text. */
static int
is_text(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r' && p[i] != '\f') || p[i] == 0x7f)
			return 0;
	return len > 0;
}

const char *
file_kind_tell(const uint8_t *first, size_t len)
{
	if (len == 0)
		return "empty";
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct kind *k = &kinds[i];

		if (len >= k->offset + (size_t)k->len && memcmp(first + k->offset, k->magic, k->len) == 0)
			return k->tell;
	}
	/* RFC 7011: version 10, then the length of the message. */
	if (len >= 4 && load_be16(first) == 10 && load_be16(first + 2) >= 16)
		return "IPFIX messages (RFC 5655): flowcap -f files the flows in them";
	return is_text(first, len) ? "text, which is read by no command: only captures, IPFIX, and files of flows are" :
	    NULL;
}
