/* SPDX-License-Identifier: MIT */
/*
 * fail.c - to be preloaded: memory, writes and syncs of a program fail when the test wants it
 *
 * FAULTS names a file of numbers (struct faults), shared with the test, which may change them at any
 * time.  What fails is counted over all processes that share it.  With `places` memory is counted by
 * the place that asks, a place being the calls that led there, so that 1, 2, 3... meets each of them
 * once; a new value of it begins anew.  Otherwise calls are counted.  Whatever fails, `blocks` counts the
 * memory that was asked for and not given back.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MEMORY = 1, WRITE = 2, SYNC = 4 };

#define DEPTH	16			/* calls that make a place */
#define SKIPPED	2			/* of them our own */
#define FIRST_PAGE	4096			/* bytes that nobody has */
#define PLACES	16384			/* more than any program has */
#define PAGE	4096			/* bytes of the database, and at most of */
#define PAGE_OWN	512		/* what SQLite has with it in the same block */

struct faults {
	_Atomic int64_t	what;		/* MEMORY, WRITE, SYNC, added; 0: nothing */
	_Atomic int64_t	error;		/* errno of writes and syncs */
	_Atomic int64_t	first, last;	/* which ones fail, counted from 1 */
	_Atomic int64_t	every;		/* of those one in so many */
	_Atomic int64_t	places;
	_Atomic int64_t	count;		/* of what could have failed, and */
	_Atomic int64_t	failed;		/* of what did */
	_Atomic int64_t	crash;		/* the signal of a program that went wrong by itself */
	_Atomic int64_t	blocks;		/* of memory that programs have, those that were killed too */
};

extern void	*__libc_malloc(size_t);
extern void	*__libc_calloc(size_t, size_t);
extern void	*__libc_realloc(void *, size_t);
extern void	*__libc_memalign(size_t, size_t);
extern void	 __libc_free(void *);

static void	begin(void);

static struct faults *faults;
static __thread int busy;		/* with our own: what that asks for is not counted */

/* The first of the calls that led here that is neither the C library's nor our own is the program's. */
static int
is_the_programs_own(void *const *frame, int n)
{
	Dl_info program, libc, own, here;

	if (dladdr((void *)getauxval(AT_ENTRY), &program) == 0 || dladdr((void *)exit, &libc) == 0 ||
	    dladdr((void *)begin, &own) == 0)
		return 1;
	for (int i = 0; i < n; i++)
		if (dladdr(frame[i], &here) != 0 && here.dli_fbase != libc.dli_fbase &&
		    here.dli_fbase != own.dli_fbase)
			return here.dli_fbase == program.dli_fbase;
	return 1;
}

/* A library that goes on with nothing for want of memory ends there, or asserts that it has some. */
static void
crashed(int signal_number, siginfo_t *info, void *context)
{
	void *frame[DEPTH];
	int n = backtrace(frame, DEPTH), null = (uintptr_t)info->si_addr < FIRST_PAGE;

	(void)context;
	backtrace_symbols_fd(frame, n, STDERR_FILENO);
	if (is_the_programs_own(frame, n) || (signal_number == SIGSEGV && !null) ||
	    (signal_number != SIGSEGV && signal_number != SIGABRT && signal_number != SIGFPE))
		faults->crash = signal_number;
	(void)signal(signal_number, SIG_DFL);
	(void)raise(signal_number);
}

__attribute__((constructor)) static void
begin(void)
{
	struct sigaction action = { .sa_sigaction = crashed, .sa_flags = SA_SIGINFO };
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS };
	const char *file = getenv("FAULTS");
	int fd = file == NULL ? -1 : open(file, O_RDWR | O_CLOEXEC);
	void *shared, *frame[DEPTH];

	if (fd < 0)
		return;
	shared = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	(void)backtrace(frame, DEPTH);	/* loads what it needs */
	if (shared == MAP_FAILED)
		return;
	faults = shared;
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		(void)sigaction(crashes[i], &action, NULL);
}

