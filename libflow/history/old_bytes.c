/* SPDX-License-Identifier: BSD-2-Clause */
#include "history/old_bytes.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

enum flow_status
old_bytes_of_fd(int fd, struct old_bytes *bytes, struct flow_error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return flow_fail_errno(err, "fstat");
	if (!S_ISREG(st.st_mode))
		return flow_fail(err, FLOW_EUNSUPPORTED, FLOW_NO_OFFSET,
		    "an old file is read from a file, or from standard input (-r -)");
	*bytes = (struct old_bytes){ .fd = fd, .size = (uint64_t)st.st_size };
	return FLOW_OK;
}

enum flow_status
old_bytes_read(const struct old_bytes *bytes, uint64_t offset, void *out, size_t len, struct flow_error *err)
{
	if (offset > bytes->size || len > bytes->size - offset)
		return flow_fail(err, FLOW_ETRUNCATED, (int64_t)offset,
		    "%zu bytes are wanted where the file of %" PRIu64 " bytes has ended", len, bytes->size);
	if (bytes->fd < 0) {
		if (len > 0)
			memcpy(out, bytes->memory + offset, len);
		return FLOW_OK;
	}
	return file_read_all_at(bytes->fd, offset, out, len, err);
}
