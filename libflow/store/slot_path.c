/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/slot_path.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/archive.h"

enum flow_status
flow_slot_path(const struct flow_slot_layout *layout, int64_t slot_ms, char **path,
    struct flow_error *err)
{
	struct buf text = BUF_INIT;
	enum flow_status st;
	size_t folder;

	buf_printf(&text, "%s%s", layout->directory, layout->layout == PARTITION_FLAT ? "" : "/");
	partition_directory(layout->layout, slot_ms, layout->zone, &text);
	folder = text.len;
	buf_append_u8(&text, '\0');
	st = text.failed ? flow_fail_memory(err) : file_mkdirs((char *)text.data, err);
	if (st == FLOW_OK) {
		text.data[folder] = '/';
		partition_file(slot_ms, layout->slot_s, layout->zone, &text);
		buf_append_text(&text, ".parquet");
		buf_append_u8(&text, '\0');
		if (text.failed)
			st = flow_fail_memory(err);
	}
	if (st == FLOW_OK)
		*path = (char *)text.data;
	else
		buf_release(&text);
	return st;
}

bool
flow_slot_time(const char *path, int64_t *s)
{
	struct tm tm = { .tm_isdst = 0 };
	size_t len;
	const char *p = flow_file_slot(path, &len);

	if (p == NULL || sscanf(p, "%4d%2d%2d%2d%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
	    &tm.tm_hour, &tm.tm_min) != 5)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*s = (int64_t)timegm(&tm);
	return true;
}

/* Whether a directory, slash included, is the one that a layout gives to the slot, or ends with it. */
static bool
ends_with_slot(const char *path, size_t folder, const struct buf *slot)
{
	return slot->len > 0 && folder >= slot->len &&
	    memcmp(path + folder - slot->len, slot->data, slot->len) == 0 &&
	    (folder == slot->len || path[folder - slot->len - 1] == '/');
}

size_t
flow_slot_root(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash != NULL ? (size_t)(slash - path) + 1 : 0, root = folder;
	struct buf slot = BUF_INIT;
	int64_t s;
	int layout;

	if (!flow_slot_time(path, &s))
		return folder;
	for (layout = PARTITION_YMD; layout < PARTITION_HIVE; layout++) {
		slot.len = 0;
		partition_directory((enum partition_layout)layout, s * 1000, STAMP_UTC, &slot);
		buf_append_u8(&slot, '/');
		if (!slot.failed && ends_with_slot(path, folder, &slot) && folder - slot.len < root)
			root = folder - slot.len;
	}
	buf_release(&slot);
	return root;
}
