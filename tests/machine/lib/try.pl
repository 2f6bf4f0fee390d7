# SPDX-License-Identifier: MIT
# System calls that any user may make, by their numbers on x86-64, and whether this process may.
use strict;
use warnings;

my @calls = (
	[ 'look into processes', 101, 0, 0, 0, 0 ],	# ptrace(PTRACE_TRACEME)
	[ 'memory that is written and run', 9, 0, 4096, 7, 0x22, -1, 0 ],	# mmap
	[ 'netlink', 41, 16, 3, 0 ],	# socket
	[ 'internet', 41, 2, 1, 0 ],
	[ 'keep to a processor', 203, 0, 8, pack('Q', 1) ],	# sched_setaffinity
	[ 'new namespace', 272, 0x10000000 ],	# unshare(CLONE_NEWUSER)
);
for (@calls) {
	my ($name, @call) = @$_;
	my $done = syscall($call[0], @call[1 .. $#call]);
	print "$name: ", $done == -1 ? $! : 'ok', "\n";
}
