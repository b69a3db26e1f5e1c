/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowcap/health_findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
findings_add(struct findings *f, enum finding_level level, const char *fmt, ...)
{
	struct finding *bigger = realloc(f->finding, (f->count + 1) * sizeof(*bigger));
	va_list ap;
	char *text;
	int len;

	if (bigger != NULL)
		f->finding = bigger;
	va_start(ap, fmt);
	len = bigger != NULL ? vasprintf(&text, fmt, ap) : -1;
	va_end(ap);
	if (len < 0)
		f->failed = true;
	else
		f->finding[f->count++] = (struct finding){ level, text };
}

void
findings_clear(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->finding[i].text);
	free(f->finding);
	*f = (struct findings)FINDINGS_INIT;
}

enum finding_level
findings_worst(const struct findings *f)
{
	enum finding_level worst = f->failed ? FINDING_WARNING : FINDING_NOTE;

	for (size_t i = 0; i < f->count; i++)
		if (f->finding[i].level > worst)
			worst = f->finding[i].level;
	return worst;
}

const char *
finding_level_name(enum finding_level level)
{
	return level == FINDING_CRITICAL ? "CRITICAL" : level == FINDING_WARNING ? "WARNING" : "OK";
}

void
findings_put(const struct findings *f, enum finding_level from, struct buf *out)
{
	int level;

	for (level = FINDING_CRITICAL; level >= (int)from; level--)
		for (size_t i = 0; i < f->count; i++)
			if ((int)f->finding[i].level == level)
				buf_printf(out, "%s: %s\n", level == FINDING_NOTE ? "NOTE" :
				    finding_level_name((enum finding_level)level), f->finding[i].text);
	if (f->failed)
		buf_append_text(out, "WARNING: out of memory: there may be more\n");
}
