/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/decode.h"

static const struct {
	const char *name, *text;
} count_table[FLOW_COUNT_COUNT] = {
#define COUNT(id, name, text) [FLOW_COUNT_##id] = { name, text },
#include "wire/count.def"
#undef COUNT
};

const char *
flow_count_name(enum flow_count count)
{
	return count_table[count].name;
}

const char *
flow_count_text(enum flow_count count)
{
	return count_table[count].text;
}
