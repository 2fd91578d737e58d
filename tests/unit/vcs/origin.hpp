#pragma once
// A git repository made for a test, to be fetched from by file://.
#include <git2.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "envtool/vcs/library.hpp"
#include "envtool/vcs/vcs.hpp"

class Origin {
 public:
  Origin() {
    envtool::vcs::start_library();
    std::string name = (std::filesystem::temp_directory_path() / "envtool-vcs-XXXXXX").native();
    folder_ = ::mkdtemp(name.data());
    git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
    options.flags = GIT_REPOSITORY_INIT_MKPATH;
    options.initial_head = "main";
    git_repository_init_ext(&repository_, (folder_ / "origin").c_str(), &options);
  }
  ~Origin() {
    git_repository_free(repository_);
    std::filesystem::remove_all(folder_);
  }
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;

  struct Entry {
    std::string name, content;
    int mode = 0100644;
  };
  /// A tree object exactly as written, however hostile.
  std::string tree(const std::vector<Entry>& entries) {
    std::string raw;
    for (const auto& entry : entries) {
      git_oid id;
      if (entry.mode == 040000 || entry.mode == 0160000) {
        git_oid_fromstr(&id, entry.content.c_str());
      } else {
        git_blob_create_from_buffer(&id, repository_, entry.content.data(), entry.content.size());
      }
      char mode[16];
      std::snprintf(mode, sizeof mode, "%o ", static_cast<unsigned>(entry.mode));
      raw += mode + entry.name + '\0' + std::string(reinterpret_cast<const char*>(id.id), GIT_OID_RAWSZ);
    }
    return write(raw, GIT_OBJECT_TREE);
  }
  /// A commit on `branch` (empty: on none) over the one before.
  std::string commit(const std::string& tree, const std::string& branch = "main") {
    std::string text = "tree " + tree + "\n";
    if (!last_.empty()) text += "parent " + last_ + "\n";
    text += "author A <a@example.org> 1700000000 +0000\ncommitter A <a@example.org> 1700000000 +0000\n\nx\n";
    last_ = write(text, GIT_OBJECT_COMMIT);
    if (!branch.empty()) reference("refs/heads/" + branch, last_);
    return last_;
  }
  std::string commit(const std::vector<Entry>& entries, const std::string& branch = "main") {
    return commit(tree(entries), branch);
  }
  void reference(const std::string& name, const std::string& commit) {
    git_oid id;
    git_oid_fromstr(&id, commit.c_str());
    git_reference* made = nullptr;
    git_reference_create(&made, repository_, name.c_str(), &id, 1, nullptr);
    git_reference_free(made);
  }
  /// An annotated tag.
  void tag(const std::string& name, const std::string& commit) {
    reference("refs/tags/" + name, write("object " + commit + "\ntype commit\ntag " + name +
                                             "\ntagger A <a@example.org> 1700000000 +0000\n\nx\n",
                                         GIT_OBJECT_TAG));
  }

  envtool::vcs::GitUrl url(const std::string& ref = "") const {
    return envtool::vcs::parse_git_url("git+file://" + (folder_ / "origin").native() +
                                       (ref.empty() ? "" : "@" + ref))
        .value();
  }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  git_repository* repository() { return repository_; }

 private:
  std::string write(const std::string& raw, git_object_t type) {
    git_odb* odb = nullptr;
    git_repository_odb(&odb, repository_);
    git_oid id;
    git_odb_write(&id, odb, raw.data(), raw.size(), type);
    git_odb_free(odb);
    char text[GIT_OID_HEXSZ + 1];
    return git_oid_tostr(text, sizeof text, &id);
  }
  std::filesystem::path folder_;
  git_repository* repository_ = nullptr;
  std::string last_;
};

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}
