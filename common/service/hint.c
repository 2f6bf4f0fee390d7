/* SPDX-License-Identifier: MIT */
#include "service/hint.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/random.h"

static bool
address_of(const struct config *config, const char *name, struct sockaddr_un *out)
{
	int n;

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strchr(name, '/') != NULL)
		return false;	/* it comes from the store */
	n = snprintf(out->sun_path, sizeof out->sun_path, "%s/run/%s", config->state_dir, name);
	return n > 0 && (size_t)n < sizeof out->sun_path;
}

bool
hint_open(const struct config *config, struct hint_socket *s)
{
	struct sockaddr_un at;
	uint32_t number;

	random_bytes(&number, sizeof number);
	(void)snprintf(s->name, sizeof s->name, "stream-%d-%08x", (int)getpid(), number);
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Whoever takes messages may run as another user of the group. */
	if (s->fd >= 0 && address_of(config, s->name, &at) &&
	    bind(s->fd, (struct sockaddr *)&at, sizeof at) == 0 && chmod(at.sun_path, 0660) == 0)
		return true;
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct hint_socket){ .fd = -1 };
	return false;
}

void
hint_close(const struct config *config, struct hint_socket *s)
{
	struct sockaddr_un at;

	if (s->fd < 0)
		return;
	close(s->fd);
	s->fd = -1;
	if (address_of(config, s->name, &at))
		(void)unlink(at.sun_path);
}

bool
hint_receive(const struct hint_socket *s, uint8_t hash[static SHA256_SIZE])
{
	ssize_t n = recv(s->fd, hash, SHA256_SIZE, 0);

	if (n >= 0 && n != SHA256_SIZE)
		memset(hash, 0, SHA256_SIZE);	/* nobody's */
	return n >= 0;
}

bool
hint_send(const struct config *config, const char *name,
    const uint8_t hash[static SHA256_SIZE])
{
	struct sockaddr_un at;
	int fd, error = 0;

	if (*name == '\0' || !address_of(config, name, &at))
		return true;	/* it could not be made: a look a second serves */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return true;
	if (sendto(fd, hash, SHA256_SIZE, 0, (struct sockaddr *)&at, sizeof at) < 0)
		error = errno;
	close(fd);
	if (error == ECONNREFUSED)
		(void)unlink(at.sun_path);	/* left behind by a process that was killed */
	return error != ECONNREFUSED && error != ENOENT;
}
