/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcat/named_formats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

#define CONFIG_BYTES_MAX ((size_t)1 << 20)

static int
read_file(const char *path, struct buf *text)
{
	FILE *file = fopen(path, "r");
	size_t n = 1;

	if (file == NULL)
		return cli_fail("%s: %s", path, strerror(errno));
	while (n > 0 && text->len <= CONFIG_BYTES_MAX && buf_reserve(text, 4096)) {
		n = fread(buf_end(text), 1, 4096, file);
		text->len += n;
	}
	if (ferror(file))
		n = 1;
	(void)fclose(file);
	if (text->len > CONFIG_BYTES_MAX)
		return cli_fail("%s: more than 1 MiB", path);
	return n == 0 && buf_status(text) == FLOW_OK ? CLI_OK : cli_fail("%s: cannot be read", path);
}

int
flowcat_formats_read(const char *path, struct flow_formats **formats)
{
	struct buf text = BUF_INIT;
	struct flow_error err;
	int status;

	if (path == NULL)
		path = getenv("FLOWRC");
	if (path == NULL || path[0] == '\0')
		return CLI_OK;
	status = read_file(path, &text);
	if (status == CLI_OK &&
	    flow_formats_parse((const char *)text.data, text.len, formats, &err) != FLOW_OK)
		status = cli_misuse("%s: %s", path, err.message);
	buf_release(&text);
	return status;
}
