/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages by hand (RFC 1035 4.1), whole, cut, and ones that want to be read for ever. */
#include "payload/dns.h"

#include <string.h>

#include "tap.h"

/* What is visited, one behind the other; it stops at `stop`. */
struct seen {
	char text[4000];
	const char *stop;
};

static bool
see(void *context, const char *text, size_t len)
{
	struct seen *s = context;
	size_t have = strlen(s->text);

	if (have + len + 2 > sizeof(s->text))
		return false;
	memcpy(s->text + have, text, len);
	memcpy(s->text + have + len, " ", 2);
	return s->stop != NULL && strlen(s->stop) == len && memcmp(s->stop, text, len) == 0;
}

static const char *
names(struct seen *s, const void *bytes, size_t len)
{
	*s = (struct seen){ .stop = NULL };
	ok(!dns_any_name(bytes, len, see, s));
	return s->text;
}

static const char *
addresses(struct seen *s, const void *bytes, size_t len)
{
	*s = (struct seen){ .stop = NULL };
	ok(!dns_any_address(bytes, len, see, s));
	return s->text;
}

#define QUESTION_HEAD "\x12\x34\x01\x00\0\1\0\0\0\0\0\0"
#define WWW "\3www\7example\3com\0"
#define QUERY QUESTION_HEAD WWW "\0\1\0\1"

/*
 * An answer with an alias of itself, an address of each family, one of a class that is none of the
 * Internet, an authority with an address, and an additional one.
 */
#define ANSWER "\x12\x34\x81\x80\0\1\0\4\0\1\0\1" WWW "\0\1\0\1" \
	"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\2\xc0\x10" \
	"\xc0\x10\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1" \
	"\xc0\x10\0\x1c\0\1\0\0\0\x3c\0\x10\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1" \
	"\xc0\x10\0\1\0\3\0\0\0\x3c\0\4\xc0\0\2\2" \
	"\xc0\x10\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\3" \
	"\2ns\xc0\x10\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\x35"

static void
whole(void)
{
	static const char two[] = "\0\1\x81\x80\0\2\0\0\0\0\0\0" WWW "\0\1\0\1\4m.il\3a b\xc0\x10\0\x0f\0\1";
	struct seen s;

	ok(dns_is_message((const uint8_t *)QUERY, sizeof(QUERY) - 1));
	is_str(names(&s, QUERY, sizeof(QUERY) - 1), "www.example.com. ");
	is_str(addresses(&s, QUERY, sizeof(QUERY) - 1), "");
	is_str(names(&s, ANSWER, sizeof(ANSWER) - 1), "www.example.com. ");
	is_str(addresses(&s, ANSWER, sizeof(ANSWER) - 1), "192.0.2.1 2001:db8::1 192.0.2.53 ");
	is_str(names(&s, two, sizeof(two) - 1), "www.example.com. m\\046il.a\\032b.example.com. ");
	/* The root. */
	is_str(names(&s, QUESTION_HEAD "\0\0\2\0\1", 17), ". ");
	s = (struct seen){ .stop = "2001:db8::1" };
	ok(dns_any_address((const uint8_t *)ANSWER, sizeof(ANSWER) - 1, see, &s));
	is_str(s.text, "192.0.2.1 2001:db8::1 ");
	s = (struct seen){ .stop = "www.example.com." };
	ok(dns_any_name((const uint8_t *)two, sizeof(two) - 1, see, &s));
}

static void
over_tcp(void)
{
	struct seen s;

	ok(dns_is_message((const uint8_t *)"\0\x21" QUERY, sizeof(QUERY) + 1));
	is_str(names(&s, "\0\x21" QUERY, sizeof(QUERY) + 1), "www.example.com. ");
	is_str(addresses(&s, "\0\xa0" ANSWER, sizeof(ANSWER) + 1),
	    "192.0.2.1 2001:db8::1 192.0.2.53 ");
}

/* Records up to the cut count, questions have to be there. */
static void
cut(void)
{
	size_t question = sizeof(QUERY) - 1;
	struct seen s;

	for (size_t len = 0; len < question; len++)
		ok(!dns_is_message((const uint8_t *)ANSWER, len));
	for (size_t len = question; len < sizeof(ANSWER) - 1; len++) {
		ok(dns_is_message((const uint8_t *)ANSWER, len));
		(void)addresses(&s, ANSWER, len);
		ok(strncmp("192.0.2.1 2001:db8::1 192.0.2.53 ", s.text, strlen(s.text)) == 0);
	}
	/* One byte is missing of the last record. */
	is_str(addresses(&s, ANSWER, sizeof(ANSWER) - 2), "192.0.2.1 2001:db8::1 ");
}

static void
no_messages(void)
{
	static const struct {
		const char *bytes;
		size_t len;
	} none[] = {
		{ "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n", 41 },
		{ "\x12\x34\x01\x00\0\0\0\0\0\0\0\0", 12 },			/* asks nothing */
		{ "\x12\x34\x01\x40\0\1\0\0\0\0\0\0" WWW "\0\1\0\1", 33 },	/* the bit that is zero */
		{ "\x12\x34\x79\x00\0\1\0\0\0\0\0\0" WWW "\0\1\0\1", 33 },	/* a kind that is none */
		{ QUESTION_HEAD "\xc0\x0c\0\1\0\1", 18 },			/* points to itself */
		{ QUESTION_HEAD "\1a\xc0\x0c\0\1\0\1", 20 },
		{ QUESTION_HEAD "\xc0\x20\0\1\0\1", 18 },			/* to what is behind */
		{ QUESTION_HEAD "\x40" "a\0\0\1\0\1", 18 },			/* a label of 64 */
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ok(!dns_is_message((const uint8_t *)none[i].bytes, none[i].len));
}

/* A name of 255 bytes, asked for twice, and of two more. */
static void
long_ones(void)
{
	uint8_t bytes[12 + 600] = QUESTION_HEAD;
	struct seen s;
	size_t at, i;

	bytes[5] = 2;
	at = 12;
	for (i = 0; i < 4; i++) {
		bytes[at] = i < 3 ? 63 : 61;
		memset(bytes + at + 1, 'x', bytes[at]);
		at += 1u + bytes[at];
	}
	at += 5;
	memcpy(bytes + at, "\xc0\x0c\0\1\0\1", 6);
	at += 6;
	ok(dns_is_message(bytes, at));
	ok(strlen(names(&s, bytes, at)) == 2 * (64 * 3 + 62 + 1));
	/* One label more, before what was the whole. */
	memmove(bytes + 12 + 2, bytes + 12, at - 12);
	memcpy(bytes + 12, "\1y", 2);
	bytes[5] = 1;
	ok(!dns_is_message(bytes, at + 2));
}

int
main(void)
{
	whole();
	over_tcp();
	cut();
	no_messages();
	long_ones();
	return tap_done();
}
