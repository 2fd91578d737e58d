#pragma once
// Commands of a build in a container over the tree that is being made.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "envtool/image/attributes.hpp"
#include "envtool/image/deb_unpack.hpp"
#include "envtool/image/make_context.hpp"

namespace envtool::image {

class ContainerStep {
 public:
  /// The tree is `<temporary>/root`: written in place when there is no lower, else it is the overlay's upper.
  ContainerStep(std::filesystem::path temporary, std::vector<std::filesystem::path> lowers,
                MakeContext& context);

  /// What dpkg has to unpack itself, each preinst, then one `dpkg --configure -a`; without network, and with
  /// what makes it slow and unrepeatable out of the way.
  /// In:     `files`, where the .debs are, in the same order.
  /// Errors: io, with the last lines of the script that failed; unsupported, cancelled.
  Result<void> configure(std::span<const UnpackedDeb> debs, std::span<const std::filesystem::path> files);

  /// One shell command of `setup`, with network, the host's CA bundle and proxies, /opt/venv first on PATH.
  /// Errors: bad_input — it exits non-zero: the command and its last lines; unsupported, cancelled.
  Result<void> shell(const std::string& command);

  /// Add what programs said about owners in all commands so far. Errors: io.
  Result<void> take_ownership(Attributes& attributes) const;

 private:
  BuildStep step();
  /// `text` as a program over `target`, if there is one; only while the step runs.
  Result<void> stub(BuildStep& step, std::string_view target, std::string_view text) const;
  Result<void> bind_text(BuildStep& step, const std::string& target, std::string_view text) const;
  [[nodiscard]] std::optional<std::filesystem::path> find(std::string_view path) const;
  std::filesystem::path temporary_;
  std::vector<std::filesystem::path> lowers_;
  MakeContext& context_;
  std::vector<std::filesystem::path> logs_;  ///< one a command
};

}  // namespace envtool::image
