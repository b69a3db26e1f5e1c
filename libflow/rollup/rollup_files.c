/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rollup/rollup_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/vec.h"
#include "parquet/file_read.h"
#include "store/archive.h"
#include "store/profile.h"
#include "store/summary.h"
#include "time/stamp.h"

#define KEY "flow.rollup"
#define MIN_SLOTS 64

void
rollup_files_clear(struct rollup_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->file[i].name);
	free(files->file);
	free(files->slot);
	*files = (struct rollup_files)ROLLUP_FILES_INIT;
}

static size_t
place(const struct rollup_files *files, const char *name)
{
	return hash_xxh64(name, strlen(name), 0) & (files->slots - 1);
}

static void
put(struct rollup_files *files, size_t number)
{
	size_t at = place(files, files->file[number].name);

	while (files->slot[at] != 0)
		at = (at + 1) & (files->slots - 1);
	files->slot[at] = (uint32_t)number + 1;
}

static bool
make_room(struct rollup_files *files)
{
	if (!VEC_RESERVE(files->file, files->cap, files->count + 1))
		return false;
	if (files->count * 2 >= files->slots) {
		size_t slots = files->slots == 0 ? MIN_SLOTS * 2 : files->slots * 2;
		uint32_t *slot = calloc(slots, sizeof(*slot));

		if (slot == NULL)
			return false;
		free(files->slot);
		files->slot = slot;
		files->slots = slots;
		for (size_t i = 0; i < files->count; i++)
			put(files, i);
	}
	return true;
}

/* Takes over file.name. */
static enum flow_status
add(struct rollup_files *files, struct rollup_file file)
{
	if (file.name == NULL || files->count == UINT32_MAX - 1 || !make_room(files)) {
		free(file.name);
		return FLOW_ENOMEM;
	}
	files->file[files->count] = file;
	put(files, files->count++);
	return FLOW_OK;
}

enum flow_status
rollup_files_add(struct rollup_files *files, const char *path, struct flow_error *err)
{
	const char *slash = strrchr(path, '/');
	struct rollup_file file = { .name = NULL };
	struct stat st;

	if (stat(path, &st) != 0)
		return flow_fail_errno(err, "%s", path);
	file.name = strdup(slash != NULL ? slash + 1 : path);
	file.bytes = (uint64_t)st.st_size;
	file.mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
	return add(files, file) == FLOW_OK ? FLOW_OK : flow_fail_memory(err);
}

size_t
rollup_files_find(const struct rollup_files *files, const struct rollup_file *file)
{
	if (files->slots == 0)
		return ROLLUP_FILES_NONE;
	for (size_t at = place(files, file->name); files->slot[at] != 0; at = (at + 1) & (files->slots - 1)) {
		const struct rollup_file *f = &files->file[files->slot[at] - 1];

		if (f->bytes == file->bytes && f->mtime_ns == file->mtime_ns && strcmp(f->name, file->name) == 0)
			return files->slot[at] - 1;
	}
	return ROLLUP_FILES_NONE;
}

void
rollup_files_tell(const struct rollup_files *files, enum rollup_table table, const struct rollup_width *width,
    struct buf *out)
{
	buf_printf(out, "{\"width\":\"%s\",\"table\":\"%s\",\"sources\":[", width->name, rollup_table_name(table));
	for (size_t i = 0; i < files->count; i++) {
		const struct rollup_file *f = &files->file[i];

		buf_append_text(out, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_append_string(out, f->name, strlen(f->name));
		buf_printf(out, ",\"bytes\":%llu,\"mtime_ns\":%llu,\"rows\":%llu}", (unsigned long long)f->bytes,
		    (unsigned long long)f->mtime_ns, (unsigned long long)f->rows);
	}
	buf_append_text(out, "]}");
}

static bool
is_text(const char *json, size_t len, const char *key, const char *text)
{
	struct json_slice s;

	return json_find(json, len, key, &s) && s.len == strlen(text) + 2 && memcmp(s.p + 1, text, s.len - 2) == 0;
}

/* Adds one source; a malformed one matches no file on the disk. */
static enum flow_status
read_source(struct json_slice source, struct rollup_files *files)
{
	struct rollup_file file = { .name = NULL };
	struct json_slice name;

	if (!json_find(source.p, source.len, "name", &name))
		name = (struct json_slice){ "", 0 };
	(void)!json_find_uint(source.p, source.len, "bytes", &file.bytes);
	(void)!json_find_uint(source.p, source.len, "mtime_ns", &file.mtime_ns);
	(void)!json_find_uint(source.p, source.len, "rows", &file.rows);
	file.name = malloc(name.len + 1);
	if (file.name != NULL)
		file.name[json_unescape(name, file.name)] = '\0';
	return add(files, file);
}

static enum flow_status
read_sources(const char *json, size_t len, enum rollup_table table, const struct rollup_width *width,
    struct rollup_files *files, struct flow_error *err)
{
	struct json_slice list, key, source;
	struct json_walk walk;

