#include "envtool/resolve/system/signature.hpp"

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

#include "envtool/formats/deb/release.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::system {
namespace {

template <class Handle, auto Destroy>
struct Deleter {
  void operator()(Handle handle) const { Destroy(handle); }
};
template <class Handle, auto Destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Deleter<Handle, Destroy>>;
using Ffi = Owned<rnp_ffi_t, rnp_ffi_destroy>;
using Input = Owned<rnp_input_t, rnp_input_destroy>;
using Output = Owned<rnp_output_t, rnp_output_destroy>;
using Verify = Owned<rnp_op_verify_t, rnp_op_verify_destroy>;
using Key = Owned<rnp_key_handle_t, rnp_key_handle_destroy>;
using SignatureHandle = Owned<rnp_signature_handle_t, rnp_signature_handle_destroy>;
using Buffer = Owned<char*, rnp_buffer_destroy>;

Input input_of(std::string_view bytes) {
  rnp_input_t input = nullptr;
  rnp_input_from_memory(&input, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), false);
  return Input(input);
}

/// The distribution's own keyring, else every file that looks like one (removed keys are of no use).
std::vector<std::filesystem::path> keyring_files(const std::filesystem::path& folder,
                                                 Distribution distribution) {
  const auto own = folder / (distribution == Distribution::debian ? "debian-archive-keyring.gpg"
                                                                  : "ubuntu-archive-keyring.gpg");
  std::error_code ignored;
  if (std::filesystem::exists(own, ignored)) return {own};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".gpg") && !name.ends_with(".asc")) continue;
    if (name.find("removed") == std::string::npos) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool import_keys(rnp_ffi_t ffi, const std::vector<std::filesystem::path>& files) {
  bool any = false;
  for (const auto& file : files) {
    rnp_input_t input = nullptr;
    if (rnp_input_from_path(&input, file.c_str()) != RNP_SUCCESS) continue;
    const Input owned(input);
    const auto flags = RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_PERMISSIVE;
    any = rnp_import_keys(ffi, input, flags, nullptr) == RNP_SUCCESS || any;
  }
  return any;
}

std::string primary_of(rnp_op_verify_signature_t signature) {
  rnp_key_handle_t handle = nullptr;
  if (rnp_op_verify_signature_get_key(signature, &handle) != RNP_SUCCESS || handle == nullptr) return {};
  const Key key(handle);
  char* text = nullptr;
  // A primary key has no primary of its own.
  if (rnp_key_get_primary_fprint(handle, &text) != RNP_SUCCESS || text == nullptr)
    rnp_key_get_fprint(handle, &text);
  const Buffer owned(text);
  return text == nullptr ? std::string{} : std::string(text);
}

std::string key_id_of(rnp_op_verify_signature_t signature) {
  rnp_signature_handle_t handle = nullptr;
  if (rnp_op_verify_signature_get_handle(signature, &handle) != RNP_SUCCESS || handle == nullptr)
    return "unknown";
  const SignatureHandle owned(handle);
  char* text = nullptr;
  rnp_signature_get_keyid(handle, &text);
  const Buffer buffer(text);
  return text == nullptr ? std::string("unknown") : std::string(text);
}

struct Attempt {
  SignedText result;
  std::vector<std::string> claimed;  ///< key, and what is wrong with its signature
};

Attempt attempt(rnp_ffi_t ffi, std::string_view bytes, const std::set<std::string>& signers) {
  Attempt outcome;
  const auto input = input_of(bytes);
  rnp_output_t raw_output = nullptr;
  rnp_output_to_memory(&raw_output, 0);
  const Output output(raw_output);
  rnp_op_verify_t raw = nullptr;
  if (rnp_op_verify_create(&raw, ffi, input.get(), raw_output) != RNP_SUCCESS) return outcome;
  const Verify verify(raw);
  // Of a bad signature, or one by an unknown key, Debian's librnp writes a line to stderr. It has no switch
  // for that, and taking the process's stream away would lose what other threads say.
  const bool processed = rnp_op_verify_execute(raw) == RNP_SUCCESS;
  std::size_t count = 0;
  rnp_op_verify_get_signature_count(raw, &count);
  for (std::size_t i = 0; i < count; ++i) {
    rnp_op_verify_signature_t signature = nullptr;
    if (rnp_op_verify_get_signature_at(raw, i, &signature) != RNP_SUCCESS) continue;
    const auto status = rnp_op_verify_signature_get_status(signature);
    const auto primary = primary_of(signature);
    if (processed && status == RNP_SUCCESS && signers.contains(primary)) outcome.result.signer = primary;
    const bool untrusted = status == RNP_SUCCESS && !signers.contains(primary);
    outcome.claimed.push_back(key_id_of(signature) + " (" +
                              (untrusted ? "not a key of the distribution" : rnp_result_to_string(status)) +
                              ")");
  }
  std::uint8_t* text = nullptr;
  std::size_t size = 0;
  if (!outcome.result.signer.empty() &&
      rnp_output_memory_get_buf(raw_output, &text, &size, false) == RNP_SUCCESS) {
    outcome.result.text.assign(reinterpret_cast<const char*>(text), size);
  }
  return outcome;
}

}  // namespace

