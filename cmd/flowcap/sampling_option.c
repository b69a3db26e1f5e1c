/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/sampling_option.h"

#include <stdlib.h>
#include <string.h>

#include "common/cli.h"
#include "flowcap/source_option.h"

#define RULES_MAX 4096
#define INTERFACES_MAX 256

/* One -s. */
struct asked {
	uint32_t rate;
	bool override;
	struct collect_net *net;
	size_t nets;
	uint32_t interface[INTERFACES_MAX];
	size_t interfaces;
};

static int
take_interfaces(char *text, struct asked *a)
{
	uint64_t index;
	char *word;

	while ((word = strsep(&text, ";")) != NULL) {
		if (a->interfaces == INTERFACES_MAX)
			return cli_misuse("-s: not more than %d interfaces", INTERFACES_MAX);
		if (!cli_number("-s if", word, 0, UINT32_MAX, &index))
			return CLI_MISUSE;
		a->interface[a->interfaces++] = (uint32_t)index;
	}
	return CLI_OK;
}

static int
add_rule(struct options *o, const struct asked *a, const struct collect_net *net, const uint32_t *interface)
{
	struct flow_sampling_rule *bigger;

	if (o->rules == RULES_MAX)
		return cli_misuse("-s: not more than %d networks and interfaces", RULES_MAX);
	bigger = realloc(o->rule, (o->rules + 1) * sizeof(*bigger));
	if (bigger == NULL)
		return cli_fail("out of memory");
	bigger[o->rules++] = (struct flow_sampling_rule){ .net = net->addr, .bits = net->bits,
		.has_interface = interface != NULL, .interface = interface != NULL ? *interface : 0,
		.rate = a->rate, .override = a->override };
	o->rule = bigger;
	o->collect.decoder.rule = bigger;
	o->collect.decoder.rules = o->rules;
	return CLI_OK;
}

static int
add_rules(struct options *o, const struct asked *a)
{
	int status = CLI_OK;

	for (size_t i = 0; i < a->nets && status == CLI_OK; i++) {
		if (a->interfaces == 0)
			status = add_rule(o, a, &a->net[i], NULL);
		for (size_t k = 0; k < a->interfaces && status == CLI_OK; k++)
			status = add_rule(o, a, &a->net[i], &a->interface[k]);
	}
	return status;
}

static int
parse(char *text, struct asked *a)
{
	char all[] = "0.0.0.0/0;::/0", *word = strsep(&text, ",");
	uint64_t rate;
	int status = CLI_OK;

	/* A negative rate overrides, as in nfcapd. */
	a->override = word[0] == '-';
	if (!cli_number("-s", word + a->override, 1, UINT32_MAX, &rate))
		return CLI_MISUSE;
	a->rate = (uint32_t)rate;
	while (status == CLI_OK && (word = strsep(&text, ",")) != NULL) {
		if (strncmp(word, "net=", 4) == 0)
			status = nets_parse("-s", word + 4, &a->net, &a->nets);
		else if (strncmp(word, "if=", 3) == 0)
			status = take_interfaces(word + 3, a);
		else
			status = cli_misuse("-s: behind the rate there can be ,net=ADDRESS/BITS;ADDRESS... and "
			    ",if=INDEX;INDEX..., not '%s'", word);
	}
	if (status == CLI_OK && a->nets == 0 && a->interfaces > 0)
		status = nets_parse("-s", all, &a->net, &a->nets);
	return status;
}

int
sampling_add(struct options *options, const char *text)
{
	struct asked a = { .rate = 0 };
	char *copy = strdup(text);
	int status = copy != NULL ? parse(copy, &a) : cli_fail("out of memory");

	if (status == CLI_OK && a.nets == 0) {
		options->collect.decoder.sampling = a.rate;
		options->collect.decoder.sampling_override = a.override;
	} else if (status == CLI_OK) {
		status = add_rules(options, &a);
	}
	free(a.net);
	free(copy);
	return status;
}

void
sampling_clear(struct options *options)
{
	free(options->rule);
	options->rule = NULL;
	options->rules = 0;
}
