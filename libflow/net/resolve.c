/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "net/proto.h"

#define THREADS_DEFAULT 16
#define THREADS_MAX 256
#define TIMEOUT_DEFAULT_MS 2000
#define CACHED_DEFAULT 65536

/* Associativity of the cache: entries per hash value; the least recently used one is replaced. */
#define WAYS 8

/* Look-ups that wait for a thread. */
#define QUEUE_MAX 4096

enum state {
	STATE_FREE,
	STATE_PENDING,
	STATE_KNOWN,
};

struct entry {
	struct addr addr;
	enum state state;
	uint64_t used;			/* by the resolver's own clock of calls */
	struct timespec deadline;	/* of a pending look-up */
	char *name;			/* of len bytes; NULL for none */
	uint8_t len;
};

/* Known services of one protocol: by port, NULL where not yet asked for. */
struct services {
	char *name[65536];
};

struct resolver {
	pthread_mutex_t lock;
	pthread_cond_t wanted;		/* the queue is not empty, or the resolver is freed */
	pthread_cond_t found;		/* some look-up has ended */
	unsigned owners;		/* the user and the threads */
	bool closing;
	struct resolver_options options;
	uint64_t clock;
	size_t sets;			/* a power of two */
	struct entry *entry;		/* sets * WAYS */
	struct addr queue[QUEUE_MAX];
	size_t queue_head;
	size_t queue_len;
	struct services *services[4];
};

static size_t
system_lookup(void *context, const struct addr *a, char *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	char name[NI_MAXHOST];
	size_t len;
	int failed;

	UNUSED(context);
	if (addr_is_v4(a)) {
		v4.sin_addr.s_addr = htonl(addr_v4(a));
		failed = getnameinfo((const struct sockaddr *)&v4, sizeof(v4), name, sizeof(name),
		    NULL, 0, NI_NAMEREQD);
	} else {
		addr_store_v6(a, v6.sin6_addr.s6_addr);
		failed = getnameinfo((const struct sockaddr *)&v6, sizeof(v6), name, sizeof(name),
		    NULL, 0, NI_NAMEREQD);
	}
	len = failed ? 0 : strlen(name);
	if (len > RESOLVE_HOST_MAX)
		return 0;
	memcpy(out, name, len);
	return len;
}

static bool
is_host_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '_' || c == '.'))
			return false;
	}
	return true;
}

/* The last owner frees; called with the lock held, returns without it. */
static void
leave(struct resolver *r)
{
	bool last = --r->owners == 0;

	(void)pthread_mutex_unlock(&r->lock);
	if (!last)
		return;
	for (size_t i = 0; i < r->sets * WAYS; i++)
		free(r->entry[i].name);
	for (size_t i = 0; i < ARRAY_LEN(r->services); i++) {
		for (size_t port = 0; r->services[i] != NULL && port < 65536; port++)
			free(r->services[i]->name[port]);
		free(r->services[i]);
	}
	(void)pthread_cond_destroy(&r->wanted);
	(void)pthread_cond_destroy(&r->found);
	(void)pthread_mutex_destroy(&r->lock);
	free(r->entry);
	free(r);
}

static struct entry *
find(struct resolver *r, const struct addr *a)
{
	size_t set = hash_mix128(addr_hi(a), addr_lo(a)) & (r->sets - 1);
	struct entry *e = r->entry + set * WAYS;

	for (size_t i = 0; i < WAYS; i++)
		if (e[i].state != STATE_FREE && addr_equal(&e[i].addr, a))
			return &e[i];
	return NULL;
}

/* The entry of the set to replace: a free one, or the least recently used; NULL if all are pending. */
static struct entry *
victim(struct resolver *r, const struct addr *a)
{
	size_t set = hash_mix128(addr_hi(a), addr_lo(a)) & (r->sets - 1);
	struct entry *e = r->entry + set * WAYS, *best = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		if (e[i].state == STATE_FREE)
			return &e[i];
		if (e[i].state == STATE_KNOWN && (best == NULL || e[i].used < best->used))
			best = &e[i];
	}
	return best;
}

/* The loop of a thread: takes an address, looks it up without the lock, stores the answer. */
static void *
work(void *arg)
{
	struct resolver *r = arg;

	(void)pthread_mutex_lock(&r->lock);
	while (!r->closing) {
		char name[RESOLVE_HOST_MAX];
		struct addr a;
		struct entry *e;
		size_t len;

		if (r->queue_len == 0) {
			(void)pthread_cond_wait(&r->wanted, &r->lock);
			continue;
		}
		a = r->queue[r->queue_head];
		r->queue_head = (r->queue_head + 1) % QUEUE_MAX;
		r->queue_len--;
		(void)pthread_mutex_unlock(&r->lock);
		len = r->options.lookup(r->options.context, &a, name);
		(void)pthread_mutex_lock(&r->lock);
		e = find(r, &a);
		if (e == NULL)
			continue;
		e->name = len > 0 && is_host_name(name, len) ? malloc(len) : NULL;
		if (e->name != NULL)
			memcpy(e->name, name, len);
		e->len = e->name != NULL ? (uint8_t)len : 0;
		e->state = STATE_KNOWN;
		(void)pthread_cond_broadcast(&r->found);
	}
	leave(r);
	return NULL;
}

