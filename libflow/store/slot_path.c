/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/slot_path.h"

#include "base/buf.h"
#include "base/file.h"

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
