/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/left_files.h"

#include <glob.h>
#include <unistd.h>

#include "base/buf.h"
#include "collect/journal_file.h"

void
left_files_remove(const struct flow_slot_layout *layout, int64_t slot_ms, const char *journal_id)
{
	struct buf pattern = BUF_INIT;
	glob_t found;
	long pid;
	size_t i;

	if (!journal_id_pid(journal_id, &pid) || pid == (long)getpid())
		return;
	buf_printf(&pattern, "%s/", layout->directory);
	partition_directory(layout->layout, slot_ms, layout->zone, &pattern);
	buf_append_text(&pattern, "/.");
	partition_file(slot_ms, layout->slot_s, layout->zone, &pattern);
	buf_printf(&pattern, "*.parquet.%ld-*", pid);
	buf_append_u8(&pattern, '\0');
	if (!pattern.failed && glob((char *)pattern.data, 0, NULL, &found) == 0) {
		for (i = 0; i < found.gl_pathc; i++)
			(void)unlink(found.gl_pathv[i]);
		globfree(&found);
	}
	buf_release(&pattern);
}
