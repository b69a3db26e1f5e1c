/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/exporters.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/number.h"

/* Longer texts are not names of ours. */
#define TEXT_MAX 4096

/* Decodes a JSON string to `room`; length 0 for any other value. */
static struct flow_text
string_text(struct json_slice value, char room[TEXT_MAX])
{
	size_t len = value.len <= TEXT_MAX ? json_unescape(value, room) : 0;

	return (struct flow_text){ room, (uint32_t)len };
}

/* "7":{"name":"eth7","speed_bps":1000000000} or "7":"red" */
static enum flow_status
take_name(struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter,
    struct json_slice key, struct json_slice value)
{
	char room[TEXT_MAX];
	struct json_slice name = value;
	uint64_t number, speed_bps;

	if (number_parse(key.p, key.len, NUMBER_DECIMAL, UINT64_MAX, &number) != FLOW_OK)
		return FLOW_OK;
	if (kind == FLOW_NAME_INTERFACE && json_find_uint(value.p, value.len, "speed_bps", &speed_bps) &&
	    flow_names_set_speed(names, exporter, number, speed_bps) != FLOW_OK)
		return FLOW_ENOMEM;
	if (value.len > 0 && value.p[0] == '{' && !json_find(value.p, value.len, "name", &name))
		return FLOW_OK;
	return flow_names_set(names, kind, exporter, number, string_text(name, room));
}

/*
 * Adds an exporter's names of one kind.  Most files of an archive have the same: a value equal to the last one is not
 * parsed again.
 */
static enum flow_status
take_section(struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter, struct json_slice list)
{
	struct json_slice key, value;
	enum flow_status st = FLOW_OK;
	struct json_walk walk;

	if (list.len == 0 || flow_names_were_said(names, kind, exporter, hash_xxh64(list.p, list.len, 0)) ||
	    !json_walk_begin(&walk, list))
		return FLOW_OK;
	while (st == FLOW_OK && json_walk_next(&walk, &key, &value))
		st = take_name(names, kind, exporter, key, value);
	return st;
}

static bool
is_key(struct json_slice key, const char *name)
{
	return key.len == strlen(name) && memcmp(key.p, name, key.len) == 0;
}

static void
first_of(struct json_slice *member, struct json_slice value)
{
	if (member->p == NULL)
		*member = value;
}

/* Adds the names of one source: a member of flow.exporters. */
static enum flow_status
take_source(struct flow_names *names, struct json_slice source)
{
	struct json_slice key, value, address = { NULL, 0 }, interfaces = { NULL, 0 }, vrfs = { NULL, 0 };
	struct flow_text exporter;
	char room[TEXT_MAX];
	struct json_walk walk;
	enum flow_status st;

	if (!json_walk_begin(&walk, source) || !walk.is_object)
		return FLOW_OK;
	while (json_walk_next(&walk, &key, &value)) {
		if (is_key(key, "exporter"))
			first_of(&address, value);
		else if (is_key(key, "interfaces"))
			first_of(&interfaces, value);
		else if (is_key(key, "vrfs"))
			first_of(&vrfs, value);
	}
	if (address.p == NULL)
		return FLOW_OK;
	exporter = string_text(address, room);
	st = take_section(names, FLOW_NAME_INTERFACE, exporter, interfaces);
	return st == FLOW_OK ? take_section(names, FLOW_NAME_VRF, exporter, vrfs) : st;
}

enum flow_status
store_exporters_names(const char *json, size_t len, struct flow_names *names)
{
	struct json_slice key, source;
	enum flow_status st = FLOW_OK;
	struct json_walk walk;

	if (!json_walk_begin(&walk, (struct json_slice){ json, len }))
		return FLOW_OK;
	while (st == FLOW_OK && json_walk_next(&walk, &key, &source))
		st = take_source(names, source);
	return st;
}
