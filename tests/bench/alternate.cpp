// alternate ROUNDS NAME=COMMAND…: times whole processes round robin, so that noise meets all alike.
// Prints minimum and median in milliseconds, and each one's difference from the first and ratio of it to the
// second's.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

extern char** environ;

struct Contender {
  std::string name;
  std::vector<std::string> words;
  std::vector<double> times;
};

double run_once(Contender& contender, const posix_spawn_file_actions_t& files) {
  std::vector<char*> words;
  for (auto& word : contender.words) words.push_back(word.data());
  words.push_back(nullptr);
  const auto began = std::chrono::steady_clock::now();
  pid_t pid = 0;
  int status = 1;
  if (posix_spawnp(&pid, words[0], &files, nullptr, words.data(), environ) != 0 ||
      waitpid(pid, &status, 0) < 0 || status != 0) {
    std::fprintf(stderr, "%s failed\n", contender.name.c_str());
    std::exit(1);
  }
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

int main(int count, char** arguments) {
  if (count < 4) return 2;
  std::vector<Contender> contenders;
  for (int i = 2; i < count; ++i) {
    const std::string text = arguments[i];
    Contender one{text.substr(0, text.find('=')), {""}, {}};
    for (const char c : text.substr(text.find('=') + 1))
      c == ' ' ? one.words.emplace_back() : one.words.back() += c;
    contenders.push_back(one);
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  for (int round = -10; round < std::atoi(arguments[1]); ++round)
    for (auto& one : contenders)
      if (const double time = run_once(one, files); round >= 0) one.times.push_back(time);
  double base[2] = {}, peer[2] = {};
  std::printf("%-28s %8s %8s %10s %10s %10s\n", "ms", "min", "median", "over: min", "median", "of peer's");
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    auto& times = contenders[i].times;
    std::sort(times.begin(), times.end());
    const double now[2] = {times.front(), times[times.size() / 2]};
    if (i == 0) std::copy(now, now + 2, base);
    const double over[2] = {now[0] - base[0], now[1] - base[1]};
    if (i == 1) std::copy(over, over + 2, peer);
    std::printf("%-28s %8.2f %8.2f %10.2f %10.2f %10.2f\n", contenders[i].name.c_str(), now[0], now[1],
                over[0], over[1], i == 0 ? 0.0 : over[1] / peer[1]);
  }
}