const std::set<std::string>& pinned_signers(Distribution distribution) {
  static const std::set<std::string> debian = {
      "1F89983E0081FDE018F3CC9673A4F27B8DD47936",  // archive, 11 bullseye
      "AC530D520F2F3269F5E98313A48449044AAD5C5D",  // security archive, 11
      "A4285295FC7B1A81600062A9605C66F00D6C9793",  // stable release, 11
      "B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8",  // archive, 12 bookworm
      "05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0",  // security archive, 12
      "4D64FEC119C2029067D6E791F8D2585B8783D481",  // stable release, 12
      "04B54C3CDCA79751B16BC6B5225629DF75B188BD",  // archive, 13 trixie
      "5E04A1E3223A19A20706E20F9904613D4CCE68C6",  // security archive, 13
      "41587F7DB8C774BCCF131416762F67A0B2C39DE4",  // stable release, 13
  };
  static const std::set<std::string> ubuntu = {
      "F6ECB3762474EDA9D21B7022871920D1991BC93C",  // archive, 2018
      "790BC7277767219C42C86F933B4FE6ACC0B21F32",  // archive, 2012
  };
  return distribution == Distribution::debian ? debian : ubuntu;
}

struct Keyring::Impl {
  std::filesystem::path folder;
  std::mutex mutex;  ///< librnp's handle is for one thread at a time
  std::map<Distribution, Ffi> loaded;

  /// Null when there is no keyring. Call with the mutex held.
  rnp_ffi_t load(Distribution distribution) {
    if (const auto found = loaded.find(distribution); found != loaded.end()) return found->second.get();
    rnp_ffi_t raw = nullptr;
    if (rnp_ffi_create(&raw, "GPG", "GPG") != RNP_SUCCESS) return nullptr;
    Ffi ffi(raw);
    if (!import_keys(raw, keyring_files(folder, distribution))) return nullptr;
    return loaded.emplace(distribution, std::move(ffi)).first->second.get();
  }
};

Keyring::Keyring(std::filesystem::path folder) : impl_(std::make_unique<Impl>()) {
  impl_->folder = std::move(folder);
}
Keyring::~Keyring() = default;

void Keyring::load(Distribution distribution) {
  const std::lock_guard lock(impl_->mutex);
  impl_->load(distribution);
}

Result<SignedText> verify_clear_signed(std::string_view bytes, Keyring& keyring, Distribution distribution,
                                       const std::set<std::string>& signers, std::chrono::sys_seconds now) {
  ENVTOOL_CHECK(deb::check_clear_signed(bytes));
  auto& impl = *keyring.impl_;
  const std::lock_guard lock(impl.mutex);
  const auto ffi = impl.load(distribution);
  if (ffi == nullptr) {
    return fail(Code::not_found, "no keyring to check the archive's signature is in " + impl.folder.string(),
                "run tools/fetch-keyrings, or set ENVTOOL_KEYRINGS to a folder that has them");
  }
  rnp_set_timestamp(ffi, static_cast<std::uint64_t>(now.time_since_epoch().count()));
  auto outcome = attempt(ffi, bytes, signers);
  if (!outcome.result.text.empty()) return std::move(outcome.result);
  if (outcome.claimed.empty()) return fail(Code::bad_input, "its signature cannot be read");
  return fail(Code::bad_input, "no good signature of the distribution's keys is on it; it is signed by " +
                                   enumerate(outcome.claimed));
}

}  // namespace envtool::resolve::system
