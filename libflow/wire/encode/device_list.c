/* SPDX-License-Identifier: BSD-2-Clause */
/* The built-in devices, by name. */
#include <stdio.h>
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

/* What a version has where no device is asked for: by name "usual", and the version. */
static const struct usual {
	unsigned version;
	const char *text;
} usuals[] = {
#define USUAL(version, text) { version, text },
#include "wire/encode/usual.def"
#undef USUAL
};

static enum flow_status
usual(unsigned version, struct flow_device **out, struct flow_error *err)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(usuals); i++)
		if (usuals[i].version == version)
			return flow_device_parse(usuals[i].text, strlen(usuals[i].text), version, out, err);
	return flow_fail(err, FLOW_ENOTFOUND, FLOW_NO_OFFSET, "version %u has no templates", version);
}

enum flow_status
flow_device_named(const char *name, unsigned version, struct flow_device **out, struct flow_error *err)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest nearest;
	size_t i;

	if (strcmp(name, "usual") == 0)
		return usual(version, out, err);
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
