/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/repeat.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "flowcap/metric_text.h"
#include "flowcap/multicast.h"
#include "flowcap/program_log.h"
#include "flowcap/raw_socket.h"

#define SEND_BUFFER (4 << 20)

/* A receiver counts as back after this time without a refusal (ICMP); systems send these once a second. */
#define BACK_MS 3000

#define HOPS 64			/* of packets that are not for a group */

/* Raw sockets of -A by family; exporters keep their addresses. */
enum { WAY_V4, WAY_V6, WAYS };

struct way {
	bool used;
	struct addr to;
	uint32_t scope;
	uint16_t port;
	uint8_t hops;
};

/* Why a datagram did not reach its target. */
enum repeat_loss {
	REPEAT_REFUSED,			/* an earlier one, as the target's host tells (ICMP), not always */
	REPEAT_TOO_LONG,
	REPEAT_UNREACHABLE,
	REPEAT_NO_ROOM,			/* in the socket's buffer */
	REPEAT_OTHER,
	REPEAT_LOSSES,
};

static const struct {
	const char *name, *text;
} losses[REPEAT_LOSSES] = {
	[REPEAT_REFUSED] = { "refused", "nobody listens there (yet)" },
	[REPEAT_TOO_LONG] = { "too_long", "a datagram is too long for the way there" },
	[REPEAT_UNREACHABLE] = { "unreachable", "it cannot be reached" },
	[REPEAT_NO_ROOM] = { "no_room", "datagrams come faster than they can be sent" },
	[REPEAT_OTHER] = { "other", "a datagram cannot be sent" },
};

struct target {
	const struct repeat_target *to;
	int fd;
	struct way way[WAYS];
	bool away;			/* it refused recent datagrams */
	int64_t refused_ms;		/* when; by the steady clock */
	bool told_family;
	/* Written by the receiver, read by reports. */
	_Atomic uint64_t sent, lost[REPEAT_LOSSES];
	_Atomic int64_t lost_s;		/* when one was lost last, since 1970; 0: never */
};

struct repeater {
	size_t count;
	struct target *target;
	struct kept_templates *kept;
	int raw[WAYS];			/* -A; else -1 */
	uint8_t *packet;		/* the same: RAW_PACKET_MAX */
};

/* The address in a socket address; false for other families. */
static bool
way_of(const struct addrinfo *a, const struct repeat_target *to, struct way *way, unsigned *which)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*way = (struct way){ .used = true };
	if (a->ai_family == AF_INET) {
		memcpy(&v4, a->ai_addr, sizeof(v4));
		way->to = addr_from_v4(ntohl(v4.sin_addr.s_addr));
		way->port = ntohs(v4.sin_port);
		*which = WAY_V4;
	} else if (a->ai_family == AF_INET6) {
		memcpy(&v6, a->ai_addr, sizeof(v6));
		way->to = addr_from_v6(v6.sin6_addr.s6_addr);
		way->port = ntohs(v6.sin6_port);
		way->scope = to->interface != 0 ? to->interface : v6.sin6_scope_id;
		*which = WAY_V6;
	} else {
		return false;
	}
	way->hops = multicast_is_group(&way->to) ? (uint8_t)(to->ttl != 0 ? to->ttl : 1) : HOPS;
	return true;
}

/* With an interface: that of a link-local address or a group. */
static void
set_scope(struct addrinfo *a, unsigned interface)
{
	struct sockaddr_in6 v6;

	if (a->ai_family != AF_INET6 || interface == 0)
		return;
	memcpy(&v6, a->ai_addr, sizeof(v6));
	v6.sin6_scope_id = interface;
	memcpy(a->ai_addr, &v6, sizeof(v6));
}

static int
connect_to(struct addrinfo *list, const struct repeat_target *to)
{
	struct addrinfo *a;
	int fd = -1, size = SEND_BUFFER, keep;

	for (a = list; a != NULL && fd < 0; a = a->ai_next) {
		set_scope(a, to->interface);
		fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0)
			multicast_send_by(fd, a->ai_family, to->interface, to->ttl);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			keep = errno;
			(void)close(fd);
			errno = keep;
			fd = -1;
		}
	}
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

static bool
open_target(const struct repeat_target *to, struct target *t)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM }, *list, *a;
	int rc = getaddrinfo(to->host, to->port, &hints, &list);
	struct way way;
	unsigned which;

	*t = (struct target){ .to = to, .fd = -1 };
	if (rc != 0) {
		log_line(LOG_LEVEL_ERROR, "-R %s/%s: %s", to->host, to->port, gai_strerror(rc));
		return false;
	}
	t->fd = connect_to(list, to);
	for (a = list; a != NULL; a = a->ai_next)
		if (way_of(a, to, &way, &which) && !t->way[which].used)
			t->way[which] = way;
	freeaddrinfo(list);
	if (t->fd < 0)
		log_line(LOG_LEVEL_ERROR, "-R %s/%s: %s", to->host, to->port, strerror(errno));
	return t->fd >= 0;
}