	if (json == NULL || !is_text(json, len, "width", width->name) ||
	    !is_text(json, len, "table", rollup_table_name(table)) || !json_find(json, len, "sources", &list) ||
	    !json_walk_begin(&walk, list))
		return flow_fail(err, FLOW_ENOTFOUND, FLOW_NO_OFFSET, "is no rollup of %s by %s",
		    rollup_table_name(table), width->name);
	while (json_walk_next(&walk, &key, &source))
		if (read_source(source, files) != FLOW_OK)
			return flow_fail_memory(err);
	return FLOW_OK;
}

enum flow_status
rollup_files_of(const char *path, enum rollup_table table, const struct rollup_width *width, struct rollup_files *files,
    struct flow_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct pq_file *file = NULL;
	enum flow_status st;
	size_t len = 0;

	if (fd < 0)
		return flow_fail_errno(err, "%s", path);
	st = pq_file_open(fd, &file, err);
	if (st == FLOW_OK) {
		const char *json = profile_key_of_rows(file, KEY, &len);

		st = read_sources(json, len, table, width, files, err);
	}
	pq_file_close(file);
	(void)close(fd);
	if (st != FLOW_OK)
		flow_error_prefix(err, path);
	return st;
}

char *
rollup_directory(const char *directory, enum rollup_table table, const struct rollup_width *width)
{
	char *path;

	return asprintf(&path, "%s/%s/%s", directory, width->name, rollup_table_name(table)) < 0 ? NULL : path;
}

char *
rollup_path(const char *directory, enum rollup_table table, const struct rollup_width *width, int64_t begin_ms)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX + 1], *path;
	struct buf name = BUF_INIT;
	int n;

	/* Takes the digits of 2026-11-23T08:00:00.000Z down to the minutes. */
	text[stamp_format_iso(&cache, begin_ms, text)] = '\0';
	for (const char *p = text; *p != '\0' && name.len < 12; p++)
		if (*p >= '0' && *p <= '9')
			buf_append_u8(&name, (uint8_t)*p);
	buf_append_u8(&name, '\0');
	n = buf_status(&name) != FLOW_OK ? -1 : asprintf(&path, "%s/%s/%s/rollup.%s.parquet", directory, width->name,
	    rollup_table_name(table), (const char *)name.data);
	buf_release(&name);
	return n < 0 ? NULL : path;
}

static int64_t
floor_to(int64_t ms, int64_t width_ms)
{
	int64_t rest = ms % width_ms;

	return ms - (rest < 0 ? rest + width_ms : rest);
}

bool
rollup_period(const char *path, const struct rollup_width *width, int64_t *begin_ms, struct flow_error *err)
{
	struct flow_summary summary;
	const char *slot;
	char text[20];
	size_t len;
	int64_t ms;

	slot = flow_file_slot(path, &len);
	if (slot != NULL && len >= 12) {
		(void)snprintf(text, sizeof(text), "%.8sT%.4s00Z", slot, slot + 8);
		if (stamp_parse(text, strlen(text), STAMP_UTC, 0, &ms, NULL) == FLOW_OK) {
			*begin_ms = floor_to(ms, width->period_ms);
			return true;
		}
	}
	if (flow_summary_read(path, &summary, err) != FLOW_OK)
		return false;
	*begin_ms = floor_to(summary.rows > 0 ? summary.totals.received_min_ms : 0, width->period_ms);
	flow_summary_clear(&summary);
	return true;
}
