// Answers pairs of Debian versions, one "A B" a line, with "<", "=" or ">".
#include <iostream>
#include <string>

#include "envtool/formats/deb/version.hpp"

int main() {
  std::string a, b;
  while (std::cin >> a >> b) {
    const auto order = envtool::deb::compare_versions(a, b);
    std::cout << (order < 0 ? '<' : order > 0 ? '>' : '=') << '\n';
  }
}
