/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static unsigned tap_run, tap_failed;

void
tap_check(bool ok, const char *file, int line, const char *what)
{
	tap_run++;
	if (!ok)
		tap_failed++;
	printf("%s %u - %s\n", ok ? "ok" : "not ok", tap_run, what);
	if (!ok)
		printf("# at %s:%d\n", file, line);
	fflush(stdout);
}

void
tap_check_int(int64_t got, int64_t want, const char *file, int line, const char *what)
{
	tap_check(got == want, file, line, what);
	if (got != want)
		printf("#  got %" PRId64 "\n# want %" PRId64 "\n", got, want);
}

void
tap_check_uint(uint64_t got, uint64_t want, const char *file, int line, const char *what)
{
	tap_check(got == want, file, line, what);
	if (got != want)
		printf("#  got %" PRIu64 "\n# want %" PRIu64 "\n", got, want);
}

void
tap_check_str(const char *got, const char *want, const char *file, int line, const char *what)
{
	bool same = got != NULL && want != NULL ? strcmp(got, want) == 0 : got == want;

	tap_check(same, file, line, what);
	if (!same)
		printf("#  got %s\n# want %s\n", got != NULL ? got : "(null)",
		    want != NULL ? want : "(null)");
}

static void
tap_hex(const char *label, const uint8_t *p, size_t len)
{
	size_t i;

	printf("# %s %zu bytes:", label, len);
	for (i = 0; i < len && i < 64; i++)
		printf(" %02x", p[i]);
	printf("%s\n", len > 64 ? " ..." : "");
}

void
tap_check_mem(const void *got, size_t got_len, const void *want, size_t want_len,
    const char *file, int line, const char *what)
{
	bool same = got_len == want_len && (got_len == 0 || memcmp(got, want, got_len) == 0);

	tap_check(same, file, line, what);
	if (!same) {
		tap_hex(" got", got, got_len);
		tap_hex("want", want, want_len);
	}
}

void
tap_skip(const char *why)
{
	tap_run++;
	printf("ok %u # SKIP %s\n", tap_run, why);
}

int
tap_done(void)
{
	printf("1..%u\n", tap_run);
	if (tap_failed != 0)
		printf("# %u of %u failed\n", tap_failed, tap_run);
	return tap_failed != 0;
}
