#!/usr/bin/perl
# The routes of the probe contract with the module FCGI:
#   fcgi conformance --spawn 'perl probe.pl'

use strict;
use warnings;
use FCGI;
use IO::Handle;

my %env;
my $in  = IO::Handle->new;
my $out = IO::Handle->new;
my $err = IO::Handle->new;
my $request = FCGI::Request($in, $out, $err, \%env);
my $letters = join '', 'a' .. 'z';
my $text = "Content-Type: text/plain\r\n";

while ($request->Accept() >= 0) {
    my $path   = $env{PATH_INFO}    // '';
    my $query  = $env{QUERY_STRING} // '';
    my $number = $query =~ /^(\d+)$/ ? $1 : 0;

    if ($path eq '/echo') {
        my $body = '';
        while (my $count = read($in, my $block, 65536)) { $body .= $block }
        print $out "$text\r\n$body";
    } elsif ($path eq '/param') {
        print $out exists $env{$query} ? "$text\r\n$env{$query}" : "Status: 404 Not Found\r\n$text\r\nabsent";
    } elsif ($path eq '/big') {
        my $body = $env{REQUEST_METHOD} eq 'HEAD' ? '' : substr($letters x ($number / 26 + 1), 0, $number);
        print $out "$text\r\n$body";
    } elsif ($path eq '/slow') {
        select(undef, undef, undef, $number / 1000);
        print $out "$text\r\nslow";
    } elsif ($path eq '/partial') {
        read($in, my $block, $number);
        print $out "$text\r\npartial";
    } elsif ($path eq '/nothing') {
        print $out "$text\r\n";
    } elsif ($path eq '/status') {
        print $out "Status: $number Probe\r\n$text\r\n";
        print $out 'status' if $number != 204 && $number != 304;
    } elsif ($path eq '/redirect') {
        print $out "Status: 302 Found\r\nLocation: http://localhost/elsewhere\r\n\r\n";
    } elsif ($path eq '/cookies') {
        print $out "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n${text}\r\ncookies";
    } elsif ($path eq '/stderr') {
        print $err 'E' x $number;
        print $out "$text\r\nstderr";
    } elsif ($path eq '/exit') {
        # The module has no way to set appStatus.
        print $out "Status: 501 Not Implemented\r\n$text\r\n";
    } else {
        print $out "$text\r\n", $path eq '/early' ? 'early' : 'probe';
    }
    $request->Finish();
}
