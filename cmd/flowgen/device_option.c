/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/device_option.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cli.h"

/* Largest description of a device; real ones have a few lines. */
#define TEXT_MAX 65536

/* The versions' codes in the rest of the program. */
static const char *
version_name(unsigned version, char *room, size_t len)
{
	if (version == FLOW_SFLOW5 || version == FLOW_SFLOW4)
		return version == FLOW_SFLOW5 ? "sflow" : "sflow4";
	(void)snprintf(room, len, "%u", version);
	return room;
}

static bool
read_file(struct options *o, unsigned version)
{
	struct buf text = BUF_INIT;
	FILE *f = fopen(o->template, "r");
	struct flow_error err;
	enum flow_status st = FLOW_OK;
	bool right, longer;

	if (f == NULL)
		return cli_misuse("--template: %s: %s", o->template, strerror(errno)) == CLI_OK;
	if (buf_reserve(&text, TEXT_MAX))
		text.len = fread(text.data, 1, TEXT_MAX, f);
	longer = getc(f) != EOF;
	right = !ferror(f) && !text.failed;
	(void)fclose(f);
	if (right && !longer)
		st = flow_device_parse((const char *)text.data, text.len, version, &o->device, &err);
	if (right && longer)
		right = cli_misuse("--template: %s: it is longer than %d bytes", o->template, TEXT_MAX) == CLI_OK;
	else if (!right)
		right = cli_misuse("--template: %s: cannot be read", o->template) == CLI_OK;
	else if (st != FLOW_OK)
		right = cli_misuse("--template: %s: %s", o->template, err.message) == CLI_OK;
	buf_release(&text);
	return right;
}

static bool
find(struct options *o, unsigned version)
{
	struct flow_error err;

	if (o->device_name != NULL && o->template != NULL)
		return cli_misuse("--device and --template say the same thing twice") == CLI_OK;
	if (o->template != NULL && strcmp(o->template, "all") != 0)
		return read_file(o, version);
	if (o->template == NULL && o->device_name == NULL && version < 9)
		return true;
	if (flow_device_named(o->template != NULL ? "all" : o->device_name != NULL ? o->device_name : "usual", version,
	    &o->device, &err) == FLOW_OK)
		return true;
	if (o->device_name != NULL)
		return cli_misuse("--device: %s; --devices lists them", err.message) == CLI_OK;
	return cli_misuse("--template all: %s", err.message) == CLI_OK;
}

bool
device_settle(struct options *o)
{
	static const enum dress_kind kinds[] = {
		[FLOW_DEVICE_PLAIN] = DRESS_PLAIN, [FLOW_DEVICE_BIFLOW] = DRESS_BIFLOW,
		[FLOW_DEVICE_NSEL] = DRESS_NSEL, [FLOW_DEVICE_NAT] = DRESS_NAT, [FLOW_DEVICE_BLOCKS] = DRESS_BLOCKS,
	};
	unsigned asked = o->version, speaks;
	char room[2][8];

	if (!find(o, asked != 0 ? asked : 9))
		return false;
	speaks = o->device != NULL ? flow_device_version(o->device) : asked;
	if (asked != 0 && speaks != asked)
		return cli_misuse("-v %s: '%s' speaks version %s", version_name(asked, room[0], sizeof(room[0])),
		    o->device_name != NULL ? o->device_name : o->template,
		    version_name(speaks, room[1], sizeof(room[1]))) == CLI_OK;
	o->version = (uint8_t)speaks;
	if (o->device == NULL)
		return true;
	if (asked == 0)
		o->scheme = (uint8_t)flow_device_scheme(o->device);
	o->synth.fields = *flow_device_fields(o->device);
	o->synth.kind = kinds[flow_device_rows(o->device)];
	/* Exporters report only translations of IPv4. */
	if (o->synth.kind == DRESS_NAT || o->synth.kind == DRESS_BLOCKS)
		o->synth.ipv6_percent = 0;
	return true;
}

int
device_help(void)
{
	const char *name, *about;
	size_t i;

	for (i = 0; (name = flow_device_list(i, &about)) != NULL; i++)
		printf("%-18s %s\n", name, about);
	return cli_flush();
}
