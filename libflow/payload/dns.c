/* SPDX-License-Identifier: BSD-2-Clause */
#include "payload/dns.h"

#include <stdio.h>

#include "base/cursor.h"
#include "net/addr.h"

#define HEADER_BYTES 12
#define TCP_LENGTH_BYTES 2

/* RFC 1035 2.3.4: longest name in a message, with the root; as text a byte may take four, and a dot. */
#define NAME_BYTES 255
#define NAME_TEXT (4 * NAME_BYTES + 2)

/* Most labels of a name. */
#define HOPS_MAX (NAME_BYTES / 2)

/* RFC 1035 3.2, RFC 3596. */
#define TYPE_A 1
#define TYPE_AAAA 28
#define CLASS_IN 1

/* A name of the message, as text. */
struct name {
	char text[NAME_TEXT];
	size_t len, bytes;
};

struct message {
	struct cursor in;		/* the whole, from its header on */
	unsigned questions, answers, authorities, additional;
};

/* Flags that no message has (4.1.1): kinds of query that are not in use, and the bit that is zero. */
static bool
is_odd(uint16_t flags)
{
	unsigned kind = flags >> 11 & 15;

	return kind == 3 || kind > 6 || (flags & 0x40) != 0;
}

static bool
open_header(struct message *m, const uint8_t *bytes, size_t len)
{
	uint16_t flags;

	m->in = cursor_make(bytes, len);
	(void)cursor_be16(&m->in);
	flags = cursor_be16(&m->in);
	m->questions = cursor_be16(&m->in);
	m->answers = cursor_be16(&m->in);
	m->authorities = cursor_be16(&m->in);
	m->additional = cursor_be16(&m->in);
	return !cursor_failed(&m->in) && m->questions > 0 && !is_odd(flags);
}

static void
add_byte(struct name *n, uint8_t c)
{
	if (c > ' ' && c < 0x7f && c != '.' && c != '\\')
		n->text[n->len++] = (char)c;
	else
		n->len += (size_t)snprintf(n->text + n->len, 5, "\\%03u", c);
}

/* The labels from `at` on, which may continue at an earlier place (compression, 4.1.4). */
static bool
add_labels(struct name *n, const struct cursor *message, size_t at)
{
	size_t all = (size_t)(message->end - message->begin), hops = 0;
	struct cursor in = cursor_make(message->begin + at, all - at);
	uint8_t len;

	while ((len = cursor_u8(&in)) != 0) {
		if (len >= 0xc0) {
			size_t to = (size_t)(len & 0x3f) << 8 | cursor_u8(&in);

			if (cursor_failed(&in) || to >= at || ++hops > HOPS_MAX)
				return false;
			at = to;
			in = cursor_make(message->begin + at, all - at);
			continue;
		}
		n->bytes += len + 1u;
		if (len > 63 || n->bytes >= NAME_BYTES || cursor_left(&in) < len)
			return false;
		for (; len > 0; len--)
			add_byte(n, cursor_u8(&in));
		n->text[n->len++] = '.';
	}
	return !cursor_failed(&in);
}

/* Steps over a name. */
static void
skip_name(struct cursor *in)
{
	uint8_t len;

	while ((len = cursor_u8(in)) != 0 && len < 0xc0)
		cursor_skip(in, len);
	if (len >= 0xc0)
		cursor_skip(in, 1);
}

static bool
take_name(struct message *m, struct name *n)
{
	size_t at = cursor_offset(&m->in);

	n->len = n->bytes = 0;
	skip_name(&m->in);
	if (cursor_failed(&m->in) || !add_labels(n, &m->in, at))
		return false;
	if (n->len == 0)
		n->text[n->len++] = '.';	/* the root */
	return true;
}

/* Reads a question's name, and skips its type and class. */
static bool
take_question(struct message *m, struct name *n)
{
	if (!take_name(m, n))
		return false;
	cursor_skip(&m->in, 4);
	return !cursor_failed(&m->in);
}

/* Skips to the answers; false if not all questions are there. */
static bool
open_message(struct message *m, const uint8_t *bytes, size_t len)
{
	struct name name;
	unsigned i;

	if (!open_header(m, bytes, len))
		return false;
	for (i = 0; i < m->questions; i++)
		if (!take_question(m, &name))
			return false;
	return true;
}

/* The same, without or with a length before the message. */
static bool
find_message(struct message *m, const uint8_t *bytes, size_t len)
{
	return open_message(m, bytes, len) || (len > TCP_LENGTH_BYTES &&
	    open_message(m, bytes + TCP_LENGTH_BYTES, len - TCP_LENGTH_BYTES));
}

bool
dns_is_message(const uint8_t *bytes, size_t len)
{
	struct message m;

	return find_message(&m, bytes, len);
}

bool
dns_any_name(const uint8_t *bytes, size_t len, payload_visit *visit, void *context)
{
	struct message m;
	struct name name;
	unsigned i;

	if (!find_message(&m, bytes, len))
		return false;
	m.in.pos = m.in.begin + HEADER_BYTES;
	for (i = 0; i < m.questions && take_question(&m, &name); i++)
		if (visit(context, name.text, name.len))
			return true;
	return false;
}

/* The address of a record; 0 if it has none. */
static size_t
format_record(unsigned type, const uint8_t *data, size_t len, char text[ADDR_TEXT_MAX])
{
	struct addr a;

	if (type == TYPE_A && len == 4)
		a = addr_from_v4(load_be32(data));
	else if (type == TYPE_AAAA && len == 16)
		a = addr_from_header6(data);
	else
		return 0;
	return addr_format(&a, text);
}

bool
dns_any_address(const uint8_t *bytes, size_t len, payload_visit *visit, void *context)
{
	struct message m;
	unsigned i;

	if (!find_message(&m, bytes, len))
		return false;
	for (i = 0; i < m.answers + m.authorities + m.additional; i++) {
		char text[ADDR_TEXT_MAX];
		const uint8_t *data;
		unsigned type, class;
		size_t size;

		skip_name(&m.in);
		type = cursor_be16(&m.in);
		class = cursor_be16(&m.in);
		(void)cursor_be32(&m.in);	/* time to live */
		size = cursor_be16(&m.in);
		data = cursor_bytes(&m.in, size);
		if (data == NULL)
			return false;
		if (class != CLASS_IN || (i >= m.answers && i < m.answers + m.authorities))
			continue;
		size = format_record(type, data, size, text);
		if (size > 0 && visit(context, text, size))
			return true;
	}
	return false;
}
