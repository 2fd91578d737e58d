// How indexes answer, well and badly.
#include <catch2/catch.hpp>

#include "envtool/resolve/python/index_set.hpp"
#include "envtool/resolve/python/page.hpp"
#include "fake_index.hpp"

namespace envtool::resolve::python::test {

TEST_CASE("an index with patterns serves those names alone", "[resolve][python]") {
  FakeIndex course, open;
  course.add({"course-utils", "1.0"});
  course.add({"numpy", "9.9"});
  open.add({"course-utils", "99.0"});
  open.add({"numpy", "2.0"});
  Asking ask(open);
  ask.problem.indexes.push_back({"internal", course.url(), {"course-*"}, {}});
  ask.want("course-utils");
  ask.want("numpy");
  CHECK(ask.picks() == "course-utils 1.0, numpy 2.0");
  CHECK(open.server.hits("/simple/course-utils/") == 0);
}

TEST_CASE("the first index that has a name has it alone", "[resolve][python]") {
  FakeIndex first, second;
  first.add({"a", "1.0"});
  second.add({"a", "2.0"});
  second.add({"b", "1.0"});
  Asking ask(second);
  ask.problem.indexes.push_back({"mirror", first.url(), {}, {}});
  ask.want("a");
  ask.want("b");
  CHECK(ask.picks() == "a 1.0, b 1.0");
}

TEST_CASE("patterns are matched over normalised names", "[resolve][python]") {
  CHECK(glob_match("course-*", "course-utils"));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("a?c*e", "abcde"));
  CHECK_FALSE(glob_match("course-*", "discourse-utils"));
  CHECK_FALSE(glob_match("a", "ab"));
}

TEST_CASE("a fresh page is believed without asking, metadata for ever", "[resolve][python]") {
  FakeIndex index;
  Scratch scratch;
  index.add({"a", "1.0", {"b"}});
  index.add({"b", "1.0"});
  Asking ask(index);
  ask.cache = scratch.path;
  ask.want("a");
  REQUIRE(ask.picks() == "a 1.0, b 1.0");
  const auto before = index.server.requests().size();
  CHECK(ask.picks() == "a 1.0, b 1.0");
  CHECK(index.server.requests().size() == before);
  ask.time_to_live = std::chrono::seconds(0);
  CHECK(ask.picks() == "a 1.0, b 1.0");
  CHECK(index.server.requests().size() == before + 2);  // the two pages
}

TEST_CASE("a stale page with an etag is asked for with it", "[resolve][python]") {
  FakeIndex index;
  Scratch scratch;
  index.add({"a", "1.0"});
  index.answer("a", "", "\"v1\"");
  Asking ask(index);
  ask.cache = scratch.path;
  ask.time_to_live = std::chrono::seconds(0);
  ask.want("a");
  REQUIRE(ask.picks() == "a 1.0");
  doubles::HttpAnswer same;
  same.status = 304;
  index.server.on("/simple/a/", same);
  CHECK(ask.picks() == "a 1.0");
  CHECK(index.server.requests().back().header("if-none-match") == "\"v1\"");
}

TEST_CASE("a damaged cache is only slower", "[resolve][python]") {
  FakeIndex index;
  Scratch scratch;
  index.add({"a", "1.0"});
  Asking ask(index);
  ask.cache = scratch.path;
  ask.want("a");
  REQUIRE(ask.picks() == "a 1.0");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.path / "pages"))
    std::filesystem::resize_file(entry.path(), std::filesystem::file_size(entry.path()) / 2);
  CHECK(ask.picks() == "a 1.0");
}

TEST_CASE("an HTML page gives the same as JSON", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0"});
  index.add({"a", "2.0"});
  const auto digest = [&](const std::string& file) {
    net::Client client;
    net::Request request;
    request.url = Url::parse(index.server.url(file)).value();
    return Digest::of(client.fetch(request)->body).hex();
  };
  doubles::HttpAnswer page;
  page.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  page.body = "<!DOCTYPE html><html><body><a href=\"../../files/a-1.0-py3-none-any.whl#sha256=" +
              digest("/files/a-1.0-py3-none-any.whl") +
              "\" data-requires-python=\"&gt;=3.8\">a-1.0</a>\n<A data-yanked "
              "HREF='../../files/a-2.0-py3-none-any.whl#sha256=" +
              digest("/files/a-2.0-py3-none-any.whl") + "'>a-2.0</A></body></html>";
  index.server.on("/simple/a/", page);
  Asking ask(index);
  ask.want("a");
  CHECK(ask.picks() == "a 1.0");
}

TEST_CASE("a page that is neither JSON nor HTML is refused", "[resolve][python]") {
  FakeIndex index;
  doubles::HttpAnswer page;
  page.body = "welcome to the captive portal";
  page.headers.emplace_back("Content-Type", "text/plain");
  index.server.on("/simple/a/", page);
  Asking ask(index);
  ask.want("a");
  CHECK(contains(ask.picks(), "is neither JSON nor HTML"));
  page.body = "{\"files\": [{\"filename\": ";
  page.headers = {{"Content-Type", "application/vnd.pypi.simple.v1+json"}};
  index.server.on("/simple/a/", page);
  CHECK(contains(ask.picks(), "is not what PEP 691 describes"));
}

TEST_CASE("a server that fails once is asked again", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0"});
  doubles::HttpAnswer broken, good;
  broken.status = 500;
  good.headers.emplace_back("Content-Type", "application/vnd.pypi.simple.v1+json");
  good.body = "{\"files\":[]}";
  index.server.on("/simple/b/", {broken, good});
  Asking ask(index);
  ask.want("b");
  CHECK(contains(ask.picks(), "b"));
  CHECK(index.server.hits("/simple/b/") == 2);
}

TEST_CASE("files of a quarantined project are not installed", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0"});
  index.answer("a", R"(,"project-status":{"status":"quarantined"})");
  Asking ask(index);
  ask.want("a");
  CHECK(contains(ask.picks(), "quarantine"));
}

TEST_CASE("names on a page that are no versions are left out", "[resolve][python]") {
  PageWriter writer("a");
  for (std::string_view name :
       {"a-2004d-py3-none-any.whl", "a-1.0.tar.gz", "a.whl", "a-1.0-py3-none-any.whl", "b.tar.gz"}) {
    File file;
    file.name = name;
    file.url = name;
    file.wheel = name.ends_with(".whl");
    writer.add(file);
  }
  Page page;
  REQUIRE(Page::read(writer.finish("", "", {}), page).has_value());
  REQUIRE(page.releases.size() == 1);
  CHECK(page.releases[0].files.size() == 2);
}

TEST_CASE("every cut of a cached page is refused or complete, never a crash", "[resolve][python]") {
  PageWriter writer("a");
  File file;
  file.name = "a-1.0-py3-none-any.whl";
  file.url = "https://example.org/a";
  file.wheel = true;
  writer.add(file);
  const std::string whole = writer.finish("etag", "", {});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Page page;
    CHECK_FALSE(Page::read(whole.substr(0, size), page).has_value());
  }
}

}  // namespace envtool::resolve::python::test
