/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/event_kind.h"

#include <string.h>

#include "base/attr.h"
#include "net/proto.h"

#define PER_SECOND(n) (INT64_C(1000000000) / (n))
#define EVERY_SECONDS(n) (INT64_C(1000000000) * (n))

#define TCP_WHOLE .flags = TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN, .back_flags = TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN

static const struct event_kind kinds[] = {
#define EVENT(kind_name, kind_help, ...) { .name = kind_name, .help = kind_help, __VA_ARGS__ },
#include "synth/event.def"
#undef EVENT
};

/* The words and ports of nflow-generator's option -s. */
static const struct event_service services[] = {
	{ "ssh", PROTO_TCP, 22 },
	{ "ftp", PROTO_TCP, 21 },
	{ "http", PROTO_TCP, 80 },
	{ "https", PROTO_TCP, 443 },
	{ "ntp", PROTO_UDP, 123 },
	{ "snmp", PROTO_UDP, 161 },
	{ "imaps", PROTO_TCP, 993 },
	{ "mysql", PROTO_TCP, 3306 },
	{ "https-alt", PROTO_TCP, 8080 },
	{ "p2p", PROTO_TCP, 6681 },
	{ "bittorrent", PROTO_TCP, 6682 },
};

const struct event_kind *
event_kind(size_t i)
{
	return i < ARRAY_LEN(kinds) ? &kinds[i] : NULL;
}

const struct event_kind *
event_kind_named(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, name, len) == 0)
			return &kinds[i];
	return NULL;
}

const struct event_service *
event_service(size_t i)
{
	return i < ARRAY_LEN(services) ? &services[i] : NULL;
}

const struct event_service *
event_service_named(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(services); i++)
		if (strlen(services[i].name) == len && memcmp(services[i].name, name, len) == 0)
			return &services[i];
	return NULL;
}
