/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "common/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <lz4.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_MAXMINDDB
#include <maxminddb.h>
#endif

static const char *program = "netflow-tools";

void
cli_start(const char *name)
{
	program = name;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);	/* writing fails with EFBIG instead */
}

const char *
cli_program(void)
{
	return program;
}

static void message(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);

/* Whether messages are held back. */
static bool hushed;

void
cli_hush(bool hush)
{
	hushed = hush;
}

/* Where messages go; NULL: to stderr. */
static void (*message_taker)(const char *text);

void
cli_messages_to(void (*take)(const char *text))
{
	message_taker = take;
}

/* File names and contents may have terminal control sequences: replaces control bytes except line ends. */
static void
disarm(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++)
		if ((*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
			*p = '?';
}

static void
message(const char *fmt, va_list ap)
{
	char text[1024];

	if (hushed)
		return;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	disarm(text);
	if (message_taker != NULL)
		message_taker(text);
	else
		(void)fprintf(stderr, "%s: %s\n", program, text);
}

void
cli_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

int
cli_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
	return CLI_FAILURE;
}

int
cli_fail_error(const struct flow_error *err)
{
	if (err->offset == FLOW_NO_OFFSET)
		return cli_fail("%s", err->message);
	return cli_fail("%s (at byte %" PRId64 ")", err->message, err->offset);
}

int
cli_misuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
	return cli_misuse_hint();
}

int
cli_misuse_hint(void)
{
	if (message_taker == NULL)
		(void)fprintf(stderr, "Try '%s --help'.\n", program);
	return CLI_MISUSE;
}

int
cli_flush(void)
{
	if (fflush(stdout) == 0 || errno == EPIPE)
		return CLI_OK;
	return cli_fail("standard output: %s", strerror(errno));
}

int
cli_version(void)
{
	(void)printf("%s (%s) %s, lz4 %s, zlib %s", program, PACKAGE_NAME, PACKAGE_VERSION,
	    LZ4_versionString(), zlibVersion());
#ifdef HAVE_ZSTD
	(void)printf(", zstd %s", ZSTD_versionString());
#endif
#ifdef HAVE_MAXMINDDB
	(void)printf(", libmaxminddb %s", MMDB_lib_version());
#endif
	(void)putchar('\n');
	return cli_flush();
}

int
cli_write(const void *bytes, size_t len, bool *closed)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n >= 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno == EPIPE) {
			*closed = true;
			return CLI_OK;
		} else if (errno != EINTR) {
			return cli_fail("standard output: %s", strerror(errno));
		}
	}
	return CLI_OK;
}

bool
cli_number(const char *option, const char *text, uint64_t lo, uint64_t hi, uint64_t *out)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || v < lo || v > hi) {
		(void)cli_misuse("%s: '%s' is no number from %" PRIu64 " to %" PRIu64, option, text,
		    lo, hi);
		return false;
	}
	*out = v;
	return true;
}

void
cli_raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* The memory limit in a cgroup's file; UINT64_MAX where there is none. */
static uint64_t
group_memory(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned long long bytes = UINT64_MAX;

	if (f == NULL)
		return UINT64_MAX;
	if (fscanf(f, "%llu", &bytes) != 1)
		bytes = UINT64_MAX;
	(void)fclose(f);
	return bytes;
}

uint64_t
cli_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	uint64_t machine = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
	/* Both cgroup v2 and v1, as seen in a container; a missing file is no limit. */
	uint64_t v2 = group_memory("/sys/fs/cgroup/memory.max");
	uint64_t v1 = group_memory("/sys/fs/cgroup/memory/memory.limit_in_bytes");
	uint64_t group = v1 < v2 ? v1 : v2;

	return group < machine ? group : machine;
}

unsigned
cli_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
	return 1;
}
