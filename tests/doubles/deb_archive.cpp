#include "tests/doubles/deb_archive.hpp"

#include <lzma.h>
#include <rnp/rnp.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "envtool/support/digest.hpp"

namespace envtool::doubles {
namespace {

void check(std::uint32_t status, const char* what) {
  if (status != 0) throw std::runtime_error(std::string(what) + ": " + rnp_result_to_string(status));
}

std::uint32_t signing_time() {
  return static_cast<std::uint32_t>((test_day() - std::chrono::hours(48)).time_since_epoch().count());
}

std::string take(rnp_output_t output) {
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  check(rnp_output_memory_get_buf(output, &bytes, &size, false), "output");
  std::string text(reinterpret_cast<const char*>(bytes), size);
  rnp_output_destroy(output);
  return text;
}

}  // namespace

struct SigningKey::Impl {
  rnp_ffi_t ffi = nullptr;
  rnp_key_handle_t key = nullptr;
};

SigningKey::SigningKey(const std::string& name) : impl_(new Impl) {
  check(rnp_ffi_create(&impl_->ffi, "GPG", "GPG"), "ffi");
  check(rnp_set_timestamp(impl_->ffi, signing_time()), "clock");  // tests choose the day, whatever today is
  rnp_op_generate_t op = nullptr;
  check(rnp_op_generate_create(&op, impl_->ffi, "EDDSA"), "generate");
  check(rnp_op_generate_set_userid(op, name.c_str()), "userid");
  check(rnp_op_generate_execute(op), "execute");
  check(rnp_op_generate_get_key(op, &impl_->key), "key");
  rnp_op_generate_destroy(op);
  char* text = nullptr;
  check(rnp_key_get_fprint(impl_->key, &text), "fingerprint");
  fingerprint_ = text;
  rnp_buffer_destroy(text);
}

SigningKey::~SigningKey() {
  rnp_key_handle_destroy(impl_->key);
  rnp_ffi_destroy(impl_->ffi);
}

std::string SigningKey::clear_sign(const std::string& text) const {
  rnp_input_t input = nullptr;
  rnp_output_t output = nullptr;
  rnp_op_sign_t op = nullptr;
  check(rnp_input_from_memory(&input, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), false),
        "input");
  check(rnp_output_to_memory(&output, 0), "output");
  check(rnp_op_sign_cleartext_create(&op, impl_->ffi, input, output), "sign");
  check(rnp_op_sign_set_hash(op, "SHA256"), "hash");
  check(rnp_op_sign_add_signature(op, impl_->key, nullptr), "signature");
  check(rnp_op_sign_set_creation_time(op, signing_time()), "time");
  check(rnp_op_sign_execute(op), "execute");
  rnp_op_sign_destroy(op);
  rnp_input_destroy(input);
  return take(output);
}

void SigningKey::write_public(const std::filesystem::path& file) const {
  rnp_output_t output = nullptr;
  check(rnp_output_to_memory(&output, 0), "output");
  check(rnp_key_export(impl_->key, output, RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS), "export");
  std::ofstream(file, std::ios::binary) << take(output);
}

const SigningKey& test_key() {
  static const SigningKey key("Test Archive <archive@example.org>");
  return key;
}
const SigningKey& stranger_key() {
  static const SigningKey key("Stranger <stranger@example.org>");
  return key;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                          text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  out.resize(size);
  return out;
}

std::string package(const std::string& name, const std::string& version, const std::string& fields,
                    const std::string& architecture) {
  const auto file = "pool/" + name + "_" + version + "_" + architecture + ".deb";
  return "Package: " + name + "\nVersion: " + version + "\nArchitecture: " + architecture + "\n" + fields +
         "Filename: " + file + "\nSize: " + std::to_string(name.size()) +
         "\nSHA256: " + Digest::of(file).hex() + "\n\n";
}

void FakeArchive::publish(const std::string& root, const std::string& suite, const std::string& packages,
                          const Options& options, const std::string& component,
                          const std::string& architecture) {
  const auto folder = component + "/binary-" + architecture;
  const auto packed = options.use_xz ? xz(packages) : gzip(packages);
  const auto name = std::string(options.use_xz ? "Packages.xz" : "Packages.gz");
  const auto digest = Digest::of(packed).hex();
  const auto dists = root + "/dists/" + suite + "/";
  files[dists + folder + "/" + name] = packed;
  if (options.by_hash) files[dists + folder + "/by-hash/SHA256/" + digest] = packed;
  const auto said = options.codename.empty() ? suite : options.codename;
  std::string release =
      "Origin: Test\nSuite: " + said + "\nCodename: " + said + "\nDate: " + options.date + "\n";
  if (!options.valid_until.empty()) release += "Valid-Until: " + options.valid_until + "\n";
  if (options.by_hash) release += "Acquire-By-Hash: yes\n";
  release += "Architectures: " + architecture + "\nComponents: " + component + "\nSHA256:\n";
  release +=
      " " + Digest::of(packages).hex() + " " + std::to_string(packages.size()) + " " + folder + "/Packages\n";
  release += " " + digest + " " + std::to_string(packed.size()) + " " + folder + "/" + name + "\n";
  files[dists + "InRelease"] = (options.key != nullptr ? *options.key : test_key()).clear_sign(release);
}

resolve::system::Fetch FakeArchive::fetch() {
  return [this](const net::Request& request) { return answer(request); };
}

Result<net::Response> FakeArchive::answer(const net::Request& request) {
  const auto url = request.url.full();
  const std::lock_guard lock(mutex_);
  requests_.push_back(url);
  if (offline) return fail(Code::network, "cannot reach " + url);
  const auto found = files.find(url);
  if (found == files.end()) return fail(Code::not_found, url + " is not there");
  net::Response response;
  response.status = 200;
  response.headers = headers[url];
  for (const auto& [name, value] : request.headers) {
    if (name == "if-none-match" && response.header("etag") == value) response.status = 304;
  }
  if (response.status == 304) return response;
  if (!request.sink) {
    response.body = found->second;
    return response;
  }
  for (std::size_t at = 0; at < found->second.size(); at += 100) {
    if (at > 0 && breaks > 0) {
      --breaks;
      return fail(Code::network, url + " broke off");
    }
    ENVTOOL_CHECK(request.sink(std::string_view(found->second).substr(at, 100)));
  }
  return response;
}

std::vector<std::string> FakeArchive::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}
void FakeArchive::forget_requests() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
}

TemporaryFolder::TemporaryFolder() {
  auto pattern = (std::filesystem::temp_directory_path() / "envtool-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path = pattern;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

std::chrono::sys_seconds test_day() {
  return std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + std::chrono::hours(12);
}

resolve::system::ArchiveSources sources_of(FakeArchive& archive, const std::filesystem::path& folder) {
  const auto keyrings = folder / "keyrings";
  std::filesystem::create_directories(keyrings);
  test_key().write_public(keyrings / "test.gpg");
  resolve::system::ArchiveSources sources;
  sources.fetch = archive.fetch();
  sources.cache = folder / "cache";
  sources.keyring = std::make_shared<resolve::system::Keyring>(keyrings);
  sources.trusted = {test_key().fingerprint()};
  sources.now = test_day;
  return sources;
}

}  // namespace envtool::doubles
