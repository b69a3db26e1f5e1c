/* SPDX-License-Identifier: BSD-2-Clause */
/* The built-in devices, by name. */
#include <string.h>

#include "base/attr.h"
#include "base/nearest.h"
#include "wire/encode/device.h"

static const struct known_device {
	const char *name, *about, *text;
} devices[] = {
#define DEVICE(name, about, text) { name, about, text },
#include "wire/encode/device.def"
#undef DEVICE
};

/* The descriptions for a version: the default one, and the one with every column. */
static const struct by_version {
	const char *name;
	unsigned version;
	const char *text;
} by_versions[] = {
#define USUAL(version, text) { "usual", version, text },
#define ALL(version, text) { "all", version, text },
#include "wire/encode/usual.def"
#undef USUAL
#undef ALL
};

enum flow_status
flow_device_named(const char *name, unsigned version, struct flow_device **out, struct flow_error *err)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest nearest;
	size_t i;

	for (i = 0; i < ARRAY_LEN(by_versions); i++)
		if (strcmp(by_versions[i].name, name) == 0 && by_versions[i].version == version)
			return flow_device_parse(by_versions[i].text, strlen(by_versions[i].text), version, out, err);
	if (strcmp(name, "all") == 0)
		return flow_fail(err, FLOW_ENOTFOUND, FLOW_NO_OFFSET, "this version has no templates");
	nearest_begin(&nearest, name, strlen(name));
	for (i = 0; i < ARRAY_LEN(devices); i++) {
		if (strcmp(devices[i].name, name) == 0)
			return flow_device_parse(devices[i].text, strlen(devices[i].text), version, out, err);
		nearest_try_text(&nearest, devices[i].name);
	}
	return flow_fail(err, FLOW_ENOTFOUND, FLOW_NO_OFFSET, "there is no device '%s'%s", name,
	    nearest_hint(&nearest, hint));
}

const char *
flow_device_list(size_t i, const char **about)
{
	if (i >= ARRAY_LEN(devices))
		return NULL;
	*about = devices[i].about;
	return devices[i].name;
}
