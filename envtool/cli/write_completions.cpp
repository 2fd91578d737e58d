// Run by the build: writes the completion scripts into the folder named by the only argument.
#include <cstdio>
#include <filesystem>

#include "envtool/cli/arguments/completion.hpp"
#include "envtool/support/files.hpp"

int main(int count, char** arguments) {
  using namespace envtool;
  if (count != 2) return 2;
  const std::filesystem::path folder = arguments[1];
  const std::pair<const char*, cli::Shell> files[] = {
      {"env.bash", cli::Shell::bash}, {"_env", cli::Shell::zsh}, {"env.fish", cli::Shell::fish}};
  for (const auto& [name, shell] : files) {
    auto written = make_directories(folder);
    if (written) written = write_atomic(folder / name, cli::completion_script(shell), 0644, false);
    if (!written) {
      std::fprintf(stderr, "%s\n", written.error().what.c_str());
      return 1;
    }
  }
  return 0;
}
