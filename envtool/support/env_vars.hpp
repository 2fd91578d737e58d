#pragma once
// The only place that names or reads environment variables.
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace envtool::env_vars {

inline constexpr const char* kStore = "ENVTOOL_STORE";  ///< store folder, instead of $XDG_DATA_HOME/envtool
inline constexpr const char* kCache = "ENVTOOL_CACHE";  ///< cache folder, instead of $XDG_CACHE_HOME/envtool
inline constexpr const char* kConfig =
    "ENVTOOL_CONFIG";  ///< the user's file, instead of $XDG_CONFIG_HOME/envtool/config.yaml
inline constexpr const char* kKeyrings =
    "ENVTOOL_KEYRINGS";  ///< folder of archive keyrings, instead of the installed one
inline constexpr const char* kIndexUrl =
    "ENVTOOL_INDEX_URL";  ///< default package index, instead of https://pypi.org/simple
inline constexpr const char* kCaBundle = "CURL_CA_BUNDLE";  ///< then SSL_CERT_FILE, then the system's own
inline constexpr const char* kSslCertFile = "SSL_CERT_FILE";
inline constexpr const char* kSslCertDir = "SSL_CERT_DIR";
inline constexpr const char* kNetrc = "NETRC";  ///< instead of ~/.netrc, as pip reads it
inline constexpr const char* kNoColor = "NO_COLOR";

/// Unset and empty are both nullopt.
std::optional<std::string> get(const char* name);

/// $ENVTOOL_STORE or $XDG_DATA_HOME/envtool or ~/.local/share/envtool. The home folder comes from $HOME, else
/// from the user database.
std::filesystem::path store_dir();
std::filesystem::path cache_dir();
/// Sessions, logs: $XDG_STATE_HOME/envtool or ~/.local/state/envtool.
std::filesystem::path state_dir();
std::filesystem::path config_file();
std::filesystem::path home_dir();
/// The name of the calling uid in /etc/passwd, else $USER.
std::optional<std::string> user_name();
/// The file named by CURL_CA_BUNDLE or SSL_CERT_FILE, if it is set.
std::optional<std::filesystem::path> ca_bundle();

}  // namespace envtool::env_vars
