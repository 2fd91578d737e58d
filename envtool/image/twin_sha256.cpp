#include "envtool/image/twin_sha256.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "envtool/image/sha256_blocks.hpp"

namespace envtool::image {
namespace {

constexpr std::size_t kBlock = 64;
constexpr Sha256Words kInitial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// Padding and length (FIPS 180-4 §5.1.1) after the last, incomplete block.
Digest finish(Sha256Words words, std::string_view rest, std::uint64_t length) {
  std::array<char, 2 * kBlock> tail{};
  std::memcpy(tail.data(), rest.data(), rest.size());
  tail[rest.size()] = '\x80';
  const std::size_t blocks = rest.size() + 9 <= kBlock ? 1 : 2;
  for (std::size_t i = 0; i < 8; ++i)
    tail[blocks * kBlock - 1 - i] = static_cast<char>((length * 8) >> (8 * i));
  compress(words, tail.data(), blocks);
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
  return Digest(bytes);
}

}  // namespace

class TwinSha256::State {
 public:
  virtual ~State() = default;
  virtual void update_outer(std::string_view bytes) = 0;
  virtual void begin_inner() = 0;
  virtual void update_both(std::string_view bytes) = 0;
  virtual Digest finish_inner() = 0;
  virtual Digest finish_outer() = 0;
};

class TwinSha256::Fused : public State {
 public:
  void update_outer(std::string_view bytes) override {
    take(bytes, [this](const char* data, std::size_t blocks) { compress(outer_, data, blocks); });
  }
  void begin_inner() override {
    assert(held_ == 0);
    inner_ = kInitial;
    inner_length_ = 0;
  }
  void update_both(std::string_view bytes) override {
    inner_length_ += bytes.size();
    take(bytes, [this](const char* data, std::size_t blocks) { compress_two(outer_, inner_, data, blocks); });
  }
  Digest finish_inner() override { return finish(inner_, rest(), inner_length_); }
  Digest finish_outer() override { return finish(outer_, rest(), outer_length_); }

 private:
  [[nodiscard]] std::string_view rest() const { return {block_.data(), held_}; }

  template <class Compress>
  void take(std::string_view bytes, const Compress& compress_blocks) {
    outer_length_ += bytes.size();
    if (held_ > 0) {
      const std::size_t count = std::min(kBlock - held_, bytes.size());
      std::memcpy(block_.data() + held_, bytes.data(), count);
      held_ += count;
      bytes.remove_prefix(count);
      if (held_ < kBlock) return;
      compress_blocks(block_.data(), 1);
      held_ = 0;
    }
    const std::size_t blocks = bytes.size() / kBlock;
    if (blocks > 0) compress_blocks(bytes.data(), blocks);
    bytes.remove_prefix(blocks * kBlock);
    std::copy(bytes.begin(), bytes.end(), block_.begin());
    held_ = bytes.size();
  }

  Sha256Words outer_ = kInitial, inner_ = kInitial;
  std::uint64_t outer_length_ = 0, inner_length_ = 0;
  std::array<char, kBlock> block_{};
  std::size_t held_ = 0;
};

class TwinSha256::Portable : public State {
 public:
  void update_outer(std::string_view bytes) override { outer_.update(bytes); }
  void begin_inner() override { inner_ = Sha256(); }
  void update_both(std::string_view bytes) override {
    outer_.update(bytes);
    inner_.update(bytes);
  }
  Digest finish_inner() override { return inner_.finish(); }
  Digest finish_outer() override { return outer_.finish(); }

 private:
  Sha256 outer_, inner_;
};

TwinSha256::TwinSha256() {
  static const bool fused = has_sha_instructions();
  if (fused) state_ = std::make_unique<Fused>();
  else state_ = std::make_unique<Portable>();
}
TwinSha256::~TwinSha256() = default;
TwinSha256::TwinSha256(TwinSha256&&) noexcept = default;
TwinSha256& TwinSha256::operator=(TwinSha256&&) noexcept = default;

void TwinSha256::update_outer(std::string_view bytes) { state_->update_outer(bytes); }
void TwinSha256::begin_inner() { state_->begin_inner(); }
void TwinSha256::update_both(std::string_view bytes) { state_->update_both(bytes); }
Digest TwinSha256::finish_inner() { return state_->finish_inner(); }
Digest TwinSha256::finish_outer() { return state_->finish_outer(); }

}  // namespace envtool::image
