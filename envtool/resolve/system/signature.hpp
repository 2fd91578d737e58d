#pragma once
// Private to resolve/system: who signed a Release.
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "envtool/project/env_yaml.hpp"
#include "envtool/resolve/system/system.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::system {

using Distribution = project::BaseFromArchive::Distribution;

/// Fingerprints of the primary keys that sign a distribution's archive. A keyring alone is not believed: a
/// file that somebody dropped in its folder must not make a new archive owner.
const std::set<std::string>& pinned_signers(Distribution distribution);

struct SignedText {
  std::string text;    ///< what the signature covers, dash-escapes undone
  std::string signer;  ///< fingerprint of the primary key, upper case
};

/// Where keys are and whose word counts.
struct Trust {
  Distribution distribution = Distribution::debian;
  std::string suite;  ///< keyrings that name it are tried first: reading a key costs milliseconds
  std::filesystem::path keyrings;  ///< *.gpg, *.asc
  std::set<std::string> signers;
};

/// At least one good signature by a key of `signers`; further ones by unknown keys do not matter.
/// In:     `now` decides whether keys and signatures have expired.
/// Errors: bad_input — unsigned, no good signature (says by which keys it claims to be); not_found — no
/// keyring. Source: RFC 4880 §7 (cleartext signature framework).
Result<SignedText> verify_clear_signed(std::string_view bytes, Keyring& keyring, Distribution distribution,
                                       const std::set<std::string>& signers, std::chrono::sys_seconds now);

}  // namespace envtool::resolve::system
