/* SPDX-License-Identifier: MIT */
#include "base/fifo.h"

#include "base/die.h"

#define FIRST	512	/* bytes of the first room */

size_t
fifo_len(const struct fifo *f)
{
	return f->end - f->begin;
}

const char *
fifo_front(const struct fifo *f)
{
	return f->data == NULL ? "" : (const char *)f->data + f->begin;
}

/* Moves what is in it to a room for `need` bytes and a NUL. */
static void
move(struct fifo *f, size_t need)
{
	size_t len = fifo_len(f), room = FIRST;
	unsigned char *data;

	while (room < need + 1)
		room *= 2;
	if ((data = malloc(room)) == NULL)
		die("no memory for %zu bytes", room);
	if (len > 0)
		memcpy(data, f->data + f->begin, len);
	if (f->data != NULL)
		explicit_bzero(f->data, f->end);
	free(f->data);
	*f = (struct fifo){ .data = data, .end = len, .room = room, .most = f->most };
}

bool
fifo_put(struct fifo *f, const void *from, size_t n)
{
	size_t len = fifo_len(f);

	if (f->most != 0 && n > f->most - len)
		return false;
	if (f->data == NULL || f->end + n + 1 > f->room)
		move(f, len + n);
	if (n > 0)
		memcpy(f->data + f->end, from, n);
	f->end += n;
	f->data[f->end] = '\0';
	return true;
}

void
fifo_drop(struct fifo *f, size_t n)
{
	if (n >= fifo_len(f)) {
		fifo_free(f);
		return;
	}
	explicit_bzero(f->data + f->begin, n);
	f->begin += n;
}

void
fifo_free(struct fifo *f)
{
	if (f->data != NULL)
		explicit_bzero(f->data, f->end);
	free(f->data);
	*f = (struct fifo){ .most = f->most };
}
