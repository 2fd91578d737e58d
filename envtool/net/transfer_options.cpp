// How a Transfer's libcurl handle is set up. One sentence an option that is not plain.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "envtool/net/transfer.hpp"
#include "envtool/support/env_vars.hpp"
#include "envtool/support/text.hpp"

namespace envtool::net {

struct TransferCallbacks {
  static std::size_t header(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->header_line({data, size * count});
  }
  static std::size_t body(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->body_piece({data, size * count});
  }
  /// Containers are started from this process: no socket of ours may reach them.
  static curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
};

Transfer::Transfer(const Call& call, const Options& options) : call_(call), options_(options) {
  const Url& url = call.request.url;
  origin_ = url.scheme + "://" + url.host + ":" + url.port;
  easy_ = curl_easy_init();
  set_options();
  set_method();
  set_headers();
  set_trust();
}

Transfer::~Transfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(header_list_);
}

namespace {
/// A login in the default index's address is for all that is on that server: locks name files without it.
Url with_login(Url url) {
  if (!url.userinfo.empty()) return url;
  const auto text = env_vars::get(env_vars::kIndexUrl);
  const auto index = text ? Url::parse(*text) : Result<Url>(Url{});
  if (index && index->scheme == url.scheme && index->host == url.host && index->port == url.port)
    url.userinfo = index->userinfo;
  return url;
}
}  // namespace

void Transfer::set_options() {
  const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(easy_, option, value); };
  set(CURLOPT_URL, with_login(call_.request.url).without_fragment().c_str());
  set(CURLOPT_ERRORBUFFER, detail_);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, call_.request.url.scheme == "https" ? "https" : "http,https");
  set(CURLOPT_FOLLOWLOCATION, 1L);  // libcurl drops Authorization and logins on another host, port or scheme
  set(CURLOPT_MAXREDIRS, 10L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // A stream on the connection being made is cheaper than a connection of its own; plain http has no streams.
  set(CURLOPT_PIPEWAIT, call_.request.url.scheme == "https" ? 1L : 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_BUFFERSIZE, 256L << 10);
  set(CURLOPT_USERAGENT, "envtool/" ENVTOOL_VERSION);
  set(CURLOPT_OPENSOCKETFUNCTION, &TransferCallbacks::open_socket);
  set(CURLOPT_HEADERFUNCTION, &TransferCallbacks::header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &TransferCallbacks::body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's headers are not the answer's
  set(CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_ANY));
  if (options_.use_netrc) {
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    if (const auto file = env_vars::get(env_vars::kNetrc)) set(CURLOPT_NETRC_FILE, file->c_str());
  }
}

void Transfer::set_method() {
  const Request& request = call_.request;
  if (request.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method != "GET" || !request.body.empty()) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.data());
    if (request.method != "POST") curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void Transfer::set_headers() {
  const Request& request = call_.request;
  bool decode = !request.range;  // places in a compressed answer say nothing about the file
  bool typed = false;
  for (const auto& [name, value] : request.headers) {
    const std::string low = to_lower(name);
    if (low == "range" || low == "accept-encoding") decode = false;
    typed = typed || low == "content-type";
    // "Name;" is libcurl's spelling of an empty value.
    header_list_ =
        curl_slist_append(header_list_, (value.empty() ? name + ";" : name + ": " + value).c_str());
  }
  header_list_ = curl_slist_append(header_list_, "Expect:");
  if (!typed) header_list_ = curl_slist_append(header_list_, "Content-Type:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_list_);
  if (decode) curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "");
  if (request.range) {
    const auto [first, last] = *request.range;
    const std::string text =
        last == UINT64_MAX ? fmt::format("{}-", first) : fmt::format("{}-{}", first, last);
    curl_easy_setopt(easy_, CURLOPT_RANGE, text.c_str());
  }
}

void Transfer::set_trust() {
  const auto bundle = options_.ca_bundle ? options_.ca_bundle : env_vars::ca_bundle();
  std::error_code ignored;
  if (bundle && std::filesystem::is_directory(*bundle, ignored)) {
    ca_file_ = bundle->native();
    curl_easy_setopt(easy_, CURLOPT_CAPATH, ca_file_.c_str());
    return;
  }
  if (bundle) {
    ca_file_ = bundle->native();
  } else if (const auto folder = env_vars::get(env_vars::kSslCertDir)) {
    ca_file_ = *folder;
    curl_easy_setopt(easy_, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(easy_, CURLOPT_CAPATH, ca_file_.c_str());
    return;
  } else {
    const auto* version = curl_version_info(CURLVERSION_NOW);
    ca_file_ = version->cainfo == nullptr ? "" : version->cainfo;
    if (ca_file_.empty() || !std::filesystem::exists(ca_file_, ignored)) return;
  }
  curl_easy_setopt(easy_, CURLOPT_CAINFO, ca_file_.c_str());
  // With a folder set as well (Debian's default) libcurl parses all certificates anew for each connection.
  curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
}

}  // namespace envtool::net
