#pragma once
// Bytes in and bytes out, piece by piece: what every reader and writer of this folder is built on.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/result.hpp"
#include "envtool/support/unique_fd.hpp"

namespace envtool::archive {

/// Where bytes go. An error stops the writer and is handed on.
using Sink = std::function<Result<void>(std::string_view)>;

/// Bytes to pull, once, from front to back. Not thread-safe.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Up to `into.size()` bytes; 0 is the end (and only the end, when `into` is not empty).
  virtual Result<std::size_t> read(std::span<char> into) = 0;
};

/// Reads until `into` is full or the stream ends. Out: the bytes read.
Result<std::size_t> read_full(ByteStream& stream, std::span<char> into);
/// The whole rest. Errors: hostile_archive when it is longer than `limit`; `object` names it.
Result<std::string> read_all(ByteStream& stream, ByteCount limit, std::string_view object);

/// Bytes in memory, not owned.
class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::string_view bytes) : rest_(bytes) {}
  Result<std::size_t> read(std::span<char> into) override;

 private:
  std::string_view rest_;
};

/// A descriptor (file, pipe, socket). `object` names it in errors.
class FileStream : public ByteStream {
 public:
  FileStream(UniqueFd fd, std::string object) : fd_(std::move(fd)), object_(std::move(object)) {}
  /// Errors: not_found, io.
  static Result<FileStream> open(const std::string& path);
  Result<std::size_t> read(std::span<char> into) override;

 private:
  UniqueFd fd_;
  std::string object_;
};

/// The next `length` bytes of another stream (an ar or tar member). Errors: bad_input when it ends early.
class SliceStream : public ByteStream {
 public:
  SliceStream(ByteStream& source, std::uint64_t length, std::string object)
      : source_(source), left_(length), object_(std::move(object)) {}
  Result<std::size_t> read(std::span<char> into) override;

 private:
  ByteStream& source_;
  std::uint64_t left_;
  std::string object_;
};

/// Bytes to read at any place: what a zip needs. Implementations may be called from several threads.
class RandomAccess {
 public:
  virtual ~RandomAccess() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Exactly `into.size()` bytes from `offset`. Errors: bad_input beyond the end, io, network.
  [[nodiscard]] virtual Result<void> read_at(std::uint64_t offset, std::span<char> into) const = 0;
};

class MemoryAccess : public RandomAccess {
 public:
  explicit MemoryAccess(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] Result<void> read_at(std::uint64_t offset, std::span<char> into) const override;

 private:
  std::string_view bytes_;
};

/// A file read by pread: unlike a mapping its pages do not count as this process's memory, and a file that
/// shrinks is an error instead of a signal.
class FileAccess : public RandomAccess {
 public:
  /// Errors: not_found, io.
  static Result<FileAccess> open(const std::string& path);
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] Result<void> read_at(std::uint64_t offset, std::span<char> into) const override;

 private:
  FileAccess(UniqueFd fd, std::uint64_t size, std::string path)
      : fd_(std::move(fd)), size_(size), path_(std::move(path)) {}
  UniqueFd fd_;
  std::uint64_t size_;
  std::string path_;
};

}  // namespace envtool::archive
