/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules of alerts, and thresholds: what is accepted keeps its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert_rules.h"
#include "detect/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(const struct alert_rule *r)
{
	if (r->name == NULL || r->name[0] == '\0' || r->measure == NULL || (!(r->above > 0) && !(r->times > 0)) ||
	    r->window_ms < 60000 || 3600000 % r->window_ms != 0 || r->cooldown_ms < 0 || r->timeout_ms < 1000 ||
	    r->weeks == 0 || r->weeks > 52 || r->history == 0 || r->history > r->weeks || r->most == 0 ||
	    r->most > 1000)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flow_detect_options options = FLOW_DETECT_OPTIONS_INIT;
	char *text = malloc(len + 1), *copy = malloc(len + 1);
	struct alert_rules rules;

	if (text == NULL || copy == NULL) {
		free(text);
		free(copy);
		return 0;
	}
	memcpy(text, data, len);
	text[len] = '\0';
	memcpy(copy, text, len + 1);
	if (alert_rules_parse("x", text, &rules, NULL) == FLOW_OK)
		for (size_t i = 0; i < rules.count; i++)
			check(&rules.rule[i]);
	alert_rules_clear(&rules);
	/* Without a '=' there is no threshold. */
	if (flow_detect_threshold(&options, copy, NULL) == FLOW_OK && strchr(copy, '=') == NULL)
		abort();
#define THRESHOLD(name, member, value, least, most, doc) \
	if (!(options.member >= (least) && options.member <= (most))) \
		abort();
#include "detect/thresholds.def"
#undef THRESHOLD
	free(copy);
	return 0;
}
