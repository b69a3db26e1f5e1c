/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a service manager tells and wants to be told: systemd's protocols, sd_notify(3) and sd_listen_fds(3), of
 * which others know the one or the other, too.  Without a manager none of this does anything.
 */

#include <stdbool.h>
#include <stdint.h>

/* Sockets that were made for us; what came while nobody ran is in them. */
struct service_sockets {
	int udp;			/* -1: none */
	int tcp;			/* one that listens; -1: none */
	bool kept;			/* udp is one that an earlier run had stored (service_store) */
	char name[32];			/* that it is stored by */
};

/*
 * `where` stands for what a socket of our own is bound to: one that was stored for another is closed.
 * Takes them, and the variables that tell of them, which are not for programs that are run; before any fork.
 * CLI_OK, or CLI_FAILURE after a message: some cannot be used.
 */
int service_sockets_take(struct service_sockets *s, const char *where);

/* Tells a state, such as "READY=1". */
void service_tell(const char *state);

/* Has the manager keep the socket for the next run. */
void service_store(const struct service_sockets *s, int fd);

/* To be called several times a second by whoever must not hang. */
void service_alive(int64_t now_ms);

/* Whether standard error goes to the manager's log, which takes "<3>" before a line for its level. */
bool service_has_log(void);
