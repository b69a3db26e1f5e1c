/* SPDX-License-Identifier: BSD-2-Clause */
/* The argument of -R. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "flowcap/multicast.h"
#include "flowcap/repeat.h"
#include "flowcap/source_option.h"

/* nfcapd's default, and our own. */
#define DEFAULT_PORT "9995"

static int
take_host(char *host, const char *text, struct repeat_target *target)
{
	char *slash = strrchr(host, '/'), *percent;
	uint64_t port;

	if (host[0] == '\0' || (slash != NULL && (slash == host || slash[1] == '\0')))
		return cli_misuse("-R: '%s' is no HOST[/PORT]", text);
	if (slash != NULL)
		*slash++ = '\0';
	/* getaddrinfo would take a larger number modulo 2^16. */
	if (slash != NULL && strspn(slash, "0123456789") == strlen(slash) &&
	    !cli_number("-R port", slash, 1, UINT16_MAX, &port))
		return CLI_MISUSE;
	percent = strchr(host, '%');
	if (percent != NULL)
		*percent++ = '\0';
	target->host = host;
	target->port = slash != NULL ? slash : DEFAULT_PORT;
	if (percent == NULL)
		return CLI_OK;
	target->interface = multicast_interface(percent);
	return target->interface != 0 ? CLI_OK : cli_misuse("-R: there is no interface '%s'", percent);
}

static int
take_word(char *word, const char *text, struct repeat_target *target)
{
	uint64_t ttl;

	if (strncmp(word, "net=", 4) == 0)
		return nets_parse("-R", word + 4, &target->net, &target->nets);
	if (strncmp(word, "ttl=", 4) != 0)
		return cli_misuse("-R: '%s': behind HOST/PORT there can be ,net=ADDRESS/BITS;ADDRESS... and ,ttl=N",
		    text);
	if (!cli_number("-R ttl", word + 4, 1, 255, &ttl))
		return CLI_MISUSE;
	target->ttl = (unsigned)ttl;
	return CLI_OK;
}

int
repeat_target_parse(const char *text, struct repeat_target *target)
{
	char *next, *word;
	int status;

	*target = (struct repeat_target){ .text = strdup(text) };
	if (target->text == NULL)
		return cli_fail("out of memory");
	next = target->text;
	word = strsep(&next, ",");
	status = take_host(word, text, target);
	while (status == CLI_OK && (word = strsep(&next, ",")) != NULL)
		status = take_word(word, text, target);
	return status;
}

void
repeat_target_clear(struct repeat_target *target)
{
	free(target->text);
	free(target->net);
	*target = (struct repeat_target){ .text = NULL };
}
