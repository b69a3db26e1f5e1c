/* SPDX-License-Identifier: BSD-2-Clause */
#include "time/partition.h"

#include <string.h>
#include <time.h>

static const char *const directory_format[] = {
	[PARTITION_FLAT] = "",
	[PARTITION_YMD] = "%Y/%m/%d",
	[PARTITION_YMDH] = "%Y/%m/%d/%H",
	[PARTITION_YWU] = "%Y/%W/%u",
	[PARTITION_YWUH] = "%Y/%W/%u/%H",
	[PARTITION_YJ] = "%Y/%j",
	[PARTITION_YJH] = "%Y/%j/%H",
	[PARTITION_DATE] = "%Y-%m-%d",
	[PARTITION_DATE_H] = "%Y-%m-%d/%H",
	[PARTITION_HIVE] = "year=%Y/month=%m/day=%d/hour=%H",
};

bool
partition_parse(const char *text, enum partition_layout *layout)
{
	if (strcmp(text, "hive") == 0) {
		*layout = PARTITION_HIVE;
		return true;
	}
	if (text[0] < '0' || text[0] > '8' || text[1] != '\0')
		return false;
	*layout = (enum partition_layout)(text[0] - '0');
	return true;
}

int64_t
partition_slot(int64_t ms, uint32_t slot_s)
{
	int64_t slot_ms = (int64_t)slot_s * 1000, rest = ms % slot_ms;

	return ms - (rest < 0 ? rest + slot_ms : rest);
}

static void
append_time(const char *format, int64_t ms, enum stamp_zone zone, struct buf *out)
{
	time_t s = (time_t)(ms / 1000);
	char text[128];
	struct tm tm;

	if ((zone == STAMP_LOCAL ? localtime_r(&s, &tm) : gmtime_r(&s, &tm)) == NULL)
		memset(&tm, 0, sizeof(tm));
	buf_append(out, text, strftime(text, sizeof(text), format, &tm));
}

void
partition_directory(enum partition_layout layout, int64_t slot_ms, enum stamp_zone zone,
    struct buf *out)
{
	if (layout != PARTITION_FLAT)
		append_time(directory_format[layout], slot_ms, zone, out);
}

void
partition_file(int64_t slot_ms, uint32_t slot_s, enum stamp_zone zone, struct buf *out)
{
	append_time(slot_s % 60 == 0 ? "flowcap.%Y%m%d%H%M" : "flowcap.%Y%m%d%H%M%S", slot_ms, zone,
	    out);
}
