/* SPDX-License-Identifier: BSD-2-Clause */
/* Sampling rates that another port of the same address and domain announced. */
#include "wire/decoder.h"

#define LOOK_MAX 64		/* siblings looked at */

const struct source *
shared_rates(const struct source *src)
{
	const struct source *s = src->exporter->newest, *found = NULL;
	unsigned looked;

	for (looked = 0; s != NULL && looked < LOOK_MAX; s = s->sibling_older, looked++) {
		if (!s->has_rates || !is_other_port(src, s))
			continue;
		if (found != NULL)
			return src;
		found = s;
	}
	return found != NULL ? found : src;
}
