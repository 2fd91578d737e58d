#include <arpa/inet.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <thread>

#include "envtool/support/files.hpp"
#include "runtime/native/pasta.hpp"
#include "tiny_tree.hpp"

using namespace envtool;
using runtime::native::NativeEngine;
using test::TinyTree;

namespace {

std::string ask(std::uint16_t port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return "refused";
  std::string text(100, '\0');
  if (::send(fd.get(), "ping", 4, MSG_NOSIGNAL) != 4) return "closed";
  ::shutdown(fd.get(), SHUT_WR);
  const ssize_t size = ::recv(fd.get(), text.data(), text.size(), MSG_WAITALL);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

}  // namespace

TEST_CASE("an isolated network without pasta or its device is refused with the fix", "[runtime][native]") {
  const auto program = runtime::native::find_pasta();
  if (program) {
    CHECK(program->filename() == "pasta");
  } else {
    CHECK(program.error().code == Code::unsupported);
    CHECK(program.error().hints.front().find("sudo") == 0);
  }
}

TEST_CASE("a published port of an isolated session answers on the host, and nothing else does",
          "[runtime][native][userns][pasta]") {
  if (!runtime::native::find_pasta()) {
    WARN("pasta or /dev/net/tun is not here: not tested");
    return;
  }
  const TinyTree tree;
  const auto folder = tree.folder() / "0123456789ab";
  std::filesystem::create_directory(folder);
  NativeEngine engine({tree.scratch(), false});
  runtime::StartOptions options;
  options.network = runtime::NetworkMode::isolated;
  options.ports = {18'761};
  const auto session = engine.start(tree.spec({"inside", "echo", "18761"}), tree.rootfs(), options, folder);
  INFO((session ? std::string() : session.error().what));
  REQUIRE(session);
  std::string answer;
  for (int i = 0; i < 100 && answer != "pong ping"; ++i) {
    answer = ask(18'761);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(answer == "pong ping");
  const auto second = engine.start(tree.spec({"inside", "pause"}), tree.rootfs(), options, folder);
  REQUIRE_FALSE(second);
  CHECK(second.error().what.find("18761") != std::string::npos);
  REQUIRE(engine.stop(*session, 2));
  for (int i = 0; i < 100 && answer != "refused"; ++i) {
    answer = ask(18'761);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(answer == "refused");
}