/* One socket per family; a machine without IPv6 has only one. */
static bool
open_raw(struct repeater *r)
{
	static const int family[WAYS] = { AF_INET, AF_INET6 };
	int error = 0;

	r->packet = malloc(RAW_PACKET_MAX);
	for (unsigned i = 0; i < WAYS; i++)
		if ((r->raw[i] = raw_socket_open(family[i])) < 0 && errno != EAFNOSUPPORT)
			error = errno;
	if (r->packet == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	if (error != 0) {
		log_line(LOG_LEVEL_ERROR, "-A: %s%s", strerror(error), error == EPERM || error == EACCES ?
		    ": sending with others' addresses takes root, or CAP_NET_RAW (AmbientCapabilities= of a "
		    "service)" : "");
		return false;
	}
	if (!raw_socket_drop_capability()) {
		log_line(LOG_LEVEL_ERROR, "-A: CAP_NET_RAW cannot be given up: %s", strerror(errno));
		return false;
	}
	return true;
}

static bool
fill(const struct options *options, struct repeater *r)
{
	for (size_t i = 0; i < options->repeats; i++, r->count++)
		if (!open_target(&options->repeat[i], &r->target[i]))
			return false;
	return !options->keep_source || open_raw(r);
}

bool
repeater_new(const struct options *options, struct repeater **out)
{
	struct repeater *r;

	*out = NULL;
	if (options->repeats == 0)
		return true;
	r = calloc(1, sizeof(*r));
	if (r != NULL) {
		r->raw[WAY_V4] = r->raw[WAY_V6] = -1;
		r->target = calloc(options->repeats, sizeof(*r->target));
		r->kept = kept_templates_new(options->repeats);
	}
	if (r == NULL || r->target == NULL || r->kept == NULL) {
		log_line(LOG_LEVEL_ERROR, "out of memory");
		repeater_free(r);
		return false;
	}
	if (!fill(options, r)) {
		repeater_free(r);
		return false;
	}
	*out = r;
	return true;
}

static uint64_t
all_lost(const struct target *t)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < REPEAT_LOSSES; i++)
		sum += atomic_load(&t->lost[i]);
	return sum;
}

static void
tell(const struct target *t, enum log_level level)
{
	log_line(all_lost(t) > 0 ? LOG_LEVEL_ERROR : level, "repeated to %s/%s: datagrams %" PRIu64 ", lost: refused %"
	    PRIu64 ", too long %" PRIu64 ", unreachable %" PRIu64 ", no room %" PRIu64 ", other %" PRIu64, t->to->host,
	    t->to->port, atomic_load(&t->sent), atomic_load(&t->lost[REPEAT_REFUSED]),
	    atomic_load(&t->lost[REPEAT_TOO_LONG]), atomic_load(&t->lost[REPEAT_UNREACHABLE]),
	    atomic_load(&t->lost[REPEAT_NO_ROOM]), atomic_load(&t->lost[REPEAT_OTHER]));
}

void
repeater_tell(const struct repeater *r)
{
	for (size_t i = 0; r != NULL && i < r->count; i++)
		tell(&r->target[i], LOG_LEVEL_INFO);
}

/* The labels of a target; a number tells those apart that have the same address and other networks. */
static void
put_target(const struct repeater *r, size_t i, const char *name, struct buf *out)
{
	buf_printf(out, "flowcap_repeat_%s{target=\"", name);
	metric_label_put(r->target[i].to->host, out);
	buf_append_text(out, "/");
	metric_label_put(r->target[i].to->port, out);
	buf_printf(out, "\",number=\"%zu\"", i + 1);
}

void
repeater_put(const struct repeater *r, struct buf *out)
{
	if (r == NULL)
		return;
	buf_append_text(out, "# HELP flowcap_repeat_sent_total datagrams handed to the system for a target of -R\n"
	    "# TYPE flowcap_repeat_sent_total counter\n");
	for (size_t i = 0; i < r->count; i++) {
		put_target(r, i, "sent_total", out);
		buf_printf(out, "} %" PRIu64 "\n", atomic_load(&r->target[i].sent));
	}
	buf_append_text(out, "# HELP flowcap_repeat_lost_total datagrams that did not reach a target, as far as known\n"
	    "# TYPE flowcap_repeat_lost_total counter\n");
	for (size_t i = 0; i < r->count; i++)
		for (unsigned k = 0; k < REPEAT_LOSSES; k++) {
			put_target(r, i, "lost_total", out);
			buf_printf(out, ",cause=\"%s\"} %" PRIu64 "\n", losses[k].name,
			    atomic_load(&r->target[i].lost[k]));
		}
	buf_append_text(out, "# HELP flowcap_repeat_lost_last_seconds when one was lost last, since 1970; 0: never\n"
	    "# TYPE flowcap_repeat_lost_last_seconds gauge\n");
	for (size_t i = 0; i < r->count; i++) {
		put_target(r, i, "lost_last_seconds", out);
		buf_printf(out, "} %" PRId64 "\n", atomic_load(&r->target[i].lost_s));
	}
}

