# Debian 12 packages, by what they are for; README explains each. Sourced by tools/quickstart and tools/test.
build_packages=(
  ca-certificates git g++ cmake ninja-build pkg-config ccache mold python3
  libssl-dev libexpected-dev libfmt-dev                 # support: SHA-256, Result, formatting
  libcurl4-openssl-dev libgit2-dev                      # net, vcs
  libyaml-cpp-dev nlohmann-json3-dev libtomlplusplus-dev # env.yaml, env.lock, OCI documents, pyproject.toml
  zlib1g-dev libisal-dev libzstd-dev liblzma-dev        # archives
  libsimdjson-dev libsolv-dev librnp-dev                # index pages, .deb closure, archive signatures
  debian-archive-keyring
)
test_packages=(
  catch2 python3-pytest python3-jsonschema python3-yaml bubblewrap busybox-static hyperfine faketime umoci skopeo
)

# install_packages NAME… : those that are missing, as root or through sudo; says what to run where neither works.
install_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing ${#missing[@]} Debian packages: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      echo "error: these Debian packages are missing and installing them needs root. Ask your administrator, or run:" >&2
      echo "  su -c 'apt-get update && apt-get install -y ${missing[*]}'" >&2
      return 1
    fi
  fi
  "${as_root[@]}" apt-get update -q >/dev/null || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/tmp/envtool-apt.$$.log 2>&1 ||
    { tail -20 /tmp/envtool-apt.$$.log >&2; return 1; }
  rm -f /tmp/envtool-apt.$$.log
}

# build_release : configure and build into build/, reusing ccache.
build_release() {
  echo "building into build/ (the first time takes some minutes)"
  cmake --preset release "$@" >build-configure.log 2>&1 || { cat build-configure.log >&2; return 1; }
  rm -f build-configure.log
  cmake --build --preset release >build-log.txt 2>&1 || { tail -60 build-log.txt >&2; rm -f build-log.txt; return 1; }
  rm -f build-log.txt
}
