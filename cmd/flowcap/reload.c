/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/reload.h"

#include <string.h>

#include "common/cli.h"
#include "flowcap/program_log.h"

static void
log_fault(const char *text)
{
	log_line(LOG_LEVEL_ERROR, "%s", text);
}

static const char *
value_of(const struct config_file *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->setting[i].name, name) == 0)
			return f->setting[i].value;
	return NULL;
}

static bool
is_before(const struct config_file *f, size_t end, const char *name)
{
	for (size_t i = 0; i < end && i < f->count; i++)
		if (strcmp(f->setting[i].name, name) == 0)
			return true;
	return false;
}

/* Logs the names in `from` that differ between the files, each once; not those in `but`.  Returns how many. */
static unsigned
tell_changes(const struct config_file *from, const struct config_file *but, const struct config_file *was,
    const struct config_file *is)
{
	unsigned told = 0;

	for (size_t i = 0; i < from->count; i++) {
		const char *name = from->setting[i].name;

		if (is_before(from, i, name) || (but != NULL && is_before(but, but->count, name)) ||
		    strcmp(name, "expire") == 0 || config_file_same(was, is, name))
			continue;
		log_line(LOG_LEVEL_INFO, "%s %s: it needs a restart", name,
		    is_before(is, is->count, name) ? "has changed" : "is gone");
		told++;
	}
	return told;
}

/* Limits that are wrong were found before. */
static unsigned
take_expire(const struct reload *r, const struct options *now)
{
	const char *text = value_of(&now->settings, "expire");
	struct expiry_state is;

	expiry_state(r->expiry, &is);
	if (now->retain_given) {
		if (config_file_same(&r->options->settings, &now->settings, "expire"))
			return 0;
		log_line(LOG_LEVEL_INFO, "expire has changed: it is not taken, for -e of the command line goes "
		    "before it");
		return 1;
	}
	if (is.each == now->retain.each && retain_limits_equal(&is.limits, &now->retain.limits))
		return 0;
	expiry_change(r->expiry, &now->retain);
	if (text != NULL)
		log_line(LOG_LEVEL_INFO, "expire has changed: %s is taken", text);
	else
		log_line(LOG_LEVEL_INFO, "expire is gone: no files are removed any more");
	return 1;
}

void
reload_settings(void *context)
{
	const struct reload *r = context;
	const struct config_file *was = &r->options->settings;
	struct options now;
	unsigned changes;
	int status;

	cli_messages_to(log_fault);
	status = options_parse_again(r->options, &now);
	cli_messages_to(NULL);
	if (status != CLI_OK) {
		log_line(LOG_LEVEL_ERROR, "%s: is wrong: nothing has changed", r->options->config);
	} else {
		changes = tell_changes(was, NULL, was, &now.settings) +
		    tell_changes(&now.settings, was, was, &now.settings) + take_expire(r, &now);
		log_line(LOG_LEVEL_INFO, "%s: read again%s", r->options->config,
		    changes == 0 ? ", nothing has changed" : "");
	}
	options_clear(&now);
}
