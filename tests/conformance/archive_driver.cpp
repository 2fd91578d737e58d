// Names of the packages of a bookworm base and of what is asked on top: conformance-archive CACHE KEYRINGS
// [NAME…]
#include <iostream>

#include "envtool/net/client.hpp"
#include "envtool/resolve/base_image/archive_base.hpp"
#include "envtool/resolve/system/system.hpp"

using namespace envtool;
using namespace envtool::resolve;

namespace {

int refused(const Error& error) {
  std::cerr << "error: " << error.what << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const Platform platform{"linux", "amd64"};
  const auto location =
      system::archive_of({project::BaseFromArchive::Distribution::debian, "bookworm"}, platform);
  if (!location || argc < 3) return 2;
  net::Client client;
  system::ArchiveSources sources;
  sources.fetch = [&](net::Request request) { return client.fetch(std::move(request)); };
  sources.cache = argv[1];
  sources.keyring = std::make_shared<system::Keyring>(argv[2]);
  NoEvents events;
  const auto archive = system::Archive::open(*location, platform, sources, events);
  if (!archive) return refused(archive.error());
  system::Archive::Request request;
  request.base = base_image::base_packages();
  for (int i = 3; i < argc; ++i) request.packages.push_back({argv[i], {}});
  const auto closure = archive->close(request, events);
  if (!closure) return refused(closure.error());
  for (const auto& deb : closure->base) std::cout << deb.name << '\n';
  for (const auto& deb : closure->system) std::cout << deb.name << '\n';
}
