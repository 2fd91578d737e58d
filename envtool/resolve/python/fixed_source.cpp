#include "envtool/resolve/python/fixed_source.hpp"

#include "envtool/formats/pep/file_name.hpp"
#include "envtool/resolve/python/fixed_git.hpp"
#include "envtool/resolve/python/remote_zip.hpp"

namespace envtool::resolve::python {
namespace {

constexpr ByteCount kWheelLimit{1024ULL << 20};

Failure refuse(const AskedRequirement& asked, std::string what, std::string hint) {
  return fail(Error{.code = Code::unsupported,
                    .what = std::move(what),
                    .place = asked.written.place,
                    .chain = {},
                    .hints = {std::move(hint)}});
}

Result<Url> wheel_url(const AskedRequirement& asked) {
  const std::string& text = *asked.requirement.url;
  if (text.starts_with("hg+") || text.starts_with("svn+"))
    return refuse(
        asked, "'" + asked.written.text + "' comes from a repository, which is not supported",
        "use git (git+https://…), name a wheel by its https url, or use `-e` with a folder in the project");
  ENVTOOL_TRY(Url url, Url::parse(text));
  if (url.scheme != "https" && url.scheme != "http")
    return refuse(asked, "'" + asked.written.text + "' is not an https url",
                  "only wheels on a web server can be locked");
  if (!url.filename().ends_with(".whl"))
    return refuse(asked, "'" + asked.written.text + "' is not a wheel", "name a file that ends in .whl");
  return url;
}

Result<void> check_digest(const Url& url, const Digest& actual) {
  if (!url.fragment.starts_with("sha256=")) return {};
  ENVTOOL_TRY(const Digest pinned, Digest::parse(std::string_view(url.fragment).substr(7)));
  if (pinned == actual) return {};
  return fail(Code::digest_mismatch,
              url.redacted() + " has sha256 " + actual.hex() + ", and the requirement says " + pinned.hex());
}

Result<std::shared_ptr<const Page>> fetch_wheel(const AskedRequirement& asked, Catalog& catalog) {
  ENVTOOL_TRY(const Url url, wheel_url(asked));
  ENVTOOL_TRY(auto name, pep::WheelName::parse(url.filename()));
  if (name.name != asked.requirement.key)
    return fail(Error{.code = Code::bad_input,
                      .what = "'" + asked.written.text + "' names a wheel of " + name.name,
                      .place = asked.written.place,
                      .chain = {},
                      .hints = {"write " + name.name + " @ " + url.redacted()}});
  net::Request request;
  request.url = url;
  request.limit = kWheelLimit;
  ENVTOOL_TRY(auto answer, catalog.client().fetch(std::move(request), catalog.stop_token()));
  const Digest digest = Digest::of(answer.body);
  ENVTOOL_CHECK(check_digest(url, digest));
  ENVTOOL_TRY(const auto text, RemoteMetadata::of_whole(url.filename(), answer.body));
  ENVTOOL_TRY(auto metadata, pep::Metadata::parse(text));

  const std::string file_name = url.filename(), file_url = url.redacted();
  PageWriter writer(asked.requirement.key);
  File file;
  file.name = file_name;
  file.url = file_url;
  file.sha256 = digest;
  file.size = answer.body.size();
  file.wheel = true;
  writer.add(file);
  auto page = std::make_shared<Page>();
  ENVTOOL_CHECK(Page::read(writer.finish("", "", {}), *page));
  page->name = asked.requirement.key;
  catalog.put_metadata(Catalog::metadata_key(file),
                       std::make_shared<const pep::Metadata>(std::move(metadata)));
  return page;
}

}  // namespace

Result<void> fetch_fixed_sources(const Asked& asked, const FixedInputs& inputs, FixedSources& into,
                                 FixedCommits& commits) {
  for (const auto& one : asked.packages) {
    if (!one.requirement.url || into.contains(one.requirement.key)) continue;
    auto page = one.requirement.url->starts_with("git+") ? fetch_commit(one, inputs, commits)
                                                         : fetch_wheel(one, inputs.catalog);
    if (!page) return fail(std::move(page).error().in("while fetching " + one.requirement.key));
    into.emplace(one.requirement.key, std::move(*page));
  }
  return {};
}

}  // namespace envtool::resolve::python
