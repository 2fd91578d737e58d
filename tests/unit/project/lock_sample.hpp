#pragma once
#include "envtool/project/lock.hpp"

namespace envtool::project {

inline Artifact sample_artifact(const std::string& file) {
  return {file.empty() ? "" : "https://files.example.org/" + file,
          Digest::of(file + "!"),
          {file.size() * 1000 + 7}};
}

inline LockedPackage sample_wheel(const std::string& name, const std::string& version) {
  LockedPackage out;
  out.name = name;
  out.version = version;
  out.index = "pypi";
  out.source = LockedWheel{sample_artifact(name + "-" + version + "-py3-none-any.whl")};
  return out;
}

inline LockedPlatform sample_platform(const std::string& architecture) {
  LockedArchiveBase base;
  base.suite = "bookworm";
  base.releases = {
      {"http://deb.example.org/debian", "bookworm", {"main"}, Digest::of("r"), "2026-08-01T10:00:00Z"},
      {"http://deb.example.org/security",
       "bookworm-security",
       {"main", "contrib"},
       Digest::of("s"),
       "2026-08-02T10:00:00Z"}};
  base.debs = {{"base-files", "12.4+deb12u5", architecture, sample_artifact("base-files_12.4.deb")},
               {"libc6", "2:2.36-9", architecture, sample_artifact("libc6_2.36.deb")}};

  LockedPackage numpy = sample_wheel("numpy", "1.26.4");
  LockedPackage sdist = sample_wheel("antlr4", "4.9.3");
  sdist.source = LockedSdist{sample_artifact("antlr4.tar.gz"),
                             {sample_wheel("setuptools", "80.9.0"), sample_wheel("wheel", "0.45.1")},
                             sample_artifact("")};
  sdist.requires_names = {"numpy", "typing-extensions"};
  LockedPackage git{
      "mylib",
      "1.2",
      "",
      LockedGit{"https://example.org/mylib", std::string(40, 'a'), "py", {}, sample_artifact("")},
      {}};
  LockedPackage editable{
      "course", "0.1", "", LockedEditable{".", {sample_wheel("hatchling", "1.27.0")}}, {"numpy"}};

  LockedPlatform out;
  out.platform = {"linux", architecture};
  out.base = base;
  out.system = {{"git", "1:2.39.5-0+deb12u2", architecture, sample_artifact("git_2.39.deb")}};
  out.python = {"3.11.2", "/usr/bin/python3.11", "glibc 2.36"};
  out.packages = {sdist, editable, git, numpy};
  return out;
}

inline Lock sample_lock() {
  Lock lock;
  lock.tool = "envtool 0.1.0";
  lock.inputs = Digest::of("inputs");
  lock.exclude_newer = std::chrono::sys_seconds(std::chrono::seconds(1788220800));
  lock.gpu = LockedGpu{"12.4", ">=525.60.13", {"8.0", "9.0"}};
  lock.setup = {"python -m nltk.downloader \"punkt\"", "echo a\nb\t\x01 \\ é"};
  lock.env = {{"HF_HOME", "/data/hf"}, {"ANSWER", "42"}, {"EMPTY", ""}, {"ODD NAME", "yes"}};
  lock.indexes = {{"pypi", "https://pypi.org/simple"}, {"internal", "https://pypi.example.edu/simple"}};
  lock.platforms = {sample_platform("amd64"), sample_platform("arm64")};
  lock.platforms[0].image = Digest::of("image");
  return lock;
}

}  // namespace envtool::project
