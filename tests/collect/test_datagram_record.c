/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/datagram_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tap.h"

static struct flow_datagram
datagram(const char *exporter, enum flow_transport transport, const uint8_t *bytes, size_t len)
{
	struct flow_datagram d = { .bytes = bytes, .len = len, .port = 2055,
		.transport = transport, .received_ms = INT64_C(1700000000123) };

	ok(addr_parse(exporter, strlen(exporter), &d.exporter));
	return d;
}

static void
same(const struct flow_datagram *got, const struct flow_datagram *want)
{
	is_mem(got->exporter.b, 16, want->exporter.b, 16);
	is_uint(got->port, want->port);
	is_int(got->transport, want->transport);
	is_int(got->received_ms, want->received_ms);
	is_mem(got->bytes, got->len, want->bytes, want->len);
}

/* The greatest lengths of fields of 16 bits, and one more: UDP's by RFC 768 and 8200, IPFIX's by RFC 7011. */
static void
test_there_and_back(const uint8_t *bytes)
{
	static const struct {
		const char *exporter;
		enum flow_transport transport;
		size_t len, headers;
	} cases[] = {
		{ "192.0.2.1", FLOW_UDP, 0, 20 + 8 },
		{ "192.0.2.1", FLOW_UDP, 1, 20 + 8 },
		{ "192.0.2.1", FLOW_UDP, 65507, 20 + 8 },
		{ "2001:db8::1", FLOW_UDP, 65507, 40 + 8 },
		{ "2001:db8::1", FLOW_UDP, 65527, 40 + 8 },
		{ "192.0.2.1", FLOW_TCP, 16, 20 + 20 },
		{ "192.0.2.1", FLOW_TCP, 65495, 20 + 20 },
		{ "192.0.2.1", FLOW_TCP, 65496, 20 + 20 },
		{ "192.0.2.1", FLOW_TCP, 65535, 20 + 20 },
		{ "2001:db8::1", FLOW_TCP, 65515, 40 + 20 },
		{ "2001:db8::1", FLOW_TCP, 65516, 40 + 8 + 20 },
		{ "2001:db8::1", FLOW_TCP, 65535, 40 + 8 + 20 },
		{ "2001:db8::1", FLOW_TCP, 0, 40 + 20 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow_datagram d = datagram(cases[i].exporter, cases[i].transport, bytes,
			cases[i].len), got;
		size_t bytes_of = datagram_record_bytes(&d), size = 0;
		uint8_t *record = malloc(bytes_of);

		is_uint(bytes_of, 16 + 14 + cases[i].headers + cases[i].len);
		datagram_record_put(record, &d, 9995, 7);
		is_uint(datagram_record_size(record), bytes_of);
		is_int(datagram_record_get(record, bytes_of, true, &got, &size), FLOW_OK);
		is_uint(size, bytes_of);
		same(&got, &d);
		is_int(datagram_record_get(record, bytes_of - 1, true, &got, &size), FLOW_ETRUNCATED);
		free(record);
	}
}

/* One bit anywhere is found by a length, an address in use or a checksum, which ports and time lack with IPv4. */
static void
test_each_bit(const uint8_t *bytes)
{
	struct flow_datagram d = datagram("192.0.2.1", FLOW_UDP, bytes, 40), got;
	uint8_t record[16 + 14 + 20 + 8 + 40];
	size_t i, size, missed = 0;

	datagram_record_put(record, &d, 9995, 0);
	for (i = 8 * 8; i < 8 * sizeof(record); i++) {
		size_t at = i / 8;

		record[at] ^= (uint8_t)(1 << i % 8);
		/* Ethernet's addresses are not looked at. */
		if (datagram_record_get(record, sizeof(record), true, &got, &size) == FLOW_OK &&
		    !(at >= 16 && at < 28))
			missed++;
		record[at] ^= (uint8_t)(1 << i % 8);
	}
	is_uint(missed, 0);
}

static void
test_without_check(const uint8_t *bytes)
{
	struct flow_datagram d = datagram("192.0.2.1", FLOW_UDP, bytes, 40), got;
	uint8_t record[16 + 14 + 20 + 8 + 40];
	size_t size;

	datagram_record_put(record, &d, 9995, 0);
	record[sizeof(record) - 1] ^= 1;
	is_int(datagram_record_get(record, sizeof(record), true, &got, &size), FLOW_ECORRUPT);
	is_int(datagram_record_get(record, sizeof(record), false, &got, &size), FLOW_OK);
}

int
main(void)
{
	uint8_t *bytes = malloc(65536);
	size_t i;

	for (i = 0; i < 65536; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	test_there_and_back(bytes);
	test_each_bit(bytes);
	test_without_check(bytes);
	free(bytes);
	return tap_done();
}
