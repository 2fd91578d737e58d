#pragma once
// The compression function of SHA-256 (FIPS 180-4 §6.2.2) for two states over the same blocks. Private to
// this folder.
#include <array>
#include <cstddef>
#include <cstdint>

namespace envtool::image {

using Sha256Words = std::array<std::uint32_t, 8>;

/// Whether this processor has the instructions that the next two need (x86 SHA extensions).
bool has_sha_instructions();
/// `data` is `blocks` times 64 bytes.
void compress(Sha256Words& state, const char* data, std::size_t blocks);
void compress_two(Sha256Words& first, Sha256Words& second, const char* data, std::size_t blocks);

}  // namespace envtool::image
