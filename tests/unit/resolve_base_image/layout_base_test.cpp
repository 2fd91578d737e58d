#include "envtool/resolve/base_image/layout_base.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "envtool/formats/archive/tar.hpp"
#include "envtool/resolve/base_image/layer_scan.hpp"
#include "tests/doubles/deb_archive.hpp"

using namespace envtool;
using namespace envtool::doubles;
using namespace envtool::resolve;

namespace {

const Platform kAmd64{"linux", "amd64"};
using Files = std::vector<std::pair<std::string, std::string>>;

std::string tar_of(const Files& files) {
  std::string bytes;
  archive::TarWriter writer([&](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  });
  for (const auto& [path, content] : files) {
    archive::TarEntry entry;
    entry.path = path;
    entry.size = content.size();
    entry.mode = 0644;
    REQUIRE(writer.add(entry));
    REQUIRE(writer.write(content));
  }
  REQUIRE(writer.finish());
  return bytes;
}

/// An image layout that is built blob by blob.
struct Layout {
  TemporaryFolder folder;
  std::string env = "\"PATH=/usr/local/bin:/usr/bin\"";
  std::string descriptors;

  std::string put(const std::string& bytes) {
    const auto digest = Digest::of(bytes);
    std::filesystem::create_directories(folder.path / "image/blobs/sha256");
    std::ofstream(folder.path / "image/blobs/sha256" / digest.hex(), std::ios::binary) << bytes;
    return digest.str();
  }
  std::string manifest(const std::vector<Files>& layers, const std::string& architecture = "amd64") {
    std::string list, diff_ids;
    for (const auto& files : layers) {
      const auto plain = tar_of(files);
      const auto packed = gzip(plain);
      const std::string comma = list.empty() ? "" : ",";
      list += comma + R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" +
              put(packed) + R"(","size":)" + std::to_string(packed.size()) + "}";
      diff_ids += comma + "\"" + Digest::of(plain).str() + "\"";
    }
    const auto config = R"({"os":"linux","architecture":")" + architecture + R"(","config":{"Env":[)" + env +
                        R"(]},"rootfs":{"type":"layers","diff_ids":[)" + diff_ids + "]}}";
    return put(R"({"schemaVersion":2,"config":{"digest":")" + put(config) + R"("},"layers":[)" + list + "]}");
  }
  void add(const std::string& digest, const std::string& type = "application/vnd.oci.image.manifest.v1+json",
           const std::string& more = "") {
    descriptors += std::string(descriptors.empty() ? "" : ",") + R"({"mediaType":")" + type +
                   R"(","digest":")" + digest + R"(","size":1)" + more + "}";
  }
  void write_index() const { std::ofstream(folder.path / "image/index.json") << index_text(); }
  std::string index_text() const { return R"({"schemaVersion":2,"manifests":[)" + descriptors + "]}"; }

  Result<base_image::BaseSolution> resolve(const project::EnvYaml& yaml = {},
                                           const std::string& path = "image") const {
    return base_image::resolve_layout_base(yaml, {path}, kAmd64, folder.path);
  }
};

const std::string kGlibc = "GNU C Library (Debian) stable release version 2.36.\n";
const Files kSlim = {{"usr/lib/x86_64-linux-gnu/libc.so.6", kGlibc},
                     {"usr/local/bin/python3.11", "x"},
                     {"usr/local/include/python3.11/patchlevel.h", "#define PY_VERSION \"3.11.9\"\n"}};

project::EnvYaml asking(const std::string& python) {
  project::EnvYaml yaml;
  yaml.python = project::Placed{python, Place{"env.yaml", 2, 9}};
  return yaml;
}

}  // namespace

TEST_CASE("a layout gives its image's digests, layers, Python and C library", "[resolve][base_image]") {
  Layout layout;
  const auto manifest = layout.manifest({kSlim, {{"etc/motd", "hello"}}});
  layout.add(manifest);
  layout.write_index();
  const auto solution = layout.resolve();
  REQUIRE(solution);
  const auto& base = std::get<project::LockedOciBase>(solution->base);
  CHECK(base.reference == "image");
  CHECK(base.manifest.str() == manifest);
  CHECK_FALSE(base.index);
  CHECK(base.layers.size() == 2);
  CHECK(base.layers[0].diff_id == Digest::of(tar_of(kSlim)));
  CHECK(solution->python == project::LockedPython{"3.11.9", "/usr/local/bin/python3.11", "glibc 2.36"});
  CHECK(solution->system.empty());
}

