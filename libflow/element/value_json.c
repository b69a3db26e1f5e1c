/* SPDX-License-Identifier: BSD-2-Clause */
#include "element/value_json.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/decimal.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/utf8.h"
#include "net/addr.h"
#include "net/mac.h"

#define NTP_TO_UNIX_S INT64_C(2208988800)

#define TEXT_BYTES_MIN 4

void
octets_json(struct buf *out, const uint8_t *p, size_t len)
{
	if (!buf_reserve(out, 2 * len + 2))
		return;
	buf_append_u8(out, '"');
	hex_put(p, len, (char *)buf_end(out));
	out->len += 2 * len;
	buf_append_u8(out, '"');
}

static void
put_unsigned(struct buf *out, uint64_t v)
{
	if (buf_reserve(out, DECIMAL_ROOM))
		out->len += decimal_u64(v, (char *)buf_end(out));
}

static void
put_signed(struct buf *out, int64_t v)
{
	if (buf_reserve(out, DECIMAL_ROOM))
		out->len += decimal_i64(v, (char *)buf_end(out));
}

static int64_t
load_signed(const uint8_t *p, size_t len)
{
	unsigned unused = (unsigned)(64 - 8 * len);

	return (int64_t)(load_wide(p, len) << unused) >> unused;
}

static void
put_float(struct buf *out, const uint8_t *p, size_t len)
{
	uint64_t bits = load_wide(p, len);
	uint32_t bits32 = (uint32_t)bits;
	double d;
	float f;

	if (len == sizeof(f)) {
		memcpy(&f, &bits32, sizeof(f));
		d = (double)f;
	} else {
		memcpy(&d, &bits, sizeof(d));
	}
	if (isfinite(d))
		buf_printf(out, "%.*g", len == sizeof(f) ? 9 : 17, d);
	else
		octets_json(out, p, len);
}

static void
put_ntp(struct buf *out, const uint8_t *p, uint64_t units)
{
	int64_t s = (int64_t)load_be32(p) - NTP_TO_UNIX_S;
	uint64_t fraction = (uint64_t)load_be32(p + 4) * units >> 32;

	put_signed(out, s * (int64_t)units + (int64_t)fraction);
}

static void
put_text(struct buf *out, size_t (*format)(const uint8_t *, char *), const uint8_t *p)
{
	buf_append_u8(out, '"');
	if (buf_reserve(out, ADDR_TEXT_MAX))
		out->len += format(p, (char *)buf_end(out));
	buf_append_u8(out, '"');
}

static size_t
format_ipv4(const uint8_t *p, char *out)
{
	struct addr a = addr_from_v4(load_be32(p));

	return addr_format(&a, out);
}

static size_t
format_mac(const uint8_t *p, char *out)
{
	return mac_format(load_wide(p, 6), out);
}

/* Fixed-length strings are padded with zeros. */
static size_t
without_padding(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len;
}

static void
put_string(struct buf *out, const uint8_t *p, size_t len)
{
	json_append_string(out, (const char *)p, without_padding(p, len));
}

/* C0 and C1, but tab, line feed, carriage return. */
static bool
is_control(const uint8_t *p)
{
	return (p[0] < 0x20 && p[0] != '\t' && p[0] != '\n' && p[0] != '\r') || p[0] == 0x7f ||
	    (p[0] == 0xc2 && p[1] < 0xa0);
}

/* Whether it looks like octets_json's output: an even number of lower-case digits. */
static bool
looks_like_octets(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (hex_value((char)p[i]) > 15 || (p[i] >= 'A' && p[i] <= 'F'))
			return false;
	return len % 2 == 0;
}

bool
octets_are_text(const uint8_t *p, size_t len)
{
	size_t i, n;

	len = without_padding(p, len);
	if (len < TEXT_BYTES_MIN || looks_like_octets(p, len))
		return false;
	for (i = 0; i < len; i += n) {
		n = utf8_length(p + i, len - i);
		if (n == 0 || is_control(p + i))
			return false;
	}
	return true;
}

void
value_json(struct buf *out, enum element_type type, const uint8_t *p, size_t len)
{
	bool number = len >= 1 && len <= 8;

	switch (type) {
	case ELEMENT_U8: case ELEMENT_U16: case ELEMENT_U32: case ELEMENT_U64:
	case ELEMENT_SECONDS: case ELEMENT_MILLIS:
		if (number) {
			put_unsigned(out, load_wide(p, len));
			return;
		}
		break;
	case ELEMENT_S32:
		if (number) {
			put_signed(out, load_signed(p, len));
			return;
		}
		break;
	case ELEMENT_BOOL:
		if (len == 1 && (p[0] == 1 || p[0] == 2)) {
			buf_append_text(out, p[0] == 1 ? "true" : "false");
			return;
		}
		break;
	case ELEMENT_FLOAT:
		if (len == 4 || len == 8) {
			put_float(out, p, len);
			return;
		}
		break;
	case ELEMENT_MICROS: case ELEMENT_NANOS:
		if (len == 8) {
			put_ntp(out, p, type == ELEMENT_MICROS ? 1000000 : 1000000000);
			return;
		}
		break;
	case ELEMENT_IPV4: case ELEMENT_IPV6:
		if (len == 4 || len == 16) {
			put_text(out, len == 4 ? format_ipv4 : addr_format_v6, p);
			return;
		}
		break;
	case ELEMENT_MAC:
		if (len == 6) {
			put_text(out, format_mac, p);
			return;
		}
		break;
	case ELEMENT_STRING:
		put_string(out, p, len);
		return;
	case ELEMENT_UNKNOWN:
		if (octets_are_text(p, len)) {
			put_string(out, p, len);
			return;
		}
		break;
	case ELEMENT_OCTETS: case ELEMENT_BASIC_LIST: case ELEMENT_SUB_LIST: case ELEMENT_MULTI_LIST:
		break;
	}
	octets_json(out, p, len);
}
