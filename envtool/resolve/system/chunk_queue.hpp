#pragma once
// Private to resolve/system: bytes from the network thread to the thread that decompresses and parses them,
// hashed on the way. Never blocks the network thread.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

#include "envtool/formats/archive/byte_stream.hpp"
#include "envtool/support/digest.hpp"

namespace envtool::resolve::system {

class ChunkQueue : public archive::ByteStream {
 public:
  void push(std::string_view bytes);
  /// No more bytes come; `error` is what a reader gets after those that are here.
  void close(Result<void> outcome = {});

  Result<std::size_t> read(std::span<char> into) override;
  /// Read and hash what is left. Errors: what `close` was told.
  Result<void> drain();
  /// Of every byte read. Once, after drain.
  Digest digest() { return hash_.finish(); }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::string> chunks_;
  std::size_t offset_ = 0;  ///< into the front chunk
  bool closed_ = false;
  Result<void> outcome_;
  Sha256 hash_;
};

}  // namespace envtool::resolve::system
