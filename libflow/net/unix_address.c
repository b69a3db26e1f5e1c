/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/unix_address.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

bool
unix_address(const char *path, int directory, struct sockaddr_un *address)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	int len = (int)strlen(path);

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((size_t)len < sizeof(address->sun_path))
		memcpy(address->sun_path, path, (size_t)len);
	else
		len = snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s", directory, name);
	errno = ENAMETOOLONG;
	return len > 0 && (size_t)len < sizeof(address->sun_path);
}
