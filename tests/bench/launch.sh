#!/bin/bash
# The launcher's overhead against bwrap's on the same tree, without envtool: what a warm `env run` and `env exec` cost
# over the bare program (chroot). launch.sh [ROUNDS] [TREE]; as root for chroot. Without TREE one is made of the static
# probe alone; with one that has python3, `python3 -c pass` is timed too.
set -eu
rounds=${1:-100} tree=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=${ENVTOOL_BIN:-$root/build/bin}
work=$(mktemp -d); trap 'kill_session; rm -rf "$work"' EXIT
session=
kill_session() { [ -z "$session" ] || "$bin/warm_project" stop $session; }
c++ -std=c++20 -O2 -o "$work/alternate" "$root/tests/bench/alternate.cpp"
if [ -z "$tree" ]; then tree=$work/tree; mkdir -p "$tree"/{bin,tmp,proc,dev,workspace}; cp "$bin/inside" "$tree/bin/"; fi
mkdir -p "$tree/usr/local/bin" "$tree/workspace"; cp "$bin/inside" "$tree/usr/local/bin/"
mkdir -p "$work/project"; echo 'name: bench' > "$work/project/env.yaml"
export HOME=$work ENVTOOL_STORE=$work/store XDG_STATE_HOME=
"$bin/warm_project" run "$work/project" "$work/store" "$tree"
session=$("$bin/warm_project" start "$work/project" "$work/.local/state/envtool" "$tree")
# The same with 40 layers, as an image of 40 wheels has: what the number of lowers costs.
mkdir -p "$work/many"; echo 'name: many' > "$work/many/env.yaml"
layers=(); for i in $(seq 39); do mkdir -p "$work/layers/$i/opt/layer$i"; layers+=("$work/layers/$i"); done
"$bin/warm_project" run "$work/many" "$work/store" "$tree" "${layers[@]}"
cd "$work/project"
bwrap="bwrap --unshare-user --unshare-pid --unshare-uts --unshare-ipc --bind $tree / --proc /proc --dev /dev --bind $work/project /workspace --chdir /workspace --die-with-parent"
for program in "/usr/local/bin/inside exit" "/usr/bin/python3 -c pass"; do
  [ -x "$tree/${program%% *}" ] || continue
  echo "== $program, load $(cut -d' ' -f1 /proc/loadavg)"
  "$work/alternate" "$rounds" "bare (chroot)=chroot $tree $program" "bwrap=$bwrap $program" \
    "env run=$bin/env run -- $program" "env exec=$bin/env exec -- $program" \
    "env run, 40 layers=/usr/bin/env -C $work/many $bin/env run -- $program" \
    "system env true=/usr/bin/env true" "env true=$bin/env true"
done
