/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Addresses of Unix sockets (unix(7)), also of paths that are longer than an address holds. */

#include <stdbool.h>
#include <sys/un.h>

/*
 * Fills the address of the socket at `path`.  On Linux one that is too long is reached through `directory`, a
 * descriptor of the directory that it is in.  False with errno ENAMETOOLONG where that does not fit either,
 * or the path is empty.
 */
bool unix_address(const char *path, int directory, struct sockaddr_un *address);
