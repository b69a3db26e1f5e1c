/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings: names and values lie within the text, and lines come in order. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/config_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	struct config_lines lines;
	struct config_line line;
	size_t last = 0;

	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	lines = config_lines_begin(text);
	while (config_lines_next(&lines, &line, NULL) == FLOW_OK) {
		if (line.number <= last || line.name[0] == '\0' || line.name < text ||
		    line.name + strlen(line.name) > text + len || (line.value != NULL && (line.value[0] == '\0' ||
		    line.value < line.name || line.value + strlen(line.value) > text + len)))
			abort();
		last = line.number;
	}
	free(text);
	return 0;
}