TEST_CASE("a layout gives the variables of its image's config in their order", "[resolve][base_image]") {
  Layout layout;
  layout.env = R"("PATH=/opt/none:/usr/local/bin","B=2","A=x=y","EMPTY=","no value","=nameless",7)";
  layout.add(layout.manifest({kSlim}));
  layout.write_index();
  const auto solution = layout.resolve();
  REQUIRE(solution);
  CHECK(std::get<project::LockedOciBase>(solution->base).env ==
        std::vector<std::string>{"PATH=/opt/none:/usr/local/bin", "B=2", "A=x=y", "EMPTY="});
  CHECK(solution->python.executable == "/usr/local/bin/python3.11");
}

TEST_CASE("a variable with a NUL in an image's config is refused", "[resolve][base_image]") {
  Layout layout;
  layout.env = R"("A=b\u0000c")";
  layout.add(layout.manifest({kSlim}));
  layout.write_index();
  const auto solution = layout.resolve();
  REQUIRE_FALSE(solution);
  CHECK(solution.error().code == Code::bad_input);
  CHECK(solution.error().what.find("NUL") != std::string::npos);
}

TEST_CASE("the image of the platform is found in an index within the index", "[resolve][base_image]") {
  Layout layout;
  const auto amd64 = layout.manifest({kSlim});
  const auto arm64 = layout.manifest({{{"other", "x"}}}, "arm64");
  const auto platform = [](const std::string& name) {
    return R"(,"platform":{"os":"linux","architecture":")" + name + "\"}";
  };
  layout.add(arm64, "application/vnd.oci.image.manifest.v1+json", platform("arm64"));
  layout.add(amd64, "application/vnd.oci.image.manifest.v1+json", platform("amd64"));
  const auto nested = layout.put(layout.index_text());
  layout.descriptors.clear();
  layout.add(nested, "application/vnd.oci.image.index.v1+json");
  layout.write_index();
  const auto solution = layout.resolve();
  REQUIRE(solution);
  CHECK(std::get<project::LockedOciBase>(solution->base).manifest.str() == amd64);
  CHECK(std::get<project::LockedOciBase>(solution->base).index->str() == nested);
}

TEST_CASE("a tar of a layout is read like the folder", "[resolve][base_image]") {
  Layout layout;
  layout.add(layout.manifest({kSlim}));
  layout.write_index();
  Files members = {{"index.json", layout.index_text()}};
  for (const auto& entry : std::filesystem::directory_iterator(layout.folder.path / "image/blobs/sha256")) {
    std::ifstream file(entry.path(), std::ios::binary);
    members.emplace_back("blobs/sha256/" + entry.path().filename().string(),
                         std::string(std::istreambuf_iterator<char>(file), {}));
  }
  std::ofstream(layout.folder.path / "image.tar", std::ios::binary) << tar_of(members);
  const auto from_tar = layout.resolve({}, "image.tar");
  REQUIRE(from_tar);
  CHECK(from_tar->python == layout.resolve()->python);
  CHECK(std::get<project::LockedOciBase>(from_tar->base).layers ==
        std::get<project::LockedOciBase>(layout.resolve()->base).layers);
}

TEST_CASE("the Python of a distribution inside the image is told by its package database",
          "[resolve][base_image]") {
  Layout layout;
  layout.add(
      layout.manifest({{{"usr/bin/python3.11", "x"},
                        {"var/lib/dpkg/status",
                         "Package: libc6\nVersion: 2.36-9\n\nPackage: python3.11\nVersion: 3.11.2-6\n"}}}));
  layout.write_index();
  const auto solution = layout.resolve();
  REQUIRE(solution);
  CHECK(solution->python == project::LockedPython{"3.11.2", "/usr/bin/python3.11", "glibc 2.36"});
}

TEST_CASE("musl and apk are understood", "[resolve][base_image]") {
  Layout layout;
  layout.add(
      layout.manifest({{{"usr/bin/python3.12", "x"},
                        {"lib/apk/db/installed", "P:musl\nV:1.2.5-r0\n\nP:python3\nV:3.12.8-r1\n\n"}}}));
  layout.write_index();
  CHECK(layout.resolve()->python == project::LockedPython{"3.12.8", "/usr/bin/python3.12", "musl 1.2"});
}

