/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of --networks; flows can be made with what is accepted, and are of these networks alone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "synth/synth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

/* Whether a network of the list holds the address. */
static bool
is_listed(const struct network_list *list, const struct addr *a)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (addr_is_v4(&list->entry[i].base) == addr_is_v4(a) &&
		    addr_in_prefix(a, &list->entry[i].base, list->entry[i].bits))
			return true;
	return false;
}

static bool
has_side(const struct network_list *list, bool v4, bool local)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->entry[i].local == local && addr_is_v4(&list->entry[i].base) == v4)
			return true;
	return false;
}

/* Where the list has networks of a family on both sides, there are no others. */
static void
check(const struct network_list *list, const struct flow_batch *rows)
{
	const struct addr *src = rows->column[FLOW_FIELD_SRC_ADDR].values;
	const struct addr *dst = rows->column[FLOW_FIELD_DST_ADDR].values;
	size_t i;

	for (i = 0; i < rows->rows; i++) {
		bool v4 = addr_is_v4(&src[i]);

		if (has_side(list, v4, true) && has_side(list, v4, false))
			must(is_listed(list, &src[i]) && is_listed(list, &dst[i]));
	}
}

static void
make_flows(const struct network_list *list)
{
	struct flow_synth_options o = FLOW_SYNTH_OPTIONS_INIT;
	struct flow_builder *rows = flow_builder_new();
	struct flow_synth_turn turn = { .rows = 1 };
	struct flow_synth *s;

	o.flows = 100;
	o.ipv6_percent = 50;
	o.networks = list;
	s = flow_synth_new(&o);
	must(s != NULL && rows != NULL);
	while (turn.rows > 0)
		must(flow_synth_next(s, 100, rows, &turn) == FLOW_OK);
	must(flow_builder_rows(rows) == o.flows);
	check(list, flow_builder_batch(rows));
	flow_builder_free(rows);
	flow_synth_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *next = text, *line;
	struct network_list list = { NULL, 0 };
	bool right = text != NULL;

	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	while (right && (line = strsep(&next, "\n")) != NULL)
		right = line[strspn(line, " \t")] == '\0' || network_list_add(&list, line, NULL) == FLOW_OK;
	if (right)
		make_flows(&list);
	network_list_release(&list);
	free(text);
	return 0;
}
