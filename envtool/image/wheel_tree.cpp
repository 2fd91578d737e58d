#include "envtool/image/wheel_tree.hpp"

#include "envtool/formats/archive/byte_stream.hpp"
#include "envtool/image/unpack_wheel.hpp"
#include "envtool/support/files.hpp"

namespace envtool::image {
namespace {

Result<Digest> digest_of_file(const std::filesystem::path& path) {
  ENVTOOL_TRY(archive::FileStream file, archive::FileStream::open(path.string()));
  Sha256 digest;
  std::string buffer(256 << 10, '\0');
  while (true) {
    ENVTOOL_TRY(const std::size_t got, file.read(buffer));
    if (got == 0) return digest.finish();
    digest.update(std::string_view(buffer).substr(0, got));
  }
}

/// A whole download that a killed process left before it was unpacked.
bool is_there_already(const std::filesystem::path& path, const project::Artifact& wheel) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) != wheel.size.value || error) return false;
  const auto digest = digest_of_file(path);
  return digest && *digest == wheel.sha256;
}

}  // namespace

Result<FetchedWheel> fetch_wheel(const WheelTree& what, MakeContext& context,
                                 std::function<void(std::uint64_t)> on_bytes) {
  const Digest& digest = what.wheel.sha256;
  if (context.store.has_blob(digest)) return FetchedWheel{context.store.blob_path(digest), true};
  if (what.wheel.url.empty())
    return fail(Code::not_found,
                "the wheel of " + what.name + " " + what.version +
                    " was built on another machine and is not in this store",
                "run `env lock --upgrade-package " + what.name + "` to build it here");
  const std::filesystem::path file = context.store.partial_path(digest);
  if (is_there_already(file, what.wheel)) return FetchedWheel{file, false};
  ENVTOOL_TRY(Url url, Url::parse(what.wheel.url));
  net::Download download;
  download.sources.push_back(std::move(url));
  download.to = file;
  download.sha256 = digest;
  if (what.wheel.size.value != 0) download.size = what.wheel.size;
  download.on_bytes = std::move(on_bytes);
  auto done = context.client.download(std::move(download), context.events.stop_token());
  if (!done) return fail(std::move(done).error().in("while fetching " + what.name + " " + what.version));
  return FetchedWheel{file, false};
}

Result<store::Tree> unpack_to_store(const WheelTree& what, const store::TreeKey& key,
                                    const FetchedWheel& wheel, MakeContext& context) {
  ENVTOOL_TRY(const std::filesystem::path temporary, context.store.make_temporary());
  auto record =
      unpack_wheel(wheel.file, what, context.scheme, temporary / "root", context.events.stop_token());
  if (!record) {
    (void)remove_tree(temporary);
    return fail(std::move(record).error().in("while unpacking " + what.name + " " + what.version));
  }
  ENVTOOL_TRY(store::Tree tree, context.store.adopt_tree(key, temporary, std::move(*record)));
  std::error_code ignored;
  if (!wheel.keep) std::filesystem::remove(wheel.file, ignored);
  return tree;
}

Result<store::Tree> make_wheel_tree(const WheelTree& what, const store::TreeKey& key, MakeContext& context) {
  ENVTOOL_TRY(const FileLock guard, context.store.lock(what.wheel.sha256));
  if (auto tree = context.store.find_tree(key)) return std::move(*tree);
  ENVTOOL_TRY(const FetchedWheel wheel, fetch_wheel(what, context));
  return unpack_to_store(what, key, wheel, context);
}

}  // namespace envtool::image
