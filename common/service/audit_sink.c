/* SPDX-License-Identifier: MIT */
#include "service/audit_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#define DATAGRAM_MAX	8192	/* bytes; the longest line is half of it */
#define APPENDING	(O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static bool
failed(int fd, const char *what, const char **why)
{
	*why = what;
	if (fd >= 0)
		close(fd);
	return false;
}

/* Root may be the first to write, by `sallyport`: the file is given to those who may write to its folder. */
static bool
give_to_folder(int fd, const char *path)
{
	char folder[PATH_MAX];
	struct stat st;
	int n = snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path + 1), path);

	return n > 0 && (size_t)n < sizeof folder && stat(folder, &st) == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) == 0 && fchmod(fd, 0660) == 0;
}

static int
open_or_make(const char *path)
{
	int fd = open(path, APPENDING);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if ((fd = open(path, APPENDING | O_CREAT | O_EXCL, 0660)) < 0)
		return errno == EEXIST ? open(path, APPENDING) : fd;
	if (geteuid() == 0 && !give_to_folder(fd, path)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* -1 with *why set. */
static int
open_file(const char *path, const char **why)
{
	int fd = open_or_make(path);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1)
		return fd;
	(void)failed(fd, fd >= 0 ? "it is no file of its own" : errno == ELOOP ? "it is a symbolic link" :
	    strerror(errno), why);
	return -1;
}

bool
audit_file_is_good(const char *path, const char **why)
{
	int fd = open_file(path, why);

	return fd >= 0 && close(fd) == 0;
}

bool
audit_to_file(const char *path, const char *line, const char **why)
{
	size_t n = strlen(line);
	struct iovec parts[2] = {
		{ .iov_base = (union { const char *in; char *out; }){ .in = line }.out, .iov_len = n },
		{ .iov_base = (char[]){ '\n' }, .iov_len = 1 },
	};
	int fd = open_file(path, why);

	if (fd < 0)
		return false;
	errno = ENOSPC;		/* what a short write means */
	if (writev(fd, parts, 2) != (ssize_t)n + 1)
		return failed(fd, strerror(errno), why);
	close(fd);
	return true;
}

/* Without a time, which the daemon adds: syslog(3) would wait for one that is slow. */
bool
audit_to_syslog(const char *socket_path, const char *line, const char **why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char text[DATAGRAM_MAX];
	int fd, n = snprintf(text, sizeof text, "<%d>sallyport[%ld]: %s", LOG_AUTHPRIV | LOG_INFO,
	    (long)getpid(), line);

	if (n < 0 || (size_t)n >= sizeof text || strlen(socket_path) >= sizeof to.sun_path)
		return failed(-1, "the line or the path is too long", why);
	memcpy(to.sun_path, socket_path, strlen(socket_path));
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
		return failed(fd, strerror(errno), why);
	if (sendto(fd, text, (size_t)n, MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to) < 0 &&
	    errno != ENOENT && errno != ECONNREFUSED)
		return failed(fd, strerror(errno), why);
	close(fd);
	return true;
}