TEST_CASE("PATH decides between two interpreters, and a whiteout removes one", "[resolve][base_image]") {
  const Files both = {{"lib/libc.so.6", kGlibc},
                      {"usr/local/bin/python3.11", "x"},
                      {"usr/bin/python3.9", "x"},
                      {"usr/local/include/python3.11/patchlevel.h", "#define PY_VERSION \"3.11.9\"\n"},
                      {"usr/include/python3.9/patchlevel.h", "#define PY_VERSION \"3.9.2\"\n"}};
  Layout first;
  first.add(first.manifest({both}));
  first.write_index();
  CHECK(first.resolve()->python.version == "3.11.9");
  CHECK(first.resolve(asking("3.9"))->python.executable == "/usr/bin/python3.9");
  Layout second;
  second.add(second.manifest({both, {{"usr/local/bin/.wh.python3.11", ""}}}));
  second.write_index();
  CHECK(second.resolve()->python.version == "3.9.2");
  Layout third;
  third.add(third.manifest({both, {{"usr/local/.wh..wh..opq", ""}}}));
  third.write_index();
  CHECK(third.resolve()->python.version == "3.9.2");
}

TEST_CASE("an image without the Python that is asked for is refused with what it has",
          "[resolve][base_image]") {
  Layout layout;
  layout.add(layout.manifest({kSlim}));
  layout.write_index();
  const auto refused = layout.resolve(asking("3.12"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("no Python 3.12 on its PATH; it has /usr/local/bin/python3.11") !=
        std::string::npos);
  CHECK_FALSE(layout.resolve(asking("3.11.2")));
  CHECK(layout.resolve(asking("3.11.9")));
}

TEST_CASE("a blob that is not what its name says is fatal", "[resolve][base_image]") {
  Layout layout;
  const auto manifest = layout.manifest({kSlim});
  layout.add(manifest);
  layout.write_index();
  const auto damage = [&](const std::string& hex, const std::string& bytes) {
    std::ofstream(layout.folder.path / "image/blobs/sha256" / hex, std::ios::binary) << bytes;
    return layout.resolve();
  };
  SECTION("the manifest") { CHECK(damage(manifest.substr(7), "{}").error().code == Code::digest_mismatch); }
  SECTION("a layer") {
    const auto packed = gzip(tar_of(kSlim));
    CHECK(
        damage(Digest::of(packed).hex(), gzip(tar_of({{"usr/local/bin/python3.11", "evil"}}))).error().code ==
        Code::digest_mismatch);
  }
}

TEST_CASE("what is no image layout is refused", "[resolve][base_image]") {
  Layout layout;
  CHECK(layout.resolve().error().code == Code::not_found);
  std::filesystem::create_directories(layout.folder.path / "image");
  CHECK(layout.resolve().error().code == Code::not_found);
  std::ofstream(layout.folder.path / "image/index.json") << "nonsense";
  CHECK(layout.resolve().error().code == Code::bad_input);
  layout.write_index();
  CHECK(layout.resolve().error().what == "the image layout has no image for linux/amd64");
}

TEST_CASE("two images for one platform are one too many", "[resolve][base_image]") {
  Layout layout;
  layout.add(layout.manifest({kSlim}));
  layout.add(layout.manifest({{{"other", "x"}}}));
  layout.write_index();
  CHECK(layout.resolve().error().what.find("2 images") != std::string::npos);
}

TEST_CASE("system packages on top of a layout are refused for now", "[resolve][base_image]") {
  Layout layout;
  project::EnvYaml yaml;
  yaml.system = {{"git", Place{"env.yaml", 4, 10}}};
  CHECK(layout.resolve(yaml).error().code == Code::unsupported);
}

TEST_CASE("the version of glibc is read from its banner", "[resolve][base_image]") {
  CHECK(base_image::glibc_version(
            "GNU C Library (Ubuntu GLIBC 2.39-0ubuntu8.12) stable release version 2.39.\nCopyright") ==
        "2.39");
  CHECK(base_image::glibc_version("stable release version 2.5") == "2.5");
  CHECK(base_image::glibc_version("musl").empty());
}
