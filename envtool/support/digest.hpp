#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool {

/// A SHA-256 digest (FIPS 180-4): the identity of every artifact. Value type, 32 bytes.
class Digest {
 public:
  Digest() = default;
  explicit Digest(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}
  /// "sha256:<64 lower-case hex>" or the bare hex. Errors: bad_input.
  static Result<Digest> parse(std::string_view text);
  /// The digest of bytes in memory.
  static Digest of(std::string_view bytes);

  [[nodiscard]] std::string hex() const;
  /// "sha256:…", the OCI form.
  [[nodiscard]] std::string str() const { return "sha256:" + hex(); }
  [[nodiscard]] std::span<const std::uint8_t, 32> bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return *this == Digest{}; }
  auto operator<=>(const Digest&) const = default;

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

/// Incremental SHA-256. Not thread-safe; `finish` may be called once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  void update(std::span<const std::byte> bytes);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace envtool

template <>
struct std::hash<envtool::Digest> {
  std::size_t operator()(const envtool::Digest& digest) const noexcept {
    std::size_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = (value << 8) | digest.bytes()[i];
    return value;
  }
};
