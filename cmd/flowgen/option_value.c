/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/option_value.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "common/cli.h"
#include "common/cli_options.h"
#include "time/stamp.h"

bool
option_duration(const char *text, uint64_t *out)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t len = strlen(text), i;
	char number[24];
	uint64_t scale = 1, v;

	for (i = 0; i < ARRAY_LEN(units) && len > 1; i++)
		if (text[len - 1] == units[i].unit) {
			scale = units[i].seconds;
			len--;
			break;
		}
	if (len >= sizeof(number)) {
		(void)cli_misuse("--duration: '%s' is too long", text);
		return false;
	}
	memcpy(number, text, len);
	number[len] = '\0';
	if (!cli_number("--duration", number, 1, UINT64_C(1) << 32, &v))
		return false;
	*out = v * scale;
	return true;
}

bool
option_thousandths(const char *option, const char *text, uint64_t lo, uint64_t hi, uint64_t *out)
{
	char scaled[32];
	uint64_t v;
	int len = snprintf(scaled, sizeof(scaled), "%sk", text);

	if (len > 1 && (size_t)len < sizeof(scaled) &&
	    number_parse(scaled, (size_t)len, NUMBER_SCALED, hi, &v) == FLOW_OK && v >= lo) {
		*out = v;
		return true;
	}
	return cli_misuse("%s: '%s' is no number from %g to %g with at most three decimals", option,
	    text, (double)lo / 1000, (double)hi / 1000) == CLI_OK;
}

bool
option_codec(const char *text, struct flow_writer_options *out)
{
	struct flow_error err;

	/* nfdump's users write -z=lz4. */
	if (flow_codec_parse(text + (*text == '='), out, &err) != FLOW_OK)
		return cli_misuse("-z: %s", err.message) == CLI_OK;
	return true;
}

/* The argument of -v, its version, and the scheme of v8. */
static const struct version_word {
	const char *word;
	uint8_t version, scheme;
} version_words[] = {
	{ "1", 1, 0 }, { "5", 5, 0 }, { "7", 7, 0 }, { "8", 8, 1 }, { "9", 9, 0 }, { "10", 10, 0 }, { "ipfix", 10, 0 },
	{ "sflow", FLOW_SFLOW5, 0 }, { "sflow5", FLOW_SFLOW5, 0 }, { "sflow4", FLOW_SFLOW4, 0 },
};

bool
option_version(const char *text, struct options *o)
{
	uint64_t scheme;
	size_t i;

	for (i = 0; i < ARRAY_LEN(version_words); i++)
		if (strcmp(text, version_words[i].word) == 0) {
			o->version = version_words[i].version;
			o->scheme = version_words[i].scheme;
			return true;
		}
	if (strncmp(text, "8.", 2) == 0 &&
	    number_parse(text + 2, strlen(text + 2), NUMBER_DECIMAL, 14, &scheme) == FLOW_OK && scheme > 0) {
		o->version = 8;
		o->scheme = (uint8_t)scheme;
		return true;
	}
	return cli_misuse("-v: '%s' is none of 1, 5, 7, 8.1 to 8.14, 9, 10, sflow, sflow4", text) == CLI_OK;
}

bool
option_span(const char *option, const char *text, int64_t least_ms, int64_t *out)
{
	uint64_t seconds;
	int64_t ms;

	if (number_parse(text, strlen(text), NUMBER_DECIMAL, UINT32_MAX, &seconds) == FLOW_OK)
		ms = (int64_t)seconds * 1000;
	else if (stamp_span_parse(text, strlen(text), &ms) != FLOW_OK || ms > INT64_C(1000) * UINT32_MAX)
		ms = -1;
	if (ms < least_ms)
		return cli_misuse("%s: '%s' is no time from %g s on, as 90, 10m, 2h30m", option, text,
		    (double)least_ms / 1000) == CLI_OK;
	*out = ms;
	return true;
}

bool
option_timeout(const char *option, const char *text, uint32_t *out)
{
	int64_t ms;

	if (!option_span(option, text, 1000, &ms))
		return false;
	if (ms > FLOW_SYNTH_TIMEOUT_MAX_MS)
		return cli_misuse("%s: '%s' is longer than an hour", option, text) == CLI_OK;
	*out = (uint32_t)ms;
	return true;
}

bool
option_curve(const char *text, enum curve_kind *out)
{
	static const char *const kinds[] = { "flat", "noise", "day" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(text, kinds[i]) == 0) {
			*out = (enum curve_kind)i;
			return true;
		}
	return cli_misuse_word("--curve", text, strlen(text), kinds, ARRAY_LEN(kinds)) == CLI_OK;
}

bool
option_skew(const char *text, int64_t *out)
{
	bool slow = *text == '-';

	if (!option_span("--skew", text + (slow || *text == '+'), 0, out))
		return false;
	if (slow)
		*out = -*out;
	return true;
}
