/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups are our own functions: nothing is asked of any network. */
#include "config.h"

#include "net/resolve.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "net/proto.h"
#include "tap.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static unsigned lookups, running, most_running;
static bool gate_open;

static unsigned
count(const unsigned *what)
{
	unsigned v;

	(void)pthread_mutex_lock(&lock);
	v = *what;
	(void)pthread_mutex_unlock(&lock);
	return v;
}

/* 10.x.y.z is "host-z"; 10.1.* has no name, 10.2.* a bad one, 10.3.* waits for the gate. */
static size_t
lookup(void *context, const struct addr *a, char *out)
{
	unsigned *calls = context;
	int n;

	(void)pthread_mutex_lock(&lock);
	(*calls)++;
	running++;
	if (running > most_running)
		most_running = running;
	while (a->b[13] == 3 && !gate_open)
		(void)pthread_cond_wait(&opened, &lock);
	(void)pthread_mutex_unlock(&lock);
	(void)usleep(1000);
	(void)pthread_mutex_lock(&lock);
	running--;
	(void)pthread_mutex_unlock(&lock);
	if (a->b[13] == 1)
		return 0;
	if (a->b[13] == 2) {
		memcpy(out, "\x1b[2J", 4);
		return 4;
	}
	n = snprintf(out, RESOLVE_HOST_MAX, "host-%d", a->b[15]);
	return (size_t)n;
}

static void
open_gate(void)
{
	(void)pthread_mutex_lock(&lock);
	gate_open = true;
	(void)pthread_cond_broadcast(&opened);
	(void)pthread_mutex_unlock(&lock);
}

static const char *
name_of(struct resolver *r, uint32_t v4)
{
	static char out[RESOLVE_HOST_MAX + 1];
	struct addr a = addr_from_v4(v4);

	out[resolver_host(r, &a, out)] = '\0';
	return out;
}

static void
test_names(void)
{
	struct resolver_options o = { .threads = 2, .lookup = lookup, .context = &lookups };
	struct resolver *r = resolver_new(&o);

	is_str(name_of(r, 0x0a000007), "host-7");
	is_str(name_of(r, 0x0a000007), "host-7");
	is_uint(count(&lookups), 1);
	is_str(name_of(r, 0x0a010001), "");
	is_str(name_of(r, 0x0a010001), "");
	is_uint(count(&lookups), 2);
	is_str(name_of(r, 0x0a020001), "");
	resolver_free(r);
}

static void
test_parallel(void)
{
	struct resolver_options o = { .threads = 8, .lookup = lookup, .context = &lookups };
	struct resolver *r = resolver_new(&o);
	bool good = true;

	for (uint32_t i = 0; i < 200; i++) {
		struct addr a = addr_from_v4(0x0a000000 + i);

		resolver_want(r, &a);
	}
	for (uint32_t i = 0; i < 200; i++) {
		char want[16];

		(void)snprintf(want, sizeof(want), "host-%u", (unsigned)i);
		good = good && strcmp(name_of(r, 0x0a000000 + i), want) == 0;
	}
	ok(good);
	ok(count(&most_running) > 1 && count(&most_running) <= 8);
	resolver_free(r);
}

static void
test_timeout(void)
{
	struct resolver_options o = {
		.threads = 1, .timeout_ms = 30, .lookup = lookup, .context = &lookups,
	};
	struct resolver *r = resolver_new(&o);

	/* None in time; the answer that comes late is remembered. */
	is_str(name_of(r, 0x0a030009), "");
	is_str(name_of(r, 0x0a030009), "");
	/* Nobody waits for what still runs. */
	resolver_free(r);
	r = resolver_new(&o);
	is_str(name_of(r, 0x0a030008), "");
	open_gate();
	for (int i = 0; i < 1000 && name_of(r, 0x0a030008)[0] == '\0'; i++)
		(void)usleep(10000);
	is_str(name_of(r, 0x0a030008), "host-8");
	resolver_free(r);
	while (count(&running) > 0)
		(void)usleep(10000);
}

/* More addresses than are remembered: all are answered, the oldest again looked up. */
static void
test_bounded(void)
{
	unsigned calls = 0;
	struct resolver_options o = {
		.threads = 4, .cached = 8, .lookup = lookup, .context = &calls,
	};
	struct resolver *r = resolver_new(&o);
	bool good = true;

	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 40; i++)
			good = good && name_of(r, 0x0a000000 + i)[0] == 'h';
	ok(good);
	is_uint(count(&calls), 80);
	resolver_free(r);
}

static void
test_services(void)
{
	struct resolver *r = resolver_new(NULL);
	char out[RESOLVE_SERVICE_MAX];

	is_uint(resolver_service(r, PROTO_ICMP, 53, out), 0);
	if (access("/etc/services", R_OK) != 0) {
		tap_skip("no /etc/services");
	} else {
		is_mem(out, resolver_service(r, PROTO_UDP, 53, out), "domain", 6);
		is_mem(out, resolver_service(r, PROTO_TCP, 443, out), "https", 5);
		is_mem(out, resolver_service(r, PROTO_TCP, 443, out), "https", 5);
	}
	is_uint(resolver_service(r, PROTO_TCP, 65535, out), 0);
	resolver_free(r);
	resolver_free(NULL);
}

int
main(void)
{
	test_names();
	test_parallel();
	test_timeout();
	test_bounded();
	test_services();
	return tap_done();
}
