#pragma once
// A package index on loopback: wheels are made in memory, every request is remembered.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "envtool/resolve/python/python.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/files.hpp"
#include "tests/doubles/http_server.hpp"
#include "tests/doubles/zip_builder.hpp"

namespace envtool::resolve::python::test {

struct Wheel {
  std::string name, version;
  std::vector<std::string> needs = {};
  std::string tag = "py3-none-any";
  std::string extra_fields = {};  ///< more members of the JSON object of the file: `,"yanked":true`
  std::string more_metadata = {};
  std::string sha256 = {};  ///< instead of the right one
  std::string upload_time = "2024-03-24T00:00:00.000000Z";
};

class FakeIndex {
 public:
  void add(const Wheel& wheel) {
    std::string metadata =
        "Metadata-Version: 2.1\nName: " + wheel.name + "\nVersion: " + wheel.version + "\n";
    for (const auto& need : wheel.needs) metadata += "Requires-Dist: " + need + "\n";
    metadata += wheel.more_metadata + "\nA long description.\n";
    std::string stem = wheel.name + "-" + wheel.version;
    std::replace(stem.begin(), stem.begin() + static_cast<std::ptrdiff_t>(wheel.name.size()), '-', '_');
    doubles::ZipBuilder zip;
    zip.add(wheel.name + "/__init__.py", "x = 1\n").add(stem + ".dist-info/METADATA", metadata);
    zip.add(stem + ".dist-info/WHEEL", "Wheel-Version: 1.0\n");
    put(wheel, stem + "-" + wheel.tag + ".whl", zip.build());
  }
  void put(const Wheel& wheel, const std::string& file_name, const std::string& bytes) {
    const std::string path = "/files/" + file_name;
    server.serve(path, bytes);
    const std::string sha256 = wheel.sha256.empty() ? Digest::of(bytes).hex() : wheel.sha256;
    auto& list = files_[wheel.name];
    list += (list.empty() ? "" : ",") + ("{\"filename\":\"" + file_name) + "\",\"url\":\"../.." + path +
            "\",\"hashes\":{\"sha256\":\"" + sha256 + "\"},\"size\":" + std::to_string(bytes.size()) +
            (wheel.upload_time.empty() ? "" : ",\"upload-time\":\"" + wheel.upload_time + "\"") +
            wheel.extra_fields + "}";
    answer(wheel.name, "");
  }
  /// The page of a name again, with more members at its top: `,"project-status":{…}`.
  void answer(const std::string& name, const std::string& top, const std::string& etag = "") {
    doubles::HttpAnswer page;
    page.body = "{\"meta\":{\"api-version\":\"1.1\"},\"name\":\"" + name + "\",\"files\":[" + files_[name] +
                "]" + top + "}";
    page.headers.emplace_back("Content-Type", "application/vnd.pypi.simple.v1+json");
    if (!etag.empty()) page.headers.emplace_back("ETag", etag);
    server.on("/simple/" + name + "/", page);
  }
  [[nodiscard]] std::string url() const { return server.url("/simple/"); }

  doubles::HttpServer server;

 private:
  std::map<std::string, std::string> files_;
};

class HeardEvents : public NoEvents {
 public:
  void warn(std::string_view sentence) override { warnings += std::string(sentence) + "\n"; }
  void note(std::string_view sentence) override { notes += std::string(sentence) + "\n"; }
  std::string warnings, notes;
};

/// What is asked, and what came: "a 1.0, b 2.0" for the first platform, or "error: …" with its hints.
struct Asking {
  explicit Asking(FakeIndex& served) : index(served) {
    problem.targets.push_back({{"linux", "amd64"}, "3.11.2", "glibc 2.36", {}});
  }
  void want(const std::string& requirement) {
    problem.packages.push_back(
        {requirement, {"env.yaml", static_cast<std::uint32_t>(problem.packages.size() + 1), 1}});
  }
  Result<PythonSolution> resolve() {
    net::Options options;
    options.first_backoff = std::chrono::milliseconds(5);
    options.use_netrc = false;
    net::Client client(options);
    PythonSources sources{
        .client = client, .store = nullptr, .cache = cache, .default_index = index.url(), .sdist = {}};
    sources.index_time_to_live = time_to_live;
    sources.sdist.plan_only = plan_only;
    return resolve_python(problem, sources, events);
  }
  std::string picks(std::size_t platform = 0) {
    auto solution = resolve();
    if (!solution) {
      std::string text = "error: " + solution.error().what;
      for (const auto& hint : solution.error().hints) text += "\nhint: " + hint;
      return text;
    }
    std::string text;
    for (const auto& package : solution->packages[platform])
      text += (text.empty() ? "" : ", ") + package.name + " " + package.version;
    return text;
  }

  FakeIndex& index;
  PythonProblem problem;
  HeardEvents events;
  std::filesystem::path cache;
  std::chrono::seconds time_to_live{600};
  bool plan_only = false;
};

/// A folder of the test's own, removed at its end.
struct Scratch {
  Scratch() {
    path = std::filesystem::temp_directory_path() /
           ("envtool-python-" + std::to_string(::getpid()) + "-" + std::to_string(next++));
    std::filesystem::create_directories(path);
  }
  ~Scratch() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
  static inline int next = 0;
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace envtool::resolve::python::test
