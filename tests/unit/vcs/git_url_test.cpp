#include <catch2/catch.hpp>

#include "envtool/vcs/credentials.hpp"
#include "envtool/vcs/vcs.hpp"

using namespace envtool;
using namespace envtool::vcs;

TEST_CASE("a git address has a repository, a ref and a directory", "[vcs]") {
  const auto url =
      parse_git_url("git+https://example.org/u/mylib.git@feature/x#egg=mylib&subdirectory=py/pkg").value();
  CHECK(url.repository.full() == "https://example.org/u/mylib.git");
  CHECK(url.ref == "feature/x");
  CHECK(url.directory == "py/pkg");
  const auto ssh = parse_git_url("git+ssh://git@example.org/u/mylib").value();
  CHECK(ssh.repository.userinfo == "git");
  CHECK(ssh.ref.empty());
}

TEST_CASE("a pinned address has the commit and no password", "[vcs]") {
  const std::string commit(40, 'a');
  const auto pinned = [&](const char* text) { return render_pinned(parse_git_url(text).value(), commit); };
  CHECK(pinned("git+https://ann:sesame@example.org/x@v1#subdirectory=a") ==
        "git+https://example.org/x@" + commit + "#subdirectory=a");
  CHECK(pinned("git+ssh://git@example.org/x.git") == "git+ssh://git@example.org/x.git@" + commit);
  CHECK(parse_git_url(pinned("git+file:///srv/x.git")).value().ref == commit);
}

TEST_CASE("addresses that are not safe to fetch are refused", "[vcs]") {
  for (const auto* bad :
       {"https://example.org/x", "git+git://example.org/x", "git+http://example.org/x", "git+ext::sh -c id",
        "git+https:///x", "git+https://example.org/x@--upload-pack=id", "git+https://example.org/x@a:b",
        "git+https://example.org/x@a..b", "git+https://example.org/x@+main",
        "git+https://example.org/x@a%0Ab", "git+https://example.org/x#subdirectory=../y",
        "git+https://example.org/x#subdirectory=/etc",
        "git+https://example.org/x#subdirectory=a%2F..%2F..%2Fb"}) {
    INFO(bad);
    const auto url = parse_git_url(bad);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == Code::bad_input);
  }
}

TEST_CASE("a login comes from the netrc entry of the host, or the default one", "[vcs]") {
  const auto* text =
      "# comment machine x\nmachine a.example login ann password one\n"
      "machine b.example\n  password two login bob\ndefault login any password three";
  CHECK(find_in_netrc(text, "a.example")->password == "one");
  CHECK(find_in_netrc(text, "b.example")->user == "bob");
  CHECK(find_in_netrc(text, "b.example")->password == "two");
  CHECK(find_in_netrc(text, "c.example")->user == "any");
  CHECK_FALSE(find_in_netrc("machine a.example login x password y", "c.example"));
  CHECK_FALSE(find_in_netrc("machine", "c.example"));
}
