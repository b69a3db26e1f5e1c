/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/net_line.h"

#include "base/attr.h"
#include "base/number.h"

#define BETWEEN " \t\r\n\v\f,;\"'{}[]|()"

struct field {
	const char *p;
	size_t len;
};

static bool
is_between(char c)
{
	return memchr(BETWEEN, c, sizeof(BETWEEN) - 1) != NULL;
}

/* The next field between *at and end; of length 0 where there is none. */
static struct field
next_field(const char **at, const char *end)
{
	struct field f = { *at, 0 };

	while (f.p < end && is_between(*f.p))
		f.p++;
	while (f.p + f.len < end && !is_between(f.p[f.len]))
		f.len++;
	*at = f.p + f.len;
	return f;
}

static bool
is_single(const struct addr_range *r)
{
	return addr_equal(&r->lo, &r->hi);
}

/* 192.0.2.7:443: an address of IPv4 with a port. */
static bool
parse_with_port(const struct field *f, struct addr_range *out)
{
	const char *colon = memchr(f->p, ':', f->len);
	size_t len = colon != NULL ? (size_t)(colon - f->p) : 0;
	uint64_t port;

	if (len == 0 || !addr_parse(f->p, len, &out->lo) || !addr_is_v4(&out->lo) ||
	    number_parse(colon + 1, f->len - len - 1, NUMBER_DECIMAL, 65535, &port) != FLOW_OK)
		return false;
	out->hi = out->lo;
	return true;
}

/* Whether a..b is net/bits, as the field behind it says. */
static bool
is_prefix(const struct addr_range *span, const struct field *f)
{
	struct addr_range whole;
	uint64_t bits;

	if (f->len == 0 ||
	    number_parse(f->p, f->len, NUMBER_DECIMAL, addr_is_v4(&span->lo) ? 32 : 128, &bits) != FLOW_OK)
		return false;
	whole = addr_range_prefix(&span->lo, (unsigned)bits);
	return addr_equal(&whole.lo, &span->lo) && addr_equal(&whole.hi, &span->hi);
}

/* The network of an address and a mask behind it, of which the host's bits are clear. */
static bool
apply_mask(struct addr_range *r, const struct addr *mask)
{
	unsigned bits;

	if (!addr_is_v4(&r->lo) || !addr_is_v4(mask) || !addr_mask_bits(addr_v4(mask), &bits) || bits == 0 ||
	    (addr_v4(&r->lo) & ~addr_v4(mask)) != 0)
		return false;
	*r = addr_range_prefix(&r->lo, bits);
	return true;
}

static bool
has_letter(const struct field *f)
{
	for (size_t i = 0; i < f->len; i++)
		if ((f->p[i] | 0x20) >= 'a' && (f->p[i] | 0x20) <= 'z')
			return true;
	return false;
}

/* 0.0.0.0, 127.0.0.1, :: and ::1: hosts files map names there to block them. */
static bool
is_sink(const struct addr *a)
{
	if (addr_is_v4(a))
		return addr_v4(a) == 0 || addr_v4(a) == UINT32_C(0x7f000001);
	return addr_hi(a) == 0 && addr_lo(a) <= 1;
}

/* Makes a network or range of a single address and the fields after it. */
static enum net_line
complete(const char *at, const char *end, struct addr_range *r)
{
	struct field f = next_field(&at, end);
	bool dash = f.len == 1 && f.p[0] == '-';
	struct addr_range second;

	if (dash)
		f = next_field(&at, end);
	if (is_sink(&r->lo) && !dash && has_letter(&f) && memchr(f.p, ':', f.len) == NULL)
		return NET_LINE_HOSTS;
	if (addr_range_parse(f.p, f.len, &second) != ADDR_RANGE_GOOD || !is_single(&second))
		return dash ? NET_LINE_ORDER : NET_LINE_RANGE;
	if (!dash && apply_mask(r, &second.lo))
		return NET_LINE_RANGE;
	second.lo = r->lo;
	if (addr_is_v4(&r->lo) != addr_is_v4(&second.hi) || addr_compare(&r->lo, &second.hi) > 0)
		return dash ? NET_LINE_ORDER : NET_LINE_RANGE;
	f = next_field(&at, end);
	if (dash || is_prefix(&second, &f))
		*r = second;
	return NET_LINE_RANGE;
}

/* "NAME:FIRST-LAST", whose name may hold anything. */
static enum net_line
parse_named(const char *text, const char *end, struct addr_range *out)
{
	const char *at = end;
	struct field f;

	while (at > text && at[-1] != ':')
		at--;
	if (at == text)
		return NET_LINE_NONE;
	f = next_field(&at, end);
	switch (addr_range_parse(f.p, f.len, out)) {
	case ADDR_RANGE_GOOD:
		return NET_LINE_RANGE;
	case ADDR_RANGE_ORDER:
		return NET_LINE_ORDER;
	default:
		return NET_LINE_NONE;
	}
}

/* The last line of Spamhaus' JSON lists: {"type":"metadata","timestamp":1,...} */
static bool
is_metadata(const char *text, const char *end)
{
	const char *at = text;
	struct field f = next_field(&at, end);

	if (f.len != 4 || memcmp(f.p, "type", 4) != 0 || next_field(&at, end).len != 1)
		return false;
	f = next_field(&at, end);
	return f.len == 8 && memcmp(f.p, "metadata", 8) == 0;
}

enum net_line
net_line_parse(const char *text, size_t len, struct addr_range *out)
{
	const char *end = memchr(text, '#', len), *at = text;
	struct field f;

	if (end == NULL)
		end = text + len;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at < end && (*at == ';' || (end - at > 1 && at[0] == '/' && at[1] == '/')))
		return NET_LINE_EMPTY;
	for (bool any = false;; any = true) {
		f = next_field(&at, end);
		if (f.len == 0)
			return any && !is_metadata(text, end) ? parse_named(text, end, out) : NET_LINE_EMPTY;
		switch (addr_range_parse(f.p, f.len, out)) {
		case ADDR_RANGE_GOOD:
			return is_single(out) && memchr(f.p, '/', f.len) == NULL ? complete(at, end, out) :
			    NET_LINE_RANGE;
		case ADDR_RANGE_BITS:
			return NET_LINE_BITS;
		case ADDR_RANGE_ORDER:
			return NET_LINE_ORDER;
		case ADDR_RANGE_NET:
		case ADDR_RANGE_NONE:
			break;
		}
		if (parse_with_port(&f, out))
			return NET_LINE_RANGE;
	}
}

const char *
net_line_fault(enum net_line line)
{
	switch (line) {
	case NET_LINE_NONE:
		return "there is no address, network or range in it";
	case NET_LINE_BITS:
		return "the length of the prefix is none (0 to 32, for IPv6 to 128)";
	case NET_LINE_ORDER:
		return "the range ends before it begins, or in another family";
	case NET_LINE_HOSTS:
		return "it names a host; lists hold addresses and networks";
	case NET_LINE_RANGE:
	case NET_LINE_EMPTY:
		break;
	}
	return NULL;
}
