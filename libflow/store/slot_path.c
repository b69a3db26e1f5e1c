/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/slot_path.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"

/* Files of one slot: after restarts, or captures read twice. */
#define SAME_SLOT_MAX 100000

static enum flow_status
free_name(const char *folder, const char *name, char **path, struct flow_error *err)
{
	struct buf text = BUF_INIT;
	struct stat st;
	unsigned n;

	for (n = 0; n < SAME_SLOT_MAX; n++) {
		buf_clear(&text);
		buf_printf(&text, "%s/%s", folder, name);
		if (n > 0)
			buf_printf(&text, ".%u", n);
		buf_append_text(&text, ".parquet");
		buf_append_u8(&text, '\0');
		if (text.failed) {
			buf_release(&text);
			return flow_fail_memory(err);
		}
		if (lstat((char *)text.data, &st) != 0) {
			*path = (char *)text.data;
			return FLOW_OK;
		}
	}
	buf_release(&text);
	return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "%s/%s: no free name", folder, name);
}

enum flow_status
flow_slot_path(const struct flow_slot_layout *layout, int64_t slot_ms, char **path,
    struct flow_error *err)
{
	struct buf folder = BUF_INIT, name = BUF_INIT;
	enum flow_status st;

	buf_printf(&folder, "%s%s", layout->directory, layout->layout == PARTITION_FLAT ? "" : "/");
	partition_directory(layout->layout, slot_ms, layout->zone, &folder);
	buf_append_u8(&folder, '\0');
	partition_file(slot_ms, layout->slot_s, layout->zone, &name);
	buf_append_u8(&name, '\0');
	if (folder.failed || name.failed)
		st = flow_fail_memory(err);
	else
		st = file_mkdirs((char *)folder.data, err);
	if (st == FLOW_OK)
		st = free_name((char *)folder.data, (char *)name.data, path, err);
	buf_release(&folder);
	buf_release(&name);
	return st;
}
