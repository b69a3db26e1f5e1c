/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/networks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "common/cli.h"

static bool
add_network(struct networks *n, const char *text)
{
	size_t len = strlen(text), slash = strcspn(text, "/");
	bool v6 = strchr(text, ':') != NULL;
	uint64_t bits = v6 ? 128 : 32;
	struct addr addr;
	void *more;

	if (!addr_parse(text, slash, &addr) || (slash < len && number_parse(text + slash + 1, len - slash - 1, NUMBER_DECIMAL,
	    bits, &bits) != FLOW_OK))
		return false;
	more = realloc(n->net, (n->count + 1) * sizeof(*n->net));
	if (more == NULL)
		return false;
	n->net = more;
	n->net[n->count].addr = addr_mask(&addr, (unsigned)bits);
	n->net[n->count++].bits = (unsigned)bits;
	return true;
}

int
networks_load(const char *path, struct networks *n)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0, number = 0;
	int status = CLI_OK;

	*n = (struct networks){ NULL, 0 };
	if (f == NULL)
		return cli_fail("%s: cannot be read", path);
	while (status == CLI_OK && getline(&line, &room, f) >= 0) {
		char *word = line + strspn(line, " \t");

		number++;
		line[strcspn(line, "#\r\n")] = '\0';
		word[strcspn(word, " \t")] = '\0';
		if (word[0] != '\0' && !add_network(n, word))
			status = cli_misuse("%s: line %zu: '%.64s' is no network (as 192.0.2.0/24)", path, number, word);
	}
	if (status == CLI_OK && ferror(f) != 0)
		status = cli_fail("%s: cannot be read", path);
	if (status == CLI_OK && n->count == 0)
		status = cli_misuse("%s: there is no network in it", path);
	free(line);
	(void)fclose(f);
	return status;
}

void
networks_clear(struct networks *n)
{
	free(n->net);
	*n = (struct networks){ NULL, 0 };
}

bool
networks_have(const struct networks *n, const struct addr *addr)
{
	for (size_t i = 0; i < n->count; i++)
		if (addr_in_prefix(addr, &n->net[i].addr, n->net[i].bits))
			return true;
	return false;
}
