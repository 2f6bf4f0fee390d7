/* SPDX-License-Identifier: MIT */
#include "service/audit_sink.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../test.h"
#include "content.h"

static char dir[64];
static char path[128], other[128];

static int
open_dir(UNUSED void **state)
{
	memcpy(dir, "/tmp/sallyport-XXXXXX", sizeof "/tmp/sallyport-XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/audit", dir);
	(void)snprintf(other, sizeof other, "%s/other", dir);
	return 0;
}

static int
close_dir(UNUSED void **state)
{
	(void)unlink(path);
	(void)unlink(other);
	return rmdir(dir);
}

static void
lines_are_appended_to_a_file_of_0660(UNUSED void **state)
{
	const char *why = NULL;
	mode_t before = umask(0007);
	struct stat st;

	assert_true(audit_to_file(path, "{\"one\"}", &why));
	assert_true(audit_to_file(path, "{\"two\"}", &why));
	assert_string_equal(content(path), "{\"one\"}\n{\"two\"}\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	(void)umask(before);
}

/* `sallyport check` and `revoke` are run by root: the programs must be able to write to what these made. */
static void
what_root_makes_is_its_folders(UNUSED void **state)
{
	const char *why = NULL;
	mode_t before;
	struct stat st;

	if (geteuid() != 0)
		return;
	before = umask(0022);
	assert_int_equal(chown(dir, 1234, 4321), 0);
	assert_true(audit_file_is_good(path, &why));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 1234);
	assert_int_equal(st.st_gid, 4321);
	assert_int_equal(st.st_mode & 07777, 0660);
	/* One that is there keeps what it has. */
	assert_int_equal(chown(path, 1, 2), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_true(audit_to_file(path, "one", &why));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 1);
	assert_int_equal(st.st_mode & 07777, 0640);
	(void)umask(before);
}

/* As logrotate does it, without a word to the programs. */
static void
a_file_that_was_moved_away_is_made_anew(UNUSED void **state)
{
	const char *why = NULL;

	assert_true(audit_to_file(path, "one", &why));
	assert_int_equal(rename(path, other), 0);
	assert_true(audit_to_file(path, "two", &why));
	assert_string_equal(content(other), "one\n");
	assert_string_equal(content(path), "two\n");
}

static void
no_link_is_followed_and_nothing_else_written_to(UNUSED void **state)
{
	const char *why = NULL;

	assert_true(audit_to_file(other, "kept", &why));
	assert_int_equal(symlink(other, path), 0);
	assert_false(audit_to_file(path, "x", &why));
	assert_string_equal(why, "it is a symbolic link");
	assert_false(audit_file_is_good(path, &why));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(link(other, path), 0);
	assert_false(audit_to_file(path, "x", &why));
	assert_string_equal(why, "it is no file of its own");
	assert_int_equal(unlink(path), 0);
	assert_string_equal(content(other), "kept\n");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(audit_to_file(path, "x", &why));
	assert_int_equal(unlink(path), 0);
	assert_false(audit_to_file("/dev/null", "x", &why));
	assert_false(audit_to_file(dir, "x", &why));
	assert_false(audit_to_file("/no/such/folder", "x", &why));
	assert_string_equal(why, "No such file or directory");
}

static void
a_full_disk_is_told(UNUSED void **state)
{
	const struct rlimit small = { 10, 10 };
	const char *why = NULL;
	int status;

	if (fork() == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &small) != 0)
			_exit(2);
		_exit(audit_to_file(path, "more than ten bytes", &why) || why == NULL ||
		    audit_to_file(path, "more than ten bytes", &why));
	}
	assert_true(wait(&status) > 0);
	assert_int_equal(status, 0);
}

static void
many_at_once_write_whole_lines(UNUSED void **state)
{
	const char *text, *why = NULL;
	int lines = 0, status;

	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			for (int j = 0; j < 100; j++)
				if (!audit_to_file(path, "whole", &why))
					_exit(1);
			_exit(0);
		}
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	for (text = content(path); strncmp(text, "whole\n", 6) == 0; text += 6)
		lines++;
	assert_int_equal(lines, 400);
	assert_string_equal(text, "");
}

static int
listen_at(const char *at)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(a.sun_path, at, strlen(at));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void
rfc5424_s6_2_1_syslog_gets_it_as_authpriv_info(UNUSED void **state)
{
	char got[256] = "", want[64];
	const char *why = NULL;
	int fd = listen_at(path);

	assert_true(audit_to_syslog(path, "{\"one\"}", &why));
	assert_true(recv(fd, got, sizeof got - 1, 0) > 0);
	(void)snprintf(want, sizeof want, "<86>sallyport[%ld]: {\"one\"}", (long)getpid());
	assert_string_equal(got, want);
	close(fd);
}

static void
a_daemon_that_reads_nothing_holds_nobody_up(UNUSED void **state)
{
	const char *why = NULL;
	int fd = listen_at(path), n = 0;

	(void)alarm(10);
	while (n < 10000 && audit_to_syslog(path, "a line", &why))
		n++;
	assert_in_range(n, 1, 9999);
	assert_non_null(why);
	(void)alarm(0);
	close(fd);
}

static void
a_machine_without_syslog_is_no_failure(UNUSED void **state)
{
	const char *why = NULL;

	assert_true(audit_to_syslog(path, "a line", &why));
	close(listen_at(path));
	assert_true(audit_to_syslog(path, "a line", &why));
	assert_null(why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_are_appended_to_a_file_of_0660, open_dir, close_dir),
		cmocka_unit_test_setup_teardown(what_root_makes_is_its_folders, open_dir, close_dir),
		cmocka_unit_test_setup_teardown(a_file_that_was_moved_away_is_made_anew, open_dir, close_dir),
		cmocka_unit_test_setup_teardown(no_link_is_followed_and_nothing_else_written_to, open_dir, close_dir),
		cmocka_unit_test_setup_teardown(a_full_disk_is_told, open_dir, close_dir),
		cmocka_unit_test_setup_teardown(many_at_once_write_whole_lines, open_dir, close_dir),
		cmocka_unit_test_setup_teardown(rfc5424_s6_2_1_syslog_gets_it_as_authpriv_info, open_dir, close_dir),
		cmocka_unit_test_setup_teardown(a_daemon_that_reads_nothing_holds_nobody_up, open_dir, close_dir),
		cmocka_unit_test_setup_teardown(a_machine_without_syslog_is_no_failure, open_dir, close_dir),
	};

	return RUN(tests, NULL, NULL);
}
