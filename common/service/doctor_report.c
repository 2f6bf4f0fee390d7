/* SPDX-License-Identifier: MIT */
#include "service/doctor_report.h"

#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

void
doctor_says(struct doctor *d, enum finding finding, const char *fmt, ...)
{
	static const char *const words[] = {
		[FINE] = "ok      ", [NOTE] = "note    ", [PROBLEM] = "PROBLEM ",
	};
	va_list ap;

	d->problems += finding == PROBLEM;
	fputs(words[finding], stdout);
	va_start(ap, fmt);
	vfprintf(stdout, fmt, ap);
	va_end(ap);
	fputc('\n', stdout);
	fflush(stdout);
}

bool
doctor_path(struct doctor *d, const char *what, const char *path, int access_mode)
{
	struct stat st;

	if (stat(path, &st) != 0 || access(path, access_mode) != 0) {
		doctor_says(d, PROBLEM, "%s %s is missing or not open to this user: run `sallyport init "
		    "--group GROUP` with the web server's group, and check as that user", what, path);
		return false;
	}
	if ((st.st_mode & 07) != 0) {
		doctor_says(d, PROBLEM, "%s %s is open to everyone on this machine: chmod o= %s", what, path,
		    path);
		return false;
	}
	if (S_ISREG(st.st_mode) && access_mode == R_OK && (st.st_mode & 020) != 0) {
		doctor_says(d, PROBLEM, "%s %s can be changed by its group: chmod g-w %s", what, path, path);
		return false;
	}
	doctor_says(d, FINE, "%s: %s", what, path);
	return true;
}
