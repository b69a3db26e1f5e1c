/* SPDX-License-Identifier: BSD-2-Clause */
#include "payload/tls.h"

#include "base/cursor.h"

/* RFC 8446 4, 5.1. */
#define RECORD_HANDSHAKE 22
#define CLIENT_HELLO 1
#define SERVER_HELLO 2
#define RANDOM_BYTES 32

/* Extensions, by IANA's numbers. */
enum extension {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_GROUPS = 10,
	EXTENSION_POINTS = 11,
	EXTENSION_SIGNATURES = 13,
	EXTENSION_ALPN = 16,
	EXTENSION_VERSIONS = 43,
};

#define HOST_NAME 0

/* RFC 8701 2: 0x0a0a, 0x1a1a, ... */
static bool
is_grease(uint16_t v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

static void
add(struct tls_list *list, uint16_t v, struct cursor *in)
{
	if (is_grease(v) || in->failed)
		return;
	if (list->count == TLS_LIST_MAX)
		in->failed = true;
	else
		list->value[list->count++] = v;
}

/* A list of 16-bit numbers, up to the end. */
static void
add_all(struct tls_list *list, struct cursor in, struct cursor *parent)
{
	while (cursor_left(&in) >= 2)
		add(list, cursor_be16(&in), parent);
	parent->failed |= in.failed;
}

static void
read_points(struct tls_hello *h, struct cursor in)
{
	struct cursor list = cursor_sub(&in, cursor_u8(&in));

	while (cursor_left(&list) > 0)
		add(&h->points, cursor_u8(&list), &in);
}

static void
take_text(struct cursor *in, uint16_t len, struct flow_text *out)
{
	const uint8_t *p = cursor_bytes(in, len);

	if (p != NULL)
		*out = (struct flow_text){ (const char *)p, len };
}

/* The first name, if it is a host's. */
static void
read_name(struct tls_hello *h, struct cursor in)
{
	struct cursor list = cursor_sub(&in, cursor_be16(&in));

	if (cursor_u8(&list) == HOST_NAME)
		take_text(&list, cursor_be16(&list), &h->name);
}

/* The first protocol. */
static void
read_protocol(struct tls_hello *h, struct cursor in)
{
	struct cursor list = cursor_sub(&in, cursor_be16(&in));

	take_text(&list, cursor_u8(&list), &h->protocol);
}

/* RFC 8446 4.2.1: a client's list, a server's choice. */
static void
read_versions(struct tls_hello *h, struct cursor in)
{
	struct cursor list = h->is_server ? in : cursor_sub(&in, cursor_u8(&in));

	while (cursor_left(&list) >= 2) {
		uint16_t v = cursor_be16(&list);

		if (!is_grease(v) && v > h->highest)
			h->highest = v;
	}
}

/* Reads an extension; its length has been checked, its content not. */
static void
read_extension(struct tls_hello *h, uint16_t type, struct cursor in, struct cursor *parent)
{
	switch (type) {
	case EXTENSION_SERVER_NAME:
		read_name(h, in);
		break;
	case EXTENSION_GROUPS:
		add_all(&h->groups, cursor_sub(&in, cursor_be16(&in)), parent);
		break;
	case EXTENSION_POINTS:
		read_points(h, in);
		break;
	case EXTENSION_SIGNATURES:
		add_all(&h->signatures, cursor_sub(&in, cursor_be16(&in)), parent);
		break;
	case EXTENSION_ALPN:
		read_protocol(h, in);
		break;
	case EXTENSION_VERSIONS:
		read_versions(h, in);
		break;
	default:
		break;
	}
}

/* Hellos before TLS 1.2 may have none. */
static void
read_extensions(struct tls_hello *h, struct cursor *in)
{
	struct cursor list;

	if (cursor_left(in) == 0)
		return;
	list = cursor_sub(in, cursor_be16(in));
	while (cursor_left(&list) > 0) {
		uint16_t type = cursor_be16(&list);
		struct cursor one = cursor_sub(&list, cursor_be16(&list));

		add(&h->extensions, type, in);
		if (!cursor_failed(&one))
			read_extension(h, type, one, in);
	}
	in->failed |= list.failed;
}

static bool
read_hello(struct tls_hello *h, struct cursor in)
{
	h->version = h->highest = cursor_be16(&in);
	cursor_skip(&in, RANDOM_BYTES);
	cursor_skip(&in, cursor_u8(&in));		/* session */
	if (h->is_server) {
		add(&h->ciphers, cursor_be16(&in), &in);
		cursor_skip(&in, 1);			/* compression */
	} else {
		add_all(&h->ciphers, cursor_sub(&in, cursor_be16(&in)), &in);
		cursor_skip(&in, cursor_u8(&in));
	}
	read_extensions(h, &in);
	return !cursor_failed(&in) && h->version >> 8 == 3 && h->version <= 0x0304;
}

bool
tls_hello_read(struct tls_hello *hello, const uint8_t *bytes, size_t len)
{
	struct cursor in = cursor_make(bytes, len), record, message;
	uint8_t type = cursor_u8(&in);
	uint16_t version = cursor_be16(&in);
	size_t size;

	if (type != RECORD_HANDSHAKE || version >> 8 != 3)
		return false;
	record = cursor_sub(&in, cursor_be16(&in));
	type = cursor_u8(&record);
	size = (size_t)cursor_u8(&record) << 16;
	size |= cursor_be16(&record);
	message = cursor_sub(&record, size);
	if (cursor_failed(&message) || (type != CLIENT_HELLO && type != SERVER_HELLO))
		return false;
	hello->is_server = type == SERVER_HELLO;
	hello->ciphers.count = hello->extensions.count = hello->groups.count = 0;
	hello->points.count = hello->signatures.count = 0;
	hello->name = hello->protocol = (struct flow_text){ "", 0 };
	return read_hello(hello, message);
}

const char *
tls_version_text(uint16_t version)
{
	switch (version) {
	case 0x0300:
		return "3.0";
	case 0x0301:
		return "1.0";
	case 0x0302:
		return "1.1";
	case 0x0303:
		return "1.2";
	case 0x0304:
		return "1.3";
	default:
		return "";
	}
}
