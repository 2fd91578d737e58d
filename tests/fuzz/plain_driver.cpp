// Runs a fuzz target without libFuzzer: every seed, then changed seeds from a fixed random sequence.
//   fuzz-NAME FOLDER [ROUNDS]
// A file "*.lines" holds one seed a line, any other file is one seed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> read_seeds(const std::filesystem::path& folder) {
  std::vector<std::string> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    if (entry.path().extension() == ".lines")
      for (std::string line; std::getline(file, line);) seeds.push_back(line);
    else seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

/// Up to four edits: a byte changed, removed or doubled, or the tail of another seed joined on.
std::string changed(std::string text, const std::vector<std::string>& seeds, std::mt19937& random) {
  for (auto edits = 1 + random() % 4; edits > 0; --edits) {
    const auto at = text.empty() ? 0 : random() % text.size();
    const auto& other = seeds[random() % seeds.size()];
    switch (random() % 5) {
      case 0:
        text.insert(at, 1, static_cast<char>(random() % 256));
        break;
      case 1:
        if (!text.empty()) text.erase(at, 1 + random() % 3);
        break;
      case 2:
        if (!text.empty()) text.insert(at, text.substr(at, 1 + random() % 8));
        break;
      case 3:
        if (!other.empty()) text.insert(at, 1, other[random() % other.size()]);
        break;
      default:
        text = text.substr(0, at) + other.substr(other.empty() ? 0 : random() % other.size());
        break;
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: %s FOLDER [ROUNDS]\n", argv[0]), 2;
  const auto seeds = read_seeds(argv[1]);
  if (seeds.empty()) return std::fprintf(stderr, "no seeds in %s\n", argv[1]), 2;
  const long rounds = argc > 2 ? std::atol(argv[2]) : 20'000;
  for (const auto& seed : seeds) run(seed);
  std::mt19937 random(1);
  for (long i = 0; i < rounds; ++i) run(changed(seeds[random() % seeds.size()], seeds, random));
  std::printf("%zu seeds, %ld changed ones\n", seeds.size(), rounds);
}