/* True for the first time that the calls that led here do so. */
static int
is_new_place(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static uint64_t seen[PLACES];
	static int64_t epoch;
	void *frame[DEPTH];
	int n = backtrace(frame, DEPTH), fresh;
	uint64_t hash = 1469598103934665603U;
	size_t at;

	for (int i = SKIPPED; i < n; i++)
		hash = (hash ^ (uintptr_t)frame[i]) * 1099511628211U;
	(void)pthread_mutex_lock(&lock);
	if (epoch != faults->places)
		memset(seen, 0, sizeof seen);
	epoch = faults->places;
	for (at = hash % PLACES; seen[at] != 0 && seen[at] != hash; at = (at + 1) % PLACES)
		;
	fresh = seen[at] == 0;
	seen[at] = hash;
	(void)pthread_mutex_unlock(&lock);
	return fresh;
}

__attribute__((noinline)) static int
fails(int64_t what)
{
	int64_t n;
	int counts;

	if (faults == NULL || busy || (faults->what & what) == 0)
		return 0;
	busy = 1;
	counts = what != MEMORY || !faults->places || is_new_place();
	busy = 0;
	if (!counts)
		return 0;
	n = ++faults->count;
	if (n < faults->first || n > faults->last || (n - faults->first) % faults->every != 0)
		return 0;
	faults->failed++;
	errno = what == MEMORY ? ENOMEM : (int)faults->error;
	return 1;
}

/* Standard output and peers are no disk. */
static int
is_file(int fd)
{
	struct stat st;

	return fd > STDERR_FILENO && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* One block more, or less; but for those in which SQLite keeps pages of the database, up to a size that it knows. */
static void *
count(void *block, int n)
{
	size_t size = block == NULL ? 0 : malloc_usable_size(block);

	if (faults != NULL && size > 0 && (size < PAGE || size > PAGE + PAGE_OWN))
		faults->blocks += n;
	return block;
}

void *
malloc(size_t n)
{
	return fails(MEMORY) ? NULL : count(__libc_malloc(n), 1);
}

void *
calloc(size_t items, size_t n)
{
	return fails(MEMORY) ? NULL : count(__libc_calloc(items, n), 1);
}

void
free(void *block)
{
	__libc_free(count(block, -1));
}

void *
realloc(void *old, size_t n)
{
	void *new;

	if (old == NULL)
		return malloc(n);
	if (n == 0) {
		free(old);
		return NULL;
	}
	if (fails(MEMORY))
		return NULL;
	(void)count(old, -1);
	if ((new = __libc_realloc(old, n)) == NULL)
		(void)count(old, 1);
	return count(new, 1);
}

int
posix_memalign(void **out, size_t alignment, size_t n)
{
	if (fails(MEMORY))
		return ENOMEM;
	return (*out = count(__libc_memalign(alignment, n), 1)) == NULL ? ENOMEM : 0;
}

ssize_t
write(int fd, const void *data, size_t n)
{
	return is_file(fd) && fails(WRITE) ? -1 : syscall(SYS_write, fd, data, n);
}

ssize_t
pwrite64(int fd, const void *data, size_t n, off64_t at)
{
	return is_file(fd) && fails(WRITE) ? -1 : syscall(SYS_pwrite64, fd, data, n, at);
}

ssize_t
pwrite(int fd, const void *data, size_t n, off_t at)
{
	return pwrite64(fd, data, n, at);
}

int
ftruncate64(int fd, off64_t n)
{
	return fails(WRITE) ? -1 : (int)syscall(SYS_ftruncate, fd, n);
}

int
ftruncate(int fd, off_t n)
{
	return ftruncate64(fd, n);
}

int
fsync(int fd)
{
	return fails(SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return fails(SYNC) ? -1 : (int)syscall(SYS_fdatasync, fd);
}
