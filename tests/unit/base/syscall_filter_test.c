/* SPDX-License-Identifier: MIT */
/* syscall_filter.c, each time in a child process. */
#include "base/syscall_filter.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "../child.h"
#include "../test.h"

static enum syscall_filter kind;
static struct child child;

static void
tell(const char *what, long result)
{
	dprintf(STDERR_FILENO, "%s:%s\n", what, result >= 0 ? "yes" : errno == EPERM ? "EPERM" :
	    errno == EAFNOSUPPORT ? "EAFNOSUPPORT" : "other");
}

static void
enter_and_try(void)
{
	struct iovec local = { 0 }, remote = { 0 };

	if (!syscall_filter_enter(kind))
		_exit(1);
	tell("unix", socket(AF_UNIX, SOCK_STREAM, 0));
	tell("inet", socket(AF_INET, SOCK_STREAM, 0));
	tell("inet6", socket(AF_INET6, SOCK_DGRAM, 0));
	tell("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
	tell("io_uring", syscall(SYS_io_uring_setup, 0, NULL));
	tell("ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	tell("peek", process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
	tell("poke", process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
	tell("borrow", syscall(SYS_pidfd_getfd, -1, 0, 0));
	tell("execveat", syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0));
	tell("exec", execl("/bin/true", "true", NULL));
	tell("file", open("/dev/null", O_RDONLY));
}

#define REST	"io_uring:EPERM\nptrace:EPERM\npeek:EPERM\npoke:EPERM\nborrow:EPERM\nexecveat:EPERM\nexec:EPERM\nfile:yes\n"

static void
who_calls_others_keeps_its_sockets(UNUSED void **state)
{
	kind = SYSCALL_FILTER_ANY_SOCKET;
	child = child_run(enter_and_try);
	assert_int_equal(child.status, 0);
	assert_string_equal(strstr(child.text, "netlink:"), "netlink:yes\n" REST);
	assert_non_null(strstr(child.text, "unix:yes\ninet:yes\n"));
}

static void
who_calls_nobody_keeps_unix_sockets_alone(UNUSED void **state)
{
	kind = SYSCALL_FILTER_UNIX_SOCKETS;
	child = child_run(enter_and_try);
	assert_int_equal(child.status, 0);
	assert_string_equal(child.text, "unix:yes\ninet:EAFNOSUPPORT\ninet6:EAFNOSUPPORT\n"
	    "netlink:EAFNOSUPPORT\n" REST);
}

#ifdef __x86_64__
/* The same calls have numbers of their own under x32 ... */
static void
try_x32(void)
{
	if (!syscall_filter_enter(SYSCALL_FILTER_UNIX_SOCKETS))
		_exit(1);
	tell("x32", syscall(0x40000000 | SYS_socket, AF_INET, SOCK_STREAM, 0));
}

/* ... and others behind the door for 32 bits, which a kernel without it answers with a signal. */
static void
try_i386(void)
{
	long result;

	if (!syscall_filter_enter(SYSCALL_FILTER_UNIX_SOCKETS))
		_exit(1);
	__asm__ volatile ("int $0x80" : "=a"(result) : "a"(359L /* socket */), "b"((long)AF_INET),
	    "c"((long)SOCK_STREAM), "d"(0L) : "memory");
	errno = (int)-result;
	tell("i386", result >= 0 ? 0 : -1);
}

static void
no_other_door_leads_round_it(UNUSED void **state)
{
	child = child_run(try_x32);
	assert_int_equal(child.status, 0);
	assert_string_equal(child.text, "x32:EPERM\n");
	child = child_run(try_i386);
	assert_string_equal(child.text, child.status == 0 ? "i386:EPERM\n" : "");
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_calls_others_keeps_its_sockets),
		cmocka_unit_test(who_calls_nobody_keeps_unix_sockets_alone),
#ifdef __x86_64__
		cmocka_unit_test(no_other_door_leads_round_it),
#endif
	};

	return RUN(tests, NULL, NULL);
}
