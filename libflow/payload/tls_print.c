/* SPDX-License-Identifier: BSD-2-Clause */
/* Fingerprints of hellos: the part of tls.h about JA3 and JA4. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/hex.h"
#include "base/md5.h"
#include "base/sha256.h"
#include "payload/tls.h"

/* Four lists of numbers of five digits, a sign before each, a version, and room to write one. */
#define TEXT_MAX (4 * 6 * TLS_LIST_MAX + 16 + DECIMAL_ROOM)

/* The text that is hashed, of bounded length, so that it needs no allocation. */
struct text {
	char p[TEXT_MAX];
	size_t len;
};

static void
add_decimal(struct text *t, uint16_t v)
{
	t->len += decimal_u64(v, t->p + t->len);
}

/* ",1-2-3" */
static void
add_list(struct text *t, const struct tls_list *list)
{
	size_t i;

	t->p[t->len++] = ',';
	for (i = 0; i < list->count; i++) {
		if (i > 0)
			t->p[t->len++] = '-';
		add_decimal(t, list->value[i]);
	}
}

/*
 * JA3 is the MD5 of version, ciphers, extensions, groups, formats of points; JA3S of version, cipher,
 * extensions: in decimal digits, as Salesforce published them.
 */
void
tls_ja3(const struct tls_hello *hello, char out[TLS_JA3_BYTES])
{
	uint8_t hash[MD5_BYTES];
	struct text text = { .len = 0 };

	add_decimal(&text, hello->version);
	add_list(&text, &hello->ciphers);
	add_list(&text, &hello->extensions);
	if (!hello->is_server) {
		add_list(&text, &hello->groups);
		add_list(&text, &hello->points);
	}
	md5(text.p, text.len, hash);
	hex_put(hash, sizeof(hash), out);
}

/* Extensions that JA4 counts, but does not hash: server_name and ALPN, which depend on the server. */
static bool
is_of_server(uint16_t extension)
{
	return extension == 0 || extension == 16;
}

/* Ascending; they are few. */
static void
sort(struct tls_list *list)
{
	size_t i, k;

	for (i = 1; i < list->count; i++) {
		uint16_t v = list->value[i];

		for (k = i; k > 0 && list->value[k - 1] > v; k--)
			list->value[k] = list->value[k - 1];
		list->value[k] = v;
	}
}

/* "0a0b,0c0d" */
static void
add_hexadecimal(struct text *t, const struct tls_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		uint8_t v[2] = { (uint8_t)(list->value[i] >> 8), (uint8_t)list->value[i] };

		if (i > 0)
			t->p[t->len++] = ',';
		hex_put(v, 2, t->p + t->len);
		t->len += 4;
	}
}

/* The first 12 digits of the SHA-256 of a text; zeros for an empty one. */
static void
put_hash(const struct text *text, bool is_none, char out[12])
{
	uint8_t hash[SHA256_BYTES] = { 0 };

	if (!is_none)
		sha256(text->p, text->len, hash);
	hex_put(hash, 6, out);
}

static void
put_ciphers(const struct tls_hello *h, char out[12])
{
	struct tls_list list = h->ciphers;
	struct text text = { .len = 0 };

	sort(&list);
	add_hexadecimal(&text, &list);
	put_hash(&text, list.count == 0, out);
}

static void
put_extensions(const struct tls_hello *h, char out[12])
{
	struct tls_list list = { .count = 0 };
	struct text text = { .len = 0 };
	size_t i;

	for (i = 0; i < h->extensions.count; i++)
		if (!is_of_server(h->extensions.value[i]))
			list.value[list.count++] = h->extensions.value[i];
	sort(&list);
	add_hexadecimal(&text, &list);
	if (h->signatures.count > 0) {
		text.p[text.len++] = '_';
		add_hexadecimal(&text, &h->signatures);
	}
	put_hash(&text, list.count == 0, out);
}

static bool
is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* First and last byte of the first protocol, or of its hexadecimal digits. */
static void
put_protocol(const struct flow_text *protocol, char out[2])
{
	char first = '0', last = '0';

	if (protocol->len > 0) {
		first = protocol->p[0];
		last = protocol->p[protocol->len - 1];
		if (!is_alphanumeric(first) || !is_alphanumeric(last)) {
			char digits[2];

			hex_put((const uint8_t *)&first, 1, digits);
			first = digits[0];
			hex_put((const uint8_t *)&last, 1, digits);
			last = digits[1];
		}
	}
	out[0] = first;
	out[1] = last;
}

static const char *
version_letters(uint16_t version)
{
	switch (version) {
	case 0x0300:
		return "s3";
	case 0x0301:
		return "10";
	case 0x0302:
		return "11";
	case 0x0303:
		return "12";
	case 0x0304:
		return "13";
	default:
		return "00";
	}
}

static bool
has_extension(const struct tls_hello *h, uint16_t extension)
{
	size_t i;

	for (i = 0; i < h->extensions.count; i++)
		if (h->extensions.value[i] == extension)
			return true;
	return false;
}

static unsigned
two_digits(size_t count)
{
	return count < 99 ? (unsigned)count : 99;
}

/* As FoxIO published it for clients: "t" for TCP, and what put_ functions tell. */
bool
tls_ja4(const struct tls_hello *hello, char out[TLS_JA4_BYTES])
{
	char begin[16];

	if (hello->is_server)
		return false;
	(void)snprintf(begin, sizeof(begin), "t%s%c%02u%02u", version_letters(hello->highest),
	    has_extension(hello, 0) ? 'd' : 'i', two_digits(hello->ciphers.count),
	    two_digits(hello->extensions.count));
	memcpy(out, begin, 8);
	put_protocol(&hello->protocol, out + 8);
	out[10] = out[23] = '_';
	put_ciphers(hello, out + 11);
	put_extensions(hello, out + 24);
	return true;
}