static bool
start_threads(struct resolver *r)
{
	pthread_attr_t attr;
	bool some = false;

	if (pthread_attr_init(&attr) != 0)
		return false;
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_mutex_lock(&r->lock);
	for (unsigned i = 0; i < r->options.threads; i++) {
		pthread_t thread;

		if (pthread_create(&thread, &attr, work, r) != 0)
			break;
		r->owners++;
		some = true;
	}
	(void)pthread_mutex_unlock(&r->lock);
	(void)pthread_attr_destroy(&attr);
	return some;
}

static void
set_defaults(struct resolver_options *o)
{
	if (o->threads == 0)
		o->threads = THREADS_DEFAULT;
	if (o->threads > THREADS_MAX)
		o->threads = THREADS_MAX;
	if (o->timeout_ms == 0)
		o->timeout_ms = TIMEOUT_DEFAULT_MS;
	if (o->cached == 0)
		o->cached = CACHED_DEFAULT;
	if (o->lookup == NULL)
		o->lookup = system_lookup;
}

struct resolver *
resolver_new(const struct resolver_options *options)
{
	struct resolver *r = calloc(1, sizeof(*r));
	pthread_condattr_t attr;

	if (r == NULL)
		return NULL;
	if (options != NULL)
		r->options = *options;
	set_defaults(&r->options);
	r->sets = 1;
	while (r->sets * WAYS < r->options.cached && r->sets < (size_t)1 << 24)
		r->sets *= 2;
	r->entry = calloc(r->sets * WAYS, sizeof(*r->entry));
	if (r->entry == NULL || pthread_condattr_init(&attr) != 0) {
		free(r->entry);
		free(r);
		return NULL;
	}
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->wanted, NULL);
	(void)pthread_cond_init(&r->found, &attr);
	(void)pthread_condattr_destroy(&attr);
	r->owners = 1;
	if (!start_threads(r)) {
		(void)pthread_mutex_lock(&r->lock);
		leave(r);
		return NULL;
	}
	return r;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	(void)pthread_mutex_lock(&r->lock);
	r->closing = true;
	(void)pthread_cond_broadcast(&r->wanted);
	leave(r);
}

/* The address's entry, new and queued if need be; NULL where there is no room. */
static struct entry *
want(struct resolver *r, const struct addr *a)
{
	struct entry *e = find(r, a);

	if (e == NULL) {
		e = victim(r, a);
		if (e == NULL || r->queue_len == QUEUE_MAX)
			return NULL;
		free(e->name);
		*e = (struct entry){
			.addr = *a,
			.state = STATE_PENDING,
			.deadline = clock_after(CLOCK_MONOTONIC, r->options.timeout_ms),
		};
		r->queue[(r->queue_head + r->queue_len) % QUEUE_MAX] = *a;
		r->queue_len++;
		(void)pthread_cond_signal(&r->wanted);
	}
	e->used = ++r->clock;
	return e;
}

void
resolver_want(struct resolver *r, const struct addr *a)
{
	(void)pthread_mutex_lock(&r->lock);
	(void)want(r, a);
	(void)pthread_mutex_unlock(&r->lock);
}

size_t
resolver_host(struct resolver *r, const struct addr *a, char *out)
{
	struct entry *e;
	size_t len = 0;

	(void)pthread_mutex_lock(&r->lock);
	e = want(r, a);
	while (e != NULL && e->state == STATE_PENDING) {
		struct timespec deadline = e->deadline;

		if (pthread_cond_timedwait(&r->found, &r->lock, &deadline) != 0)
			break;
		e = find(r, a);
	}
	if (e != NULL && e->state == STATE_KNOWN && e->name != NULL) {
		memcpy(out, e->name, e->len);
		len = e->len;
	}
	(void)pthread_mutex_unlock(&r->lock);
	return len;
}

/* The service's name, allocated; "" for none. */
static char *
ask_service(const char *protocol, uint16_t port)
{
	char room[1024];
	struct servent entry, *found = NULL;

	if (getservbyport_r(htons(port), protocol, &entry, room, sizeof(room), &found) != 0 ||
	    found == NULL || strlen(found->s_name) > RESOLVE_SERVICE_MAX ||
	    !is_host_name(found->s_name, strlen(found->s_name)))
		return strdup("");
	return strdup(found->s_name);
}

size_t
resolver_service(struct resolver *r, uint8_t proto, uint16_t port, char *out)
{
	static const struct {
		uint8_t proto;
		char name[5];
	} protocols[] = {
		{ PROTO_TCP, "tcp" }, { PROTO_UDP, "udp" }, { PROTO_SCTP, "sctp" }, { 33, "dccp" },
	};
	size_t i = 0, len = 0;
	char **name;

	while (i < ARRAY_LEN(protocols) && protocols[i].proto != proto)
		i++;
	if (i == ARRAY_LEN(protocols))
		return 0;
	(void)pthread_mutex_lock(&r->lock);
	if (r->services[i] == NULL)
		r->services[i] = calloc(1, sizeof(*r->services[i]));
	if (r->services[i] != NULL) {
		name = &r->services[i]->name[port];
		if (*name == NULL)
			*name = ask_service(protocols[i].name, port);
		len = *name != NULL ? strlen(*name) : 0;
		if (len > 0)
			memcpy(out, *name, len);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return len;
}
