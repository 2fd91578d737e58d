#include "envtool/image/sha256_blocks.hpp"

#include <cstdlib>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace envtool::image {

#if defined(__x86_64__)

namespace {

alignas(16) constexpr std::array<std::uint32_t, 64> kRounds = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define ENVTOOL_SHA_TARGET __attribute__((target("sha,sse4.1,ssse3"), always_inline)) inline

/// A state as the instructions want it: words A B E F and C D G H.
struct Lanes {
  __m128i abef, cdgh;
};

ENVTOOL_SHA_TARGET Lanes load(const Sha256Words& words) {
  const auto* source = reinterpret_cast<const __m128i*>(words.data());
  const __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128(source), 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(source + 1), 0x1b);
  return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0)};
}

ENVTOOL_SHA_TARGET void store(Sha256Words& words, const Lanes& lanes) {
  auto* target = reinterpret_cast<__m128i*>(words.data());
  const __m128i feba = _mm_shuffle_epi32(lanes.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(lanes.cdgh, 0xb1);
  _mm_storeu_si128(target, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(target + 1, _mm_alignr_epi8(dchg, feba, 8));
}

ENVTOOL_SHA_TARGET void four_rounds(Lanes& lanes, __m128i words) {
  lanes.cdgh = _mm_sha256rnds2_epu32(lanes.cdgh, lanes.abef, words);
  lanes.abef = _mm_sha256rnds2_epu32(lanes.abef, lanes.cdgh, _mm_shuffle_epi32(words, 0x0e));
}

ENVTOOL_SHA_TARGET void add(Lanes& lanes, const Lanes& before) {
  lanes.abef = _mm_add_epi32(lanes.abef, before.abef);
  lanes.cdgh = _mm_add_epi32(lanes.cdgh, before.cdgh);
}

/// One block into `Count` states: the schedule of message words is shared.
template <std::size_t Count>
ENVTOOL_SHA_TARGET void one_block(std::array<Lanes, Count>& lanes, const char* data) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const auto* source = reinterpret_cast<const __m128i*>(data);
  __m128i words[4];  // NOLINT: std::array drops the alignment attribute
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) words[i] = _mm_shuffle_epi8(_mm_loadu_si128(source + i), big_endian);
  const std::array<Lanes, Count> before = lanes;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < 16; ++i) {
    const auto* constants = reinterpret_cast<const __m128i*>(kRounds.data()) + i;
    const __m128i sum = _mm_add_epi32(words[i % 4], _mm_load_si128(constants));
#pragma GCC unroll 2
    for (Lanes& chain : lanes) four_rounds(chain, sum);
    if (i < 12) {
      const __m128i newest = words[(i + 3) % 4];
      const __m128i seven_back = _mm_alignr_epi8(newest, words[(i + 2) % 4], 4);
      const __m128i partial =
          _mm_add_epi32(_mm_sha256msg1_epu32(words[i % 4], words[(i + 1) % 4]), seven_back);
      words[i % 4] = _mm_sha256msg2_epu32(partial, newest);
    }
  }
#pragma GCC unroll 2
  for (std::size_t i = 0; i < Count; ++i) add(lanes[i], before[i]);
}

}  // namespace

bool has_sha_instructions() {
  unsigned int a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return false;
  const bool shuffles = (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return shuffles && (b & bit_SHA) != 0;
}

__attribute__((target("sha,sse4.1,ssse3"))) void compress(Sha256Words& state, const char* data,
                                                          std::size_t blocks) {
  std::array<Lanes, 1> lanes = {load(state)};
  for (; blocks > 0; --blocks, data += 64) one_block(lanes, data);
  store(state, lanes[0]);
}

__attribute__((target("sha,sse4.1,ssse3"))) void compress_two(Sha256Words& first, Sha256Words& second,
                                                              const char* data, std::size_t blocks) {
  std::array<Lanes, 2> lanes = {load(first), load(second)};
  for (; blocks > 0; --blocks, data += 64) one_block(lanes, data);
  store(first, lanes[0]);
  store(second, lanes[1]);
}

#else

// Elsewhere TwinSha256 uses two digests of OpenSSL, which has those processors' own instructions.
bool has_sha_instructions() { return false; }
void compress(Sha256Words&, const char*, std::size_t) { std::abort(); }
void compress_two(Sha256Words&, Sha256Words&, const char*, std::size_t) { std::abort(); }

#endif

}  // namespace envtool::image
