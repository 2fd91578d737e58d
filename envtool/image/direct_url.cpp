#include "envtool/image/direct_url.hpp"

#include <nlohmann/json.hpp>

#include "envtool/support/url.hpp"

namespace envtool::image {
namespace {

using Json = nlohmann::ordered_json;

std::string without_credentials(const std::string& url) {
  const auto parsed = Url::parse(url);
  return parsed ? parsed->redacted() : url;
}

std::string render(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string archive(const project::Artifact& artifact) {
  Json json;
  json["archive_info"] = {{"hash", "sha256=" + artifact.sha256.hex()},
                          {"hashes", {{"sha256", artifact.sha256.hex()}}}};
  json["url"] = without_credentials(artifact.url);
  return render(json);
}

struct Visitor {
  bool from_index;
  std::optional<std::string> operator()(const project::LockedWheel& wheel) const {
    return from_index ? std::nullopt : std::optional(archive(wheel.artifact));
  }
  std::optional<std::string> operator()(const project::LockedSdist& sdist) const {
    return from_index ? std::nullopt : std::optional(archive(sdist.artifact));
  }
  std::optional<std::string> operator()(const project::LockedGit& git) const {
    Json json;
    if (!git.subdirectory.empty()) json["subdirectory"] = git.subdirectory;
    json["url"] = without_credentials(git.url);
    json["vcs_info"] = {{"commit_id", git.commit}, {"vcs", "git"}};
    return render(json);
  }
  std::optional<std::string> operator()(const project::LockedEditable&) const { return std::nullopt; }
};

}  // namespace

std::optional<std::string> direct_url(const project::LockedPackage& package) {
  return std::visit(Visitor{!package.index.empty()}, package.source);
}

std::string editable_direct_url(const std::string& folder) {
  Json json;
  json["dir_info"] = {{"editable", true}};
  json["url"] = "file://" + percent_encode(folder, "/");
  return render(json);
}

}  // namespace envtool::image
