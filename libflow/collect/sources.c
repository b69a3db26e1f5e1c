/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/sources.h"

const struct collect_source *
sources_find(const struct collect_options *options, const struct addr *exporter)
{
	size_t i, n;

	for (i = 0; i < options->sources; i++) {
		const struct collect_source *s = &options->source[i];

		for (n = 0; n < s->nets; n++)
			if (addr_in_prefix(exporter, &s->net[n].addr, s->net[n].bits))
				return s;
	}
	return NULL;
}

void
source_name(const struct addr *exporter, char name[SOURCE_NAME_MAX])
{
	size_t len = addr_format(exporter, name), i;

	for (i = 0; i < len; i++)
		if (name[i] == '.' || name[i] == ':')
			name[i] = '-';
	name[len] = '\0';
}
