#include "runtime/native/host_files.hpp"

#include <catch2/catch.hpp>

#include "envtool/support/files.hpp"
#include "tiny_tree.hpp"

using namespace envtool;
using namespace envtool::runtime;
using namespace envtool::runtime::native;

TEST_CASE("the caller gets a name in passwd, whoever had the number or the name gives way",
          "[runtime][native]") {
  CHECK(passwd_text("root:x:0:0:root:/root:/bin/sh\n", 1000, 1000, "ada", "/home/ada") ==
        "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/bash\n");
  CHECK(passwd_text("root:x:0:0::/root:/bin/sh\nold:x:1000:1000::/:/bin/sh\nada:x:7:7::/:/bin/sh\n", 1000,
                    1000, "ada", "/h",
                    "/bin/sh") == "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/h:/bin/sh\n");
  CHECK(passwd_text("root:x:0:0::/root:/bin/sh\nnobody:x:9:9::/:/x\n", 0, 0, "root", "/h", "/bin/sh") ==
        "root:x:0:0::/h:/bin/sh\nnobody:x:9:9::/:/x\n");
  CHECK(passwd_text("", 5, 6, "ada", "/h", "/bin/sh") == "ada:x:5:6::/h:/bin/sh\n");
}

TEST_CASE("a group number keeps the image's name for it", "[runtime][native]") {
  CHECK(group_text("users:x:100:\n", 100, "ada") == "users:x:100:\n");
  CHECK(group_text("users:x:100:\nada:x:5:\n", 1000, "ada") == "users:x:100:\nada:x:1000:\n");
}

TEST_CASE("hosts has the container's name and the host's own entries", "[runtime][native]") {
  CHECK(hosts_text("127.0.0.1 localhost host\n127.0.1.1 host\n# c\n10.0.0.9 files # nfs\n\n::1 localhost\n",
                   "env") == "127.0.0.1\tlocalhost env\n::1\tlocalhost ip6-localhost\n10.0.0.9 files\n");
}

TEST_CASE("name service is the host's, pasta's in an isolated network, none without one",
          "[runtime][native]") {
  const std::string host = "nameserver 127.0.0.53\nsearch example.edu\n";
  CHECK(resolv_conf_text(host, NetworkMode::host) == host);
  CHECK(resolv_conf_text(host, NetworkMode::isolated) == "nameserver 169.254.1.1\nsearch example.edu\n");
  CHECK(resolv_conf_text(host, NetworkMode::none).empty());
}

TEST_CASE("files are written and bound read-only", "[runtime][native]") {
  const test::TinyTree tree;
  REQUIRE(write_atomic(tree.root() / "etc/passwd", "root:x:0:0::/root:/bin/sh\n"));
  HostFilesRequest request;
  request.lowers = {"/nonexistent", tree.root()};
  request.user = "ada";
  const auto files = write_host_files(tree.folder() / "host", request);
  REQUIRE(files);
  for (const char* target : {"/etc/passwd", "/etc/group", "/etc/hosts", "/etc/resolv.conf"}) {
    const auto found = std::find_if(files->mounts.begin(), files->mounts.end(),
                                    [&](const auto& mount) { return mount.destination == target; });
    REQUIRE(found != files->mounts.end());
    CHECK(std::find(found->options.begin(), found->options.end(), "ro") != found->options.end());
  }
  CHECK(read_file(tree.folder() / "host/passwd").value().find("ada:x:") != std::string::npos);
}
