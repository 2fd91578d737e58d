#pragma once
// Programs that stand in for a package's own while its scripts run in a build.

namespace envtool::image {

/// For programs whose work no layer may hold.
inline constexpr const char* kNothing = "#!/bin/sh\nexit 0\n";

/// update-ca-certificates starts ten processes for each of 140 certificates, twice: half of the time in which
/// a whole base is configured. This makes the same files in one process. Whatever it does not know, other
/// options, hooks or local certificates, it leaves to the original, which is bound to /run/envtool.
inline constexpr const char* kUpdateCaCertificates = R"(#!/usr/bin/perl
use strict;
use warnings;
my $original = '/run/envtool/update-ca-certificates';
my ($certs, $etc, $bundle) = ('/usr/share/ca-certificates', '/etc/ssl/certs', 'ca-certificates.crt');
sub entries { my $d; opendir($d, shift) or return (); return grep { !/^\./ } readdir $d; }
my $plain = !@ARGV || (@ARGV == 2 && $ARGV[0] eq '--hooksdir' && $ARGV[1] eq '');
my $has_hooks = !@ARGV && entries('/etc/ca-certificates/update.d');
my @wanted;
if (open(my $conf, '<', '/etc/ca-certificates.conf')) {
  while (<$conf>) { chomp; next if $_ eq '' || /^#/; $plain = 0 if /^!/; push @wanted, $_; }
}
exec($original, @ARGV) or die "$original: $!"
  if !$plain || $has_hooks || !@wanted || entries('/usr/local/share/ca-certificates') || !-d $etc;
chdir $etc or die "$etc: $!";
my ($added, $text) = (0, '');
for my $name (@wanted) {
  my $path = "$certs/$name";
  open(my $in, '<', $path) or do { warn "W: $path not found, but listed in /etc/ca-certificates.conf.\n"; next };
  local $/;
  my $pem = <$in>;
  $pem .= "\n" if $pem ne '' && $pem !~ /\n\z/;
  $text .= $pem;
  my $link = $name;
  $link =~ s{.*/}{};
  $link =~ s/\.crt\z//;
  $link =~ tr/ (),/_==_/;
  $link = "$etc/$link.pem";
  my $target = readlink $link;
  next if defined $target && $target eq $path && -e $link;
  unlink $link;
  symlink($path, $link) or die "$link: $!";
  $added++;
}
if ($added) { system('openssl rehash . > /dev/null') == 0 or warn "openssl rehash failed\n"; }
open(my $out, '>', "$bundle.new") or die "$bundle: $!";
print $out $text;
close($out) or die "$bundle: $!";
chmod 0644, "$bundle.new";
rename("$bundle.new", $bundle) or die "$bundle: $!";
print "$added added, 0 removed; done.\n";
)";

}  // namespace envtool::image
