/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "store/slot_filed.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "parquet/file_read.h"

static bool
file_has(const char *path, const char *key, const char *value)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct pq_file *file;
	struct flow_error err;
	const char *text;
	bool same = false;
	size_t len;

	if (fd < 0)
		return false;
	if (pq_file_open(fd, &file, &err) == FLOW_OK) {
		text = pq_file_key_value(file, key, &len);
		same = text != NULL && len == strlen(value) && memcmp(text, value, len) == 0;
		pq_file_close(file);
	}
	(void)close(fd);
	return same;
}

/* FILE.parquet, or FILE.NUMBER.parquet */
static bool
is_of_slot(const char *name, const char *file)
{
	size_t len = strlen(file), digits;

	if (strncmp(name, file, len) != 0 || name[len] != '.')
		return false;
	digits = strspn(name + len + 1, "0123456789");
	return strcmp(name + len + (digits > 0 ? digits + 1 : 0), ".parquet") == 0;
}

static bool
directory_has(const char *directory, const char *file, const char *key, const char *value)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	bool found = false;
	char *path;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL) {
		if (!is_of_slot(entry->d_name, file) ||
		    asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
			continue;
		found = file_has(path, key, value);
		free(path);
	}
	(void)closedir(dir);
	return found;
}

bool
flow_slot_filed(const struct flow_slot_layout *layout, int64_t slot_ms, const char *key,
    const char *value)
{
	struct buf directory = BUF_INIT, file = BUF_INIT;
	bool found = false;

	buf_printf(&directory, "%s/", layout->directory);
	partition_directory(layout->layout, slot_ms, layout->zone, &directory);
	buf_append_u8(&directory, '\0');
	partition_file(slot_ms, layout->slot_s, layout->zone, &file);
	buf_append_u8(&file, '\0');
	if (!directory.failed && !file.failed)
		found = directory_has((char *)directory.data, (char *)file.data, key, value);
	buf_release(&directory);
	buf_release(&file);
	return found;
}
