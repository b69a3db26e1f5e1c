/* SPDX-License-Identifier: BSD-2-Clause */
#include "time/partition.h"

#include <string.h>
#include <time.h>

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

static struct tm
broken_down(int64_t ms, enum stamp_zone zone)
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	if ((zone == STAMP_LOCAL ? localtime_r(&s, &tm) : gmtime_r(&s, &tm)) == NULL)
		memset(&tm, 0, sizeof(tm));
	return tm;
}

void
partition_directory(enum partition_layout layout, int64_t slot_ms, enum stamp_zone zone,
    struct buf *out)
{
	struct tm tm = broken_down(slot_ms, zone);
	char text[128];
	size_t len = 0;

/* Keeps format strings literal, so that the compiler checks them. */
#define FORMAT(name, format)                                           \
	case name:                                                     \
		len = strftime(text, sizeof(text), format, &tm);       \
		break

	switch (layout) {
	case PARTITION_FLAT:
		break;
	FORMAT(PARTITION_YMD, "%Y/%m/%d");
	FORMAT(PARTITION_YMDH, "%Y/%m/%d/%H");
	FORMAT(PARTITION_YWU, "%Y/%W/%u");
	FORMAT(PARTITION_YWUH, "%Y/%W/%u/%H");
	FORMAT(PARTITION_YJ, "%Y/%j");
	FORMAT(PARTITION_YJH, "%Y/%j/%H");
	FORMAT(PARTITION_DATE, "%Y-%m-%d");
	FORMAT(PARTITION_DATE_H, "%Y-%m-%d/%H");
	FORMAT(PARTITION_HIVE, "year=%Y/month=%m/day=%d/hour=%H");
	}
#undef FORMAT
	buf_append(out, text, len);
}

void
partition_file(int64_t slot_ms, uint32_t slot_s, enum stamp_zone zone, struct buf *out)
{
	struct tm tm = broken_down(slot_ms, zone);
	char text[64];
	size_t len = slot_s % 60 == 0 ? strftime(text, sizeof(text), "flowcap.%Y%m%d%H%M", &tm) :
	    strftime(text, sizeof(text), "flowcap.%Y%m%d%H%M%S", &tm);

	buf_append(out, text, len);
}
