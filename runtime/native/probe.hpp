#pragma once
// Whether this machine lets an ordinary user run containers, and if not the exact fix: `env doctor` prints
// it.
#include <filesystem>
#include <string>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::runtime::native {

struct Finding {
  std::string name;  ///< "user namespaces"
  bool ok = false;
  bool required = true;  ///< false: only a feature is missing (isolated network, memory limits)
  std::string sentence;  ///< what is so
  std::string fix;       ///< the commands to type, empty when ok
};

/// Everything that can be found out without starting a container, and a container's parts tried once.
std::vector<Finding> probe();

/// An error about setting up a container, with the fix of whatever the probe finds wrong as its hints.
Error explain(Error error);

/// What decides about user namespaces, below `proc` and `etc` (the machine's own, or a test's).
struct NamespaceFacts {
  std::string unprivileged_clone;  ///< kernel.unprivileged_userns_clone (Debian), empty where there is none
  std::string maximum;             ///< user.max_user_namespaces
  std::string apparmor;            ///< kernel.apparmor_restrict_unprivileged_userns (Ubuntu)
  bool in_container = false;       ///< a seccomp filter is on us, or a container engine's marker is there
};
NamespaceFacts read_namespace_facts(const std::filesystem::path& root);
/// Why the kernel refused, as far as the facts tell. `programs`: the folder that env and envtool are in.
Finding judge_refusal(const NamespaceFacts& facts, const std::string& refusal, const std::string& programs);

}  // namespace envtool::runtime::native
