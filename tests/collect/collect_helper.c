/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "collect/collect_helper.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static void
take_line(void *context, enum log_level level, const char *text)
{
	struct test_log *t = context;

	t->errors += level == LOG_LEVEL_ERROR;
	if (strncmp(text, "in all", 6) == 0)
		(void)snprintf(t->ledger, sizeof(t->ledger), "%s", text);
	if (getenv("TEST_LOG") != NULL)
		printf("# %s\n", text);
}

void
test_log_init(struct test_log *t)
{
	*t = (struct test_log){ .log = { take_line, t } };
}

char *
test_directory(void)
{
	const char *base = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/collect-test.XXXXXX", base != NULL ? base : "/tmp") < 0 ||
	    mkdtemp(path) == NULL)
		abort();
	return path;
}

void
test_directory_remove(char *path)
{
	char *command;

	if (asprintf(&command, "rm -rf '%s'", path) < 0 || system(command) != 0)
		abort();
	free(command);
	free(path);
}

static bool
ends(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len >= n && strcmp(name + len - n, suffix) == 0;
}

unsigned
test_count(const char *directory, const char *suffix)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	unsigned n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		n += ends(entry->d_name, suffix);
	if (dir != NULL)
		(void)closedir(dir);
	return n;
}

char *
test_find(const char *directory, const char *suffix)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	char *path = NULL;

	while (dir != NULL && path == NULL && (entry = readdir(dir)) != NULL)
		if (ends(entry->d_name, suffix) && asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
			abort();
	if (dir != NULL)
		(void)closedir(dir);
	return path;
}

struct flow_datagram
test_v5(uint32_t number, int64_t received_ms)
{
	static uint8_t bytes[24 + 48];
	struct flow_datagram d = { .bytes = bytes, .len = sizeof(bytes),
		.exporter = addr_from_v4(0xc0000201), .port = 2055, .transport = FLOW_UDP,
		.received_ms = received_ms };

	memset(bytes, 0, sizeof(bytes));
	store_be16(bytes, 5);
	store_be16(bytes + 2, 1);
	store_be32(bytes + 4, 1000000);
	store_be32(bytes + 8, (uint32_t)(received_ms / 1000));
	store_be32(bytes + 16, number);
	store_be32(bytes + 24, number);		/* source address */
	store_be32(bytes + 28, 0xcb007101);
	store_be32(bytes + 40, 1);		/* packets */
	store_be32(bytes + 44, 100);		/* bytes */
	bytes[62] = 17;
	return d;
}

uint32_t
test_v5_number(const struct flow_datagram *d)
{
	return load_be32(d->bytes + 16);
}