void
repeater_free(struct repeater *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->count; i++) {
		/* A check of settings sends none. */
		if (atomic_load(&r->target[i].sent) > 0 || all_lost(&r->target[i]) > 0)
			tell(&r->target[i], LOG_LEVEL_DETAIL);
		(void)close(r->target[i].fd);
	}
	for (i = 0; i < WAYS; i++)
		if (r->raw[i] >= 0)
			(void)close(r->raw[i]);
	kept_templates_free(r->kept);
	free(r->packet);
	free(r->target);
	free(r);
}

static bool
is_for(const struct repeat_target *to, const struct addr *sender)
{
	for (size_t i = 0; i < to->nets; i++)
		if (addr_in_prefix(sender, &to->net[i].addr, to->net[i].bits))
			return true;
	return to->nets == 0;
}

static enum repeat_loss
loss_of(int error)
{
	switch (error) {
	case ECONNREFUSED: return REPEAT_REFUSED;
	case EMSGSIZE: return REPEAT_TOO_LONG;
	case EHOSTUNREACH: case ENETUNREACH: case EHOSTDOWN: case ENETDOWN: case EADDRNOTAVAIL:
	case EACCES: case EPERM: return REPEAT_UNREACHABLE;
	case EAGAIN: case ENOBUFS: case ENOMEM: return REPEAT_NO_ROOM;
	default: return REPEAT_OTHER;
	}
}

/* Counts it, and logs the first one of each cause. */
static void
lose(struct target *t, int error)
{
	enum repeat_loss loss = loss_of(error);

	if (atomic_fetch_add(&t->lost[loss], 1) == 0)
		log_line(loss == REPEAT_REFUSED ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "-R %s/%s: %s (%s)", t->to->host,
		    t->to->port, losses[loss].text, strerror(error));
	atomic_store(&t->lost_s, (int64_t)time(NULL));
}

static bool
send_plain(struct target *t, const uint8_t *bytes, size_t len)
{
	if (send(t->fd, bytes, len, 0) >= 0)
		return true;
	if (errno != ECONNREFUSED)
		return false;
	/* The refusal was for an earlier datagram: this one was not sent yet. */
	lose(t, errno);
	t->away = true;
	t->refused_ms = clock_steady_ms();
	return send(t->fd, bytes, len, 0) >= 0;
}

/* Exporters of another family than the receiver's cannot keep their address. */
static bool
send_raw(struct repeater *r, struct target *t, const struct udp_datagram *from, const uint8_t *bytes, size_t len)
{
	unsigned which = addr_is_v4(&from->src) ? WAY_V4 : WAY_V6;
	const struct way *way = &t->way[which];
	const struct raw_datagram d = { .src = from->src, .dst = way->to, .dst_scope = way->scope,
	    .src_port = from->src_port,
		.dst_port = way->port, .hops = way->hops, .bytes = bytes, .len = len };

	if (way->used && r->raw[which] >= 0) {
		if (multicast_is_group(&way->to))
			multicast_send_by(r->raw[which], which == WAY_V4 ? AF_INET : AF_INET6, t->to->interface, 0);
		return raw_socket_send(r->raw[which], &d, r->packet);
	}
	if (!t->told_family)
		log_line(LOG_LEVEL_ERROR, "-R %s/%s has no %s address: exporters of that family cannot keep "
		    "theirs, and it gets their datagrams "
		    "from this host's", t->to->host, t->to->port, which == WAY_V4 ? "IPv4" : "IPv6");
	t->told_family = true;
	return send_plain(t, bytes, len);
}

static void
send_to(struct repeater *r, struct target *t, const struct udp_datagram *from, const uint8_t *bytes, size_t len)
{
	if (r->packet != NULL ? send_raw(r, t, from, bytes, len) : send_plain(t, bytes, len))
		atomic_fetch_add(&t->sent, 1);
	else
		lose(t, errno);
}

/* Whether a refusing receiver is back, and so needs the templates that it missed. */
static void
look_whether_back(struct repeater *r, size_t i)
{
	struct target *t = &r->target[i];
	int error = 0;
	socklen_t len = sizeof(error);

	if (!t->away || clock_steady_ms() - t->refused_ms < BACK_MS)
		return;
	/* The answer to the last datagram, which may be long ago. */
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error != 0) {
		lose(t, error);
		t->refused_ms = clock_steady_ms();
		return;
	}
	t->away = false;
	kept_templates_owe(r->kept, i);
	log_line(LOG_LEVEL_INFO, "-R %s/%s: it takes datagrams again, and gets the exporters' templates", t->to->host,
	    t->to->port);
}

void
repeater_send(struct repeater *r, const struct udp_datagram *d)
{
	struct kept_source *source;
	const uint8_t *message;
	size_t i, step, len;

	if (r == NULL)
		return;
	source = kept_templates_see(r->kept, &d->src, d->src_port, d->bytes, d->len);
	for (i = 0; i < r->count; i++) {
		struct target *t = &r->target[i];

		if (!is_for(t->to, &d->src))
			continue;
		look_whether_back(r, i);
		step = 0;
		while ((message = kept_templates_next(r->kept, source, i, d->bytes, &step, &len)) != NULL)
			send_to(r, t, d, message, len);
		send_to(r, t, d, d->bytes, d->len);
	}
}
