#include "envtool/resolve/system/list_fetch.hpp"

#include <array>

#include "envtool/formats/archive/decompress.hpp"
#include "envtool/resolve/system/chunk_queue.hpp"
#include "envtool/support/files.hpp"

namespace envtool::resolve::system {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr int kAttempts = 3;

struct Listed {
  std::string folder;  ///< main/binary-amd64
  std::string name;    ///< Packages.gz
  deb::ReleaseFile file;
  ByteCount text;  ///< size of the plain list, 0 when the Release does not say
};

std::optional<Listed> choose(const deb::Release& release, const std::string& component,
                             const Platform& platform) {
  Listed listed;
  listed.folder = component + "/binary-" + platform.architecture;
  if (const auto plain = release.packages.find(listed.folder + "/Packages");
      plain != release.packages.end()) {
    listed.text = plain->second.size;
  }
  for (const char* name : {"Packages.gz", "Packages.xz", "Packages"}) {
    const auto found = release.packages.find(listed.folder + "/" + name);
    if (found == release.packages.end()) continue;
    listed.name = name;
    listed.file = found->second;
    return listed;
  }
  return std::nullopt;
}

/// Parse what arrives. A list that cannot be read is read to its end all the same: whether its digest is the
/// signed one decides between "the archive sent something else" and "the archive's list is broken".
Result<std::string> parse_list(ChunkQueue& queue, const Listed& listed, const Platform& platform,
                               const std::string& url) {
  const auto parsed = [&]() -> Result<std::string> {
    archive::DecompressLimits limits;
    limits.output = listed.text.value > 0 ? listed.text : 1024_MiB;
    ENVTOOL_TRY(const auto text, archive::decompress(queue, url, limits));
    deb::PackagesReader reader(platform.architecture, listed.text);
    std::string piece(kPiece, '\0');
    while (true) {
      ENVTOOL_TRY(const auto count, archive::read_full(*text, piece));
      if (count == 0) break;
      ENVTOOL_CHECK(reader.feed(std::string_view(piece).substr(0, count)));
    }
    return reader.finish();
  }();
  ENVTOOL_CHECK(queue.drain());
  if (const auto digest = queue.digest(); digest != listed.file.sha256) {
    return fail(Code::digest_mismatch,
                url + " is not the list that the signed Release names (expected " + listed.file.sha256.str() +
                    ", got " + digest.str() + ")",
                "the mirror is being updated, or something on the way changes files: try again later");
  }
  return parsed;
}

struct Fetched {
  Result<std::string> list = fail(Code::internal, "not read");
  bool broke_off = false;  ///< the connection broke after it had brought something
};

Fetched fetch_once(const Url& url, const Listed& listed, const Platform& platform,
                   const ArchiveSources& sources) {
  ChunkQueue queue;
  std::uint64_t received = 0;
  net::Request request;
  request.url = url;
  request.limit = listed.file.size + 1_MiB;
  request.sink = [&](std::string_view bytes) -> Result<void> {
    received += bytes.size();
    queue.push(bytes);
    return {};
  };
  Fetched fetched;
  Result<net::Response> answer = fail(Code::internal, "not asked");
  {
    const std::jthread parser([&] { fetched.list = parse_list(queue, listed, platform, url.redacted()); });
    answer = sources.fetch(std::move(request));
    queue.close(answer ? Result<void>{} : Result<void>(Failure(answer.error())));
  }
  if (answer) return fetched;
  fetched.broke_off = received > 0 && answer.error().code == Code::network;
  fetched.list = Failure(std::move(answer).error());
  return fetched;
}

/// The client does not repeat what it has handed on in part, so that is done here, from the start.
Result<std::string> fetch_list(const std::string& text, const Listed& listed, const Platform& platform,
                               const ArchiveSources& sources) {
  ENVTOOL_TRY(const auto url, Url::parse(text));
  auto fetched = fetch_once(url, listed, platform, sources);
  for (int again = 1; again < kAttempts && fetched.broke_off && !sources.stop.stop_requested(); ++again) {
    fetched = fetch_once(url, listed, platform, sources);
  }
  return std::move(fetched.list);
}

/// By hash first: a list fetched by name may be newer than the Release that was just read.
Result<std::string> fetch_list(const ArchiveLocation::Part& part, const deb::Release& release,
                               const Listed& listed, const Platform& platform,
                               const ArchiveSources& sources) {
  const auto folder = part.url + "/dists/" + part.suite + "/" + listed.folder + "/";
  if (release.acquire_by_hash) {
    auto bytes = fetch_list(folder + "by-hash/SHA256/" + listed.file.sha256.hex(), listed, platform, sources);
    if (bytes || bytes.error().code != Code::not_found) return bytes;
  }
  return fetch_list(folder + listed.name, listed, platform, sources);
}

/// `<list>-<digest>.index`: one digest a list is kept.
void write_index(const std::filesystem::path& path, const std::string& list, const std::string& bytes) {
  if (!make_directories(path.parent_path()) || !write_atomic(path, bytes, 0644, false)) return;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), ignored)) {
    if (entry.path().filename().string().starts_with(list + "-") && entry.path() != path) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

}  // namespace

Result<std::optional<OpenList>> open_list(const ArchiveLocation::Part& part, const OpenRelease& release,
                                          const std::string& component, const Platform& platform,
                                          const ArchiveSources& sources) {
  const auto listed = choose(release.release, component, platform);
  if (!listed) return std::nullopt;
  const auto list = Digest::of(part.url + " " + part.suite + " " + listed->folder).hex().substr(0, 24);
  const auto path = sources.cache / "archive" / (list + "-" + listed->file.sha256.hex() + ".index");

  OpenList open;
  open.root = part.url;
  if (auto file = MappedFile::open(path)) {
    if (auto index = deb::PackageIndex::open(file->bytes())) {
      open.file = std::move(*file);
      open.index = *index;
      return open;
    }
  }
  auto bytes = fetch_list(part, release.release, *listed, platform, sources);
  if (!bytes)
    return fail(
        std::move(bytes).error().in("while reading the package list " + component + " of " + part.suite));
  open.bytes = std::make_shared<const std::string>(std::move(*bytes));
  ENVTOOL_TRY(open.index, deb::PackageIndex::open(*open.bytes));
  open.writer = std::jthread([path, list, kept = open.bytes] { write_index(path, list, *kept); });
  return open;
}

}  // namespace envtool::resolve::system
