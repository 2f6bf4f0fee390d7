#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# What systemd does with httpd-conf/systemd/sallyport@.socket and .service, on machines where it is not in charge:
# listens on RUN/NAME.sock, starts BIN/NAME with the first request, hands it the listening socket as standard input,
# starts it again when it died.  activate.pl RUN BIN NAME...  With SALLYPORT_USERS, as root, each program is started as
# its user sallyport-NAME, and the sockets are www-data's.
use strict;
use warnings;
use POSIX ":sys_wait_h";
use Socket;

my ($run, $bin, @names) = @ARGV;
my $users = $ENV{SALLYPORT_USERS};
my (%socket, %child, %started, $stop);

# The rows of etc/passwd or etc/group.
sub rows {
	my ($file) = @_;
	open(my $in, "<", "$users/etc/$file") or die "$users/etc/$file: $!";
	return map { chomp; [split /:/] } <$in>;
}

# User= and the groups that the user is a member of.
sub become {
	my ($name) = @_;
	my ($user) = grep { $_->[0] eq "sallyport-$name" } rows("passwd");
	my @groups = map { $_->[2] } grep { grep({ $_ eq $user->[0] } split(/,/, $_->[3] // "")) } rows("group");
	my $gid = $user->[3];
	$( = $gid;
	$) = join(" ", $gid, $gid, @groups);
	($<, $>) = ($user->[2], $user->[2]);
	die "cannot become $user->[0]: $!" unless $< == $user->[2] && $> == $user->[2];
}

# Hundredths of a second; perl-base has no Time::HiRes.
sub now { return (POSIX::times())[0] }

sub listen_for {
	my ($name) = @_;
	my $path = "$run/$name.sock";
	unlink $path;
	socket(my $listener, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
	bind($listener, sockaddr_un($path)) or die "$path: $!";
	chmod 0600, $path;
	chown((getpwnam("www-data"))[2, 3], $path) if $users;
	listen($listener, 512) or die "listen: $!";
	$socket{$name} = $listener;
}

sub start {
	my ($name) = @_;
	$started{$name} = now();
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		$SIG{TERM} = $SIG{INT} = "DEFAULT";
		open(STDIN, "<&", $socket{$name}) or die "dup: $!";
		become($name) if $users;
		exec { "$bin/$name" } "$bin/$name" or print STDERR "$bin/$name: $!\n";
		POSIX::_exit(127);
	}
	$child{$name} = $pid;
}

sub reap {
	while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
		delete $child{$_} for grep { $child{$_} == $pid } keys %child;
	}
}

sub wait_for_requests {
	my $bits = "";
	my @idle = grep { !$child{$_} && now() - ($started{$_} // 0) > 20 } @names;
	vec($bits, fileno($socket{$_}), 1) = 1 for @idle;
	return if select($bits, undef, undef, 0.05) <= 0;
	start($_) for grep { vec($bits, fileno($socket{$_}), 1) } @idle;
}

$SIG{TERM} = $SIG{INT} = sub { $stop = 1 };
listen_for($_) for @names;
until ($stop) {
	reap();
	wait_for_requests();
}
kill "TERM", values %child;
my $patience = now() + 1000;	# TimeoutStopSec of the unit
while (%child && now() < $patience) {
	select(undef, undef, undef, 0.02);
	reap();
}
kill "KILL", values %child;
