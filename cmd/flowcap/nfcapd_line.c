/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowcap/nfcapd_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli.h"

/* Letters with an argument in both programs. */
static const char takers[] = "nMStIxpbBfRsPugCJ";

struct reading {
	int argc, at;
	char **argv;
	bool has_l;
	struct nfcapd_line *line;
};

static void
put(struct reading *r, const char *word)
{
	/* getopt reorders the words, but does not write into them. */
	r->line->argv[r->line->argc++] = (char *)(uintptr_t)word;
}

/* The word after the option, or NULL where that is another option or missing. */
static char *
behind(const struct reading *r)
{
	char *word = r->at + 1 < r->argc ? r->argv[r->at + 1] : NULL;

	return word != NULL && (word[0] != '-' || word[1] == '\0') ? word : NULL;
}

/* The option and its argument under another letter. */
static int
rename_to(struct reading *r, const char *option)
{
	const char *attached = r->argv[r->at] + 2;
	const char *argument = attached[0] != '\0' ? attached : r->at + 1 < r->argc ? r->argv[++r->at] : NULL;

	put(r, option);
	if (argument != NULL)
		put(r, argument);
	return CLI_OK;
}

static int
take_codec(struct reading *r)
{
	char *codec = r->argv[r->at] + 2;

	if (codec[0] == '\0') {
		codec = behind(r);
		if (codec != NULL)
			r->at++;
	}
	if (codec == NULL || strncmp(codec, "=lzo", 4) == 0 || strncmp(codec, "=bz2", 4) == 0) {
		cli_warn("-z%s%s: files are Parquet, compressed with lz4, zstd or gzip: lz4 is used",
		    codec != NULL ? " " : "", codec != NULL ? codec : "");
		return CLI_OK;
	}
	put(r, "-z");
	put(r, codec + (codec[0] == '='));
	return CLI_OK;
}

/* nfcapd has levels 0 to 4; from 3 on they are for its developers. */
static int
take_verbose(struct reading *r)
{
	const char *level = r->argv[r->at] + 2;

	if (level[0] == '\0') {
		level = behind(r);
		if (level == NULL || level[0] < '0' || level[0] > '4' || level[1] != '\0') {
			put(r, "-v");
			return CLI_OK;
		}
		r->at++;
	} else if (!isdigit((unsigned char)level[0])) {
		put(r, r->argv[r->at]);
		return CLI_OK;
	}
	if (level[0] != '0')
		put(r, "-v");
	return CLI_OK;
}

/* Letters that flowcap does not have, or has with an argument. */
static int
take_own(struct reading *r, char letter)
{
	char *attached = r->argv[r->at] + 2;

	switch (letter) {
	case 'l': return rename_to(r, "-w");
	case 'W': return rename_to(r, "-j");
	case 'z': return take_codec(r);
	case 'v': return take_verbose(r);
	case 'Z': put(r, "--local-time"); return CLI_OK;
	case 'T':
		if (attached[0] == '\0' && behind(r) != NULL)
			r->at++;
		cli_warn("-T: all elements are kept, it is not needed");
		return CLI_OK;
	case 'y': cli_warn("-y: lz4 is the usual codec, it is not needed"); return CLI_OK;
	case 'E':
		if (attached[0] != '\0')
			return cli_misuse("-E%s: flow-capture's limit of size is -e size=%s", attached, attached);
		put(r, "-v");
		put(r, "-v");
		return CLI_OK;
	default: return CLI_OK;
	}
}

/* Letters with an argument in flowcap, and none in nfcapd. */
static int
take_flag(struct reading *r, char letter)
{
	if (r->argv[r->at][2] != '\0' || behind(r) != NULL) {
		put(r, r->argv[r->at]);
		if (r->argv[r->at][2] == '\0')
			put(r, r->argv[++r->at]);
		return CLI_OK;
	}
	if (letter == 'j')
		cli_warn("-j: files are Parquet, compressed with lz4, zstd or gzip: lz4 is used");
	else if (letter == 'e')
		cli_warn("-e: nothing expires without limits: -e age=90d,size=2T");
	else if (!r->has_l)
		put(r, r->argv[r->at]);		/* -w: getopt reports the missing argument */
	return CLI_OK;
}

static int
take_word(struct reading *r)
{
	char *word = r->argv[r->at], letter = word[0] == '-' ? word[1] : '\0';

	if (letter == '\0' || letter == '-') {
		put(r, word);
		return CLI_OK;
	}
	if (letter == 'V' && behind(r) != NULL)
		return cli_misuse("-V %s: exports of all versions are taken; -V tells the version of this program",
		    behind(r));
	if (letter == 'C' && word[2] == '\0' && behind(r) != NULL && strcmp(behind(r), "none") == 0) {
		r->at++;
		return CLI_OK;
	}
	if (strchr("lWzvZTyE", letter) != NULL)
		return take_own(r, letter);
	if (strchr("wej", letter) != NULL)
		return take_flag(r, letter);
	put(r, word);
	if (strchr(takers, letter) != NULL && word[2] == '\0' && r->at + 1 < r->argc)
		put(r, r->argv[++r->at]);
	return CLI_OK;
}

int
nfcapd_line_read(int argc, char **argv, struct nfcapd_line *line)
{
	struct reading r = { .argc = argc, .argv = argv, .at = 1, .line = line };
	int status = CLI_OK;

	/* A word becomes two at most. */
	*line = (struct nfcapd_line){ 0, calloc(2 * (size_t)argc + 1, sizeof(*line->argv)) };
	if (line->argv == NULL)
		return cli_fail("out of memory");
	for (int i = 1; i < argc; i++)
		r.has_l |= strncmp(argv[i], "-l", 2) == 0;
	put(&r, argc > 0 ? argv[0] : "flowcap");
	for (; r.at < argc && status == CLI_OK; r.at++)
		status = take_word(&r);
	return status;
}

void
nfcapd_line_clear(struct nfcapd_line *line)
{
	free(line->argv);
	line->argv = NULL;
}
