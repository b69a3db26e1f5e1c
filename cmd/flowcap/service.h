/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Communication with a service manager: systemd's protocols, sd_notify(3) and sd_listen_fds(3), parts of
 * which others support, too.  Without a manager these functions do nothing.
 */

#include <stdbool.h>
#include <stdint.h>

/* Sockets made by the manager; they hold datagrams that came while no collector ran. */
struct service_sockets {
	int udp;			/* -1: none */
	int tcp;			/* one that listens; -1: none */
	bool kept;			/* udp is one that an earlier run had stored (service_store) */
	char name[32];			/* under which it is stored */
};

/*
 * Takes the sockets, and removes their environment variables, which are not for child processes; call it
 * before any fork.  `where` identifies the address that our own socket would be bound to: one stored for
 * another is closed.  CLI_OK, or CLI_FAILURE after a message: some cannot be used.
 */
int service_sockets_take(struct service_sockets *s, const char *where);

/* Notifies the manager of a state, such as "READY=1". */
void service_tell(const char *state);

/* Stores the socket with the manager for the next run. */
void service_store(const struct service_sockets *s, int fd);

/* The watchdog's heartbeat; the main thread calls it several times a second. */
void service_alive(int64_t now_ms);

/* Whether standard error goes to the manager's log, where "<3>" before a line sets its level. */
bool service_has_log(void);
