/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/shell_quote.h"

#include <string.h>

void
flow_shell_quote(struct buf *out, const char *text, size_t len)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+=@%";
	size_t i = 0;

	while (i < len && text[i] != '\0' && strchr(plain, text[i]) != NULL)
		i++;
	if (len > 0 && i == len) {
		buf_append(out, text, len);
		return;
	}
	buf_append_text(out, "'");
	for (i = 0; i < len; i++) {
		if (text[i] == '\'')
			buf_append_text(out, "'\\''");
		else
			buf_append(out, &text[i], 1);
	}
	buf_append_text(out, "'");
}
