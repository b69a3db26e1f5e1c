/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of a profile; what is accepted is written and read again as it was, and flows can be drawn by it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "synth/traffic_profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Whether all lines of the text make a profile. */
static bool
read_lines(const char *from, size_t len, struct flow_profile *p)
{
	char *text = malloc(len + 1), *next = text, *line;
	bool right = true;

	memset(p, 0, sizeof(*p));
	memcpy(text, from, len);
	text[len] = '\0';
	while (right && (line = strsep(&next, "\n")) != NULL)
		right = line[0] == '\0' || flow_profile_add(p, line, NULL) == FLOW_OK;
	free(text);
	return right && flow_profile_check(p, NULL) == FLOW_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct flow_profile one, two;
	struct buf a = BUF_INIT, b = BUF_INIT;
	uint32_t i;

	if (len == 0 || !read_lines((const char *)data, len, &one))
		return 0;
	flow_profile_format(&one, &a);
	if (!read_lines((const char *)a.data, a.len, &two))
		abort();
	flow_profile_format(&two, &b);
	if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
		abort();
	for (i = 0; i < one.services; i++)
		if (profile_bin(&one.service[i].packets[0], UINT32_MAX) >= one.service[i].packets[0].count ||
		    profile_bin(&one.service[i].times, 0) >= one.service[i].times.count)
			abort();
	buf_release(&a);
	buf_release(&b);
	return 0;
}
