// Broken bytes of every kind: read or refused with a place, and nothing else. Fixed seeds, so a failure
// repeats.
#include <catch2/catch.hpp>
#include <random>

#include "envtool/project/pyproject.hpp"
#include "tests/unit/project/lock_sample.hpp"

using namespace envtool;
using namespace envtool::project;

namespace {
std::string mutated(std::string text, std::mt19937& random) {
  static const std::string kBytes = "\t\n :-[]{}\"'#&*!|>%@`,\\\0\x80\xff<=?~0azA.";
  const auto at = [&] { return static_cast<std::size_t>(random()) % (text.size() + 1); };
  for (auto changes = random() % 4 + 1; changes > 0; --changes) {
    const char byte = kBytes[random() % kBytes.size()];
    switch (random() % 4) {
      case 0:
        text.insert(at(), 1, byte);
        break;
      case 1:
        text.erase(at(), random() % 20);
        break;
      case 2:
        if (const auto i = at(); i < text.size()) text[i] = byte;
        break;
      default:
        text.insert(at(), text.substr(at(), random() % 60));
    }
  }
  return text;
}
template <class Value>
void check(const Result<Value>& result) {
  if (result) return;
  if (result.error().code != Code::bad_input || !result.error().place || result.error().hints.empty())
    FAIL(result.error().what);
}
const std::string kYaml =
    "name: a\npython: 3.11\nbase: {debian: bookworm}\nsystem: [git]\npackages:\n  - numpy>=1\n  - "
    "'pandas[x]<2'\n"
    "  - b @ git+https://x/y@z\nindexes: [{name: i, url: \"https://x/simple\"}]\nexclude-newer: 2026-09-01\n"
    "gpu: {count: 1}\nenv: {A: b}\nmounts: [{source: a, target: /b}]\nports: [1]\nsetup: [\"x\"]\nservices:\n"
    "  jupyter: true\nresources: {memory: 1G}\nsecrets: [S]\n";
const std::string kToml =
    "[build-system]\nrequires = [\"a>=1\"]\n[project]\nname = \"a\"\nversion = '1'\ndependencies = [\n "
    "\"b\",\n]\n"
    "[project.scripts]\nx = \"y:z\"\n[[tool.x]]\na = 2026-01-01T00:00:00Z\nb = {c = 0x1F, d = 1e5}\n";
}  // namespace

TEST_CASE("no change of bytes breaks the reader of env.yaml", "[project][hostile]") {
  std::mt19937 random(1);
  for (int i = 0; i < 4000; ++i) check(read_env_yaml({"env.yaml", mutated(kYaml, random)}, "/nonexistent"));
}

TEST_CASE("no change of bytes breaks the reader of env.lock", "[project][hostile]") {
  std::mt19937 random(2);
  const auto text = render(sample_lock());
  for (int i = 0; i < 4000; ++i) {
    const auto broken = mutated(text, random);
    const auto lock = read_lock({"env.lock", broken});
    check(lock);
    check(read_lock_header({"env.lock", broken}));
    if (lock) CHECK(read_lock({"env.lock", render(*lock)}).value() == *lock);
  }
}

TEST_CASE("no change of bytes breaks the reader of pyproject.toml", "[project][hostile]") {
  std::mt19937 random(3);
  for (int i = 0; i < 4000; ++i) {
    const auto result = read_pyproject({"pyproject.toml", mutated(kToml, random)});
    if (!result) CHECK(result.error().code == Code::bad_input);
  }
}
