/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for a fuzzing engine: runs the target on each file of the folder
 * tests/fuzz/<target>.in (and .repro) of the source tree, or on the files
 * given, and speaks TAP.  A crash is a missing plan, which the driver reports.
 */
#include <dirent.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static unsigned runs;

static void
run_file(const char *path)
{
	size_t cap = 1 << 20, len;
	uint8_t *data = malloc(cap), *exact;
	FILE *f = fopen(path, "rb");

	if (data == NULL || f == NULL) {
		printf("not ok %u - cannot read %s\n", ++runs, path);
		free(data);
		if (f != NULL)
			fclose(f);
		return;
	}
	len = fread(data, 1, cap, f);
	fclose(f);
	/* An allocation of exactly this size lets sanitizers see reads past it. */
	exact = malloc(len > 0 ? len : 1);
	if (exact != NULL) {
		memcpy(exact, data, len);
		(void)LLVMFuzzerTestOneInput(exact, len);
		free(exact);
	}
	free(data);
	printf("ok %u - %s\n", ++runs, path);
	fflush(stdout);
}

static void
run_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[4096];

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		run_file(path);
	}
	closedir(dir);
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("FLOW_SRCDIR");
	char folder[2048];
	int i;

	for (i = 1; i < argc; i++)
		run_file(argv[i]);
	if (argc == 1) {
		const char *name = basename(argv[0]);

		(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/%s.in",
		    srcdir != NULL ? srcdir : ".", name);
		run_folder(folder);
		(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/%s.repro",
		    srcdir != NULL ? srcdir : ".", name);
		run_folder(folder);
	}
	if (runs == 0)
		printf("ok %u # SKIP no seeds\n", ++runs);
	printf("1..%u\n", runs);
	return 0;
}
