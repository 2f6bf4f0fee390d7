/* SPDX-License-Identifier: MIT */
/*
 * Replays files: each argument is a file, or a directory whose files are taken.  Fails when there
 * was none, so that a lost corpus is no success.
 */
#include <dirent.h>
#include <err.h>
#include <sys/stat.h>

#include "fuzz.h"

static size_t replayed;

/* From memory of exactly its size, so that a sanitizer sees a read past the end. */
static void
replay_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size > 0 ? size : 1);
	FILE *f = fopen(path, "rb");

	if (data == NULL || f == NULL || fread(data, 1, size, f) != size)
		err(1, "%s", path);
	(void)fclose(f);
	(void)fprintf(stderr, "%s\n", path);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	replayed++;
}

static void	 replay(const char *path);

static void
replay_directory(const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, NULL, alphasort);

	if (n < 0)
		err(1, "%s", path);
	for (int i = 0; i < n; i++) {
		char *name = NULL;

		if (entry[i]->d_name[0] != '.') {
			if (asprintf(&name, "%s/%s", path, entry[i]->d_name) < 0)
				err(1, "%s", path);
			replay(name);
		}
		free(name);
		free(entry[i]);
	}
	free(entry);
}

static void
replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		err(1, "%s", path);
	if (S_ISDIR(st.st_mode))
		replay_directory(path);
	else
		replay_file(path, (size_t)st.st_size);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (replayed == 0)
		errx(1, "no file to replay");
	(void)printf("%zu files\n", replayed);
	return 0;
}
