/* SPDX-License-Identifier: BSD-2-Clause */
/* A name of a file, and limits: what is accepted is spelled again, and keeps its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "retain/limits.h"
#include "retain/slot_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), again[SLOT_NAME_MAX];
	struct retain_limits limits;
	struct slot_name name;
	bool each;

	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	if (slot_name_parse(text, &name)) {
		slot_name_format(&name, again);
		if (strcmp(again, text) != 0 || slot_name_begin(&name, STAMP_UTC) < 0)
			abort();
	}
	if (slot_directory_root(text) > len)
		abort();
	if (retain_limits_parse(text, &limits, &each, NULL) == FLOW_OK &&
	    (retain_limits_empty(&limits) || limits.age_ms < 0 || limits.free_percent > 99))
		abort();
	free(text);
	return 0;
}
