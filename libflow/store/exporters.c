/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/exporters.h"

#include "base/json.h"
#include "base/number.h"

/* A longer text is no name of ours. */
#define TEXT_MAX 4096

/* The text of a JSON string, at room; of length 0 for anything else. */
static struct flow_text
string_text(struct json_slice value, char room[TEXT_MAX])
{
	size_t len = value.len <= TEXT_MAX ? json_unescape(value, room) : 0;

	return (struct flow_text){ room, (uint32_t)len };
}

/* "7":{"name":"eth7"} or "7":"red" */
static enum flow_status
take_name(struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter,
    struct json_slice key, struct json_slice value)
{
	char room[TEXT_MAX];
	struct json_slice name = value;
	uint64_t number;

	if (number_parse(key.p, key.len, NUMBER_DECIMAL, UINT64_MAX, &number) != FLOW_OK)
		return FLOW_OK;
	if (value.len > 0 && value.p[0] == '{' && !json_find(value.p, value.len, "name", &name))
		return FLOW_OK;
	return flow_names_set(names, kind, exporter, number, string_text(name, room));
}

static enum flow_status
take_section(struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter,
    struct json_slice source, const char *section)
{
	struct json_slice list, key, value;
	enum flow_status st = FLOW_OK;
	struct json_walk walk;

	if (!json_find(source.p, source.len, section, &list) || !json_walk_begin(&walk, list))
		return FLOW_OK;
	while (st == FLOW_OK && json_walk_next(&walk, &key, &value))
		st = take_name(names, kind, exporter, key, value);
	return st;
}

enum flow_status
store_exporters_names(const char *json, size_t len, struct flow_names *names)
{
	struct json_slice key, source, address;
	enum flow_status st = FLOW_OK;
	char room[TEXT_MAX];
	struct json_walk walk;

	if (!json_walk_begin(&walk, (struct json_slice){ json, len }))
		return FLOW_OK;
	while (st == FLOW_OK && json_walk_next(&walk, &key, &source)) {
		struct flow_text exporter;

		if (!json_find(source.p, source.len, "exporter", &address))
			continue;
		exporter = string_text(address, room);
		st = take_section(names, FLOW_NAME_INTERFACE, exporter, source, "interfaces");
		if (st == FLOW_OK)
			st = take_section(names, FLOW_NAME_VRF, exporter, source, "vrfs");
	}
	return st;
}
