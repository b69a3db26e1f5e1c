/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number.h"
#include "filter/parse.h"

/* a, a.b or a.b.c as the beginning of an IPv4 address; its octets, 0 if it is none. */
static unsigned
short_v4(const char *text, size_t len, struct addr *out)
{
	uint32_t v = 0;
	unsigned octets = 0;
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		uint64_t part;

		if (i < len && text[i] != '.')
			continue;
		if (octets == 3 || i - from > 3 ||
		    number_parse(text + from, i - from, NUMBER_DECIMAL, 255, &part) != FLOW_OK)
			return 0;
		v |= (uint32_t)part << (24 - 8 * octets++);
		from = i + 1;
	}
	*out = addr_from_v4(v);
	return octets;
}

bool
value_mask(const struct token *t, bool v4, unsigned *bits)
{
	struct addr mask;
	uint64_t n;

	*bits = VALUE_MASK_INVALID;
	if (t->len > 0 && t->p[0] == '/') {
		if (number_parse(t->p + 1, t->len - 1, NUMBER_DECIMAL, v4 ? 32 : 128, &n) ==
		    FLOW_OK)
			*bits = (unsigned)n;
		return true;
	}
	if (!addr_parse(t->p, t->len, &mask))
		return false;
	if (v4 && addr_is_v4(&mask) && !addr_mask_bits(addr_v4(&mask), bits))
		*bits = VALUE_MASK_INVALID;
	return true;
}

/* 10/8, of which the address is short; slash is where the '/' is. */
static enum flow_status
add_short(struct parser *p, const struct source *source, const struct token *t, const char *slash,
    struct addr_list *list)
{
	size_t net_len = (size_t)(slash - t->p);
	char word[LEX_QUOTE_ROOM];
	struct addr net;
	uint64_t bits;

	if (short_v4(t->p, net_len, &net) == 0)
		return lex_fail(source, t->p, FLOW_EINVAL, p->err, "'%s' is no network", lex_quote(t, word));
	if (number_parse(slash + 1, t->len - net_len - 1, NUMBER_DECIMAL, 32, &bits) != FLOW_OK)
		return lex_fail(source, slash + 1, FLOW_EINVAL, p->err, "expected a prefix length of 0 to 32");
	return addr_list_add(list, addr_range_prefix(&net, (unsigned)bits)) ? FLOW_OK :
	    parse_fail_memory(p);
}

/* Whether it may be a host's name, and not a misspelt address. */
static bool
is_host_name(const struct token *t)
{
	bool letters = false;

	if (t->len > 253)
		return false;
	for (size_t i = 0; i < t->len; i++) {
		char c = t->p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			letters = true;
		else if (!(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_')
			return false;
	}
	return letters;
}

bool
value_is_addr(const struct token *t)
{
	bool digit = t->len > 0 && t->p[0] >= '0' && t->p[0] <= '9';
	bool colon = memchr(t->p, ':', t->len) != NULL;

	if (t->kind != TOKEN_WORD)
		return false;
	for (size_t i = 0; i < t->len; i++)
		if (t->p[i] == '\0' || strchr("0123456789abcdefABCDEF.:/-", t->p[i]) == NULL)
			return false;
	return colon || (digit && (memchr(t->p, '.', t->len) != NULL || memchr(t->p, '/', t->len) != NULL));
}

static bool
add_resolved(struct addr_list *list, const struct addrinfo *found)
{
	for (; found != NULL; found = found->ai_next) {
		struct addr a;

		if (found->ai_family == AF_INET) {
			const struct sockaddr_in *sin = (const void *)found->ai_addr;

			a = addr_from_v4(ntohl(sin->sin_addr.s_addr));
		} else if (found->ai_family == AF_INET6) {
			const struct sockaddr_in6 *sin6 = (const void *)found->ai_addr;

			a = addr_from_v6(sin6->sin6_addr.s6_addr);
		} else {
			continue;
		}
		if (!addr_list_add(list, (struct addr_range){ a, a }))
			return false;
	}
	return true;
}

static enum flow_status
add_host_name(struct parser *p, const struct source *source, const struct token *t,
    struct addr_list *list)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *found;
	char name[256], word[LEX_QUOTE_ROOM];
	bool ok;
	int code;

	if (p->options.no_resolve)
		return lex_fail(source, t->p, FLOW_EINVAL, p->err,
		    "'%s' is no address, and names of hosts are not resolved here",
		    lex_quote(t, word));
	if (p->resolved++ == PARSE_MAX_NAMES)
		return lex_fail(source, t->p, FLOW_ELIMIT, p->err, "more than %d names of hosts",
		    PARSE_MAX_NAMES);
	memcpy(name, t->p, t->len);
	name[t->len] = '\0';
	if ((code = getaddrinfo(name, NULL, &hints, &found)) != 0)
		return lex_fail(source, t->p, FLOW_EINVAL, p->err, "cannot resolve '%s': %s",
		    lex_quote(t, word), gai_strerror(code));
	ok = add_resolved(list, found);
	freeaddrinfo(found);
	return ok ? FLOW_OK : parse_fail_memory(p);
}

enum flow_status
value_addr_item(struct parser *p, const struct source *source, const struct token *t,
    const char *phrase, struct addr_list *list)
{
	const char *slash = memchr(t->p, '/', t->len);
	char word[LEX_QUOTE_ROOM];
	struct addr_range r;

	switch (addr_range_parse(t->p, t->len, &r)) {
	case ADDR_RANGE_GOOD:
		return addr_list_add(list, r) ? FLOW_OK : parse_fail_memory(p);
	case ADDR_RANGE_NET:
		return add_short(p, source, t, slash, list);
	case ADDR_RANGE_BITS:
		return lex_fail(source, slash + 1, FLOW_EINVAL, p->err, "expected a prefix length of 0 to %u",
		    addr_is_v4(&r.lo) ? 32 : 128);
	case ADDR_RANGE_ORDER:
		return lex_fail(source, t->p, FLOW_EINVAL, p->err,
		    "the range ends before it begins, or in another family");
	case ADDR_RANGE_NONE:
		break;
	}
	if (is_host_name(t))
		return add_host_name(p, source, t, list);
	return lex_fail(source, t->p, FLOW_EINVAL, p->err, "expected an address for %s, not '%s'",
	    phrase, lex_quote(t, word));
}
