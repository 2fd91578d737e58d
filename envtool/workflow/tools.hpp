#pragma once
// What a verb works with, opened once a process and made only when first used.
#include <filesystem>
#include <memory>
#include <string>

#include "envtool/net/client.hpp"
#include "envtool/store/store.hpp"
#include "envtool/support/executor.hpp"
#include "envtool/support/result.hpp"
#include "runtime/engine.hpp"

namespace envtool::workflow {

class Tools {
 public:
  /// `events` gives build steps their stop token. Errors: io, unsupported (from the store).
  static Result<Tools> open(Events* events = nullptr);
  Tools(Tools&&) noexcept;
  ~Tools();

  store::Store store;
  std::filesystem::path cache;     ///< metadata and index pages
  std::filesystem::path state;     ///< sessions, homes
  std::filesystem::path keyrings;  ///< OpenPGP keys of the distributions' archives
  std::string default_index;

  net::Client& client();
  /// Ends the network thread: before the engine forks, which wants a process without other threads.
  void close_client();
  Executor& executor();
  /// `process_leaves`: the caller exits with the command's code at once (NativeEngine::Options).
  runtime::Engine& engine(bool process_leaves = false);

 private:
  Tools(store::Store opened, Events* events);
  Events* events_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<runtime::Engine> engine_;
};

}  // namespace envtool::workflow
