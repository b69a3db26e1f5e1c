/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "base/number.h"
#include "detect/detect.h"

struct threshold {
	const char *name;
	size_t member;
	double value, least, most;
};

static const struct threshold thresholds[] = {
#define THRESHOLD(name, member, value, least, most, doc) \
	{ name, offsetof(struct flow_detect_options, member), value, least, most },
#include "detect/thresholds.def"
#undef THRESHOLD
};

#define THRESHOLDS (sizeof(thresholds) / sizeof(thresholds[0]))

struct flow_detect_options
flow_detect_usual(void)
{
	return (struct flow_detect_options){
#define THRESHOLD(name, member, value, least, most, doc) .member = value,
#include "detect/thresholds.def"
#undef THRESHOLD
	};
}

static enum flow_status
unknown(const char *text, size_t len, struct flow_error *err)
{
	struct buf names = BUF_INIT;
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;
	enum flow_status st;

	nearest_begin(&meant, text, len);
	for (size_t i = 0; i < THRESHOLDS; i++)
		nearest_try_text(&meant, thresholds[i].name);
	for (size_t i = 0; i < THRESHOLDS; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", thresholds[i].name);
	buf_append_u8(&names, '\0');
	st = flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "no threshold '%.*s'%s: there are %s",
	    (int)(len > 64 ? 64 : len), text, nearest_hint(&meant, hint),
	    names.failed ? "others" : (const char *)names.data);
	buf_release(&names);
	return st;
}

static enum flow_status
set(struct flow_detect_options *options, const char *text, size_t len, struct flow_error *err)
{
	const char *equal = memchr(text, '=', len);
	size_t name = equal != NULL ? (size_t)(equal - text) : len;
	double value;

	for (size_t i = 0; i < THRESHOLDS; i++) {
		const struct threshold *t = &thresholds[i];

		if (strlen(t->name) != name || memcmp(t->name, text, name) != 0)
			continue;
		if (equal == NULL || !number_parse_real(equal + 1, len - name - 1, &value) || value < t->least ||
		    value > t->most)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%s takes a number from %g to %g, as %s=%g",
			    t->name, t->least, t->most, t->name, t->value);
		memcpy((char *)options + t->member, &value, sizeof(value));
		return FLOW_OK;
	}
	return unknown(text, name, err);
}

enum flow_status
flow_detect_threshold(struct flow_detect_options *options, const char *text, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	for (;;) {
		size_t len = strcspn(text, ",");

		st = set(options, text, len, err);
		if (st != FLOW_OK || text[len] == '\0')
			return st;
		text += len + 1;
	}
}
