#pragma once
// SHA-256 of a layer's tar and of each file in it at once. A file's bytes begin at a block of 512 in the tar,
// so both digests see the same 64-byte blocks: the message schedule is computed once and the two chains of
// rounds run side by side, which costs hardly more than one (docs/decisions/wheel-layers.md has figures).
#include <memory>
#include <string_view>

#include "envtool/support/digest.hpp"

namespace envtool::image {

class TwinSha256 {
 public:
  TwinSha256();
  ~TwinSha256();
  TwinSha256(TwinSha256&&) noexcept;
  TwinSha256& operator=(TwinSha256&&) noexcept;

  /// Bytes of the outer stream only: headers and padding.
  void update_outer(std::string_view bytes);
  /// From here to `finish_inner` bytes count for both. The outer stream must be at a multiple of 64 bytes.
  void begin_inner();
  void update_both(std::string_view bytes);
  Digest finish_inner();
  Digest finish_outer();

 private:
  class State;
  class Fused;
  class Portable;
  std::unique_ptr<State> state_;
};

}  // namespace envtool::image
