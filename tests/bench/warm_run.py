#!/usr/bin/env python3
"""A warm `env run -- python3 -c pass` and `env exec` over the bare program; bwrap on the same tree is the peer.

Bare is chroot + exec as root of the same tree, so all three start the same interpreter from the same files.
"""
import os
import shutil
import subprocess
import time

import bench
from bench import Report, Sample

PROGRAM = ["/usr/bin/python3", "-c", "pass"]


def spawn(command, cwd, env) -> Sample:
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, env)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} exited {os.waitstatus_to_exitcode(status)}")
    return Sample(time.perf_counter() - start)


def main() -> int:
    arguments = bench.arguments(__doc__.splitlines()[0], rounds={"type": int, "default": 100})
    report = Report("warm start")
    if os.geteuid() != 0 or not shutil.which("bwrap"):
        raise SystemExit("needs root (for the bare chroot) and bwrap (apt install bubblewrap mmdebstrap)")
    tree = bench.scratch("warm-tree")
    if not (tree / "usr/bin/python3").exists():
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=python3", "bookworm", str(tree)], check=True)
    # /dev, /proc and the namespaces that ours makes too.
    bwrap = ["bwrap", "--unshare-user", "--unshare-pid", "--unshare-uts", "--unshare-ipc", "--bind", str(tree), "/", "--proc", "/proc",
             "--dev", "/dev", "--bind", str(bench.DIR), "/mnt", "--die-with-parent", *PROGRAM]
    contenders = {"bare (chroot)": ["chroot", str(tree), *PROGRAM], "bwrap": bwrap}
    environment = {"PATH": "/usr/bin:/bin"}
    cwd = os.getcwd()
    ours = bench.Envtool("warm-ours")
    if not arguments.peer_only:
        ours.reset(store=False, cache=False)
        ours.write([])
        ours("up", "--detach")
        environment |= {"HOME": str(ours.home), "ENVTOOL_STORE": str(ours.home / "store"),
                        "ENVTOOL_CACHE": str(ours.home / "cache"), "XDG_STATE_HOME": str(ours.home / "state")}
        program = str(bench.BIN / "env")
        contenders |= {"env run": [program, "run", "--", *PROGRAM], "env exec": [program, "exec", "--", *PROGRAM]}
        cwd = ours.project
    os.chdir(cwd)
    samples = {name: [] for name in contenders}
    for number in range(arguments.rounds + 5):
        for name, command in contenders.items():
            sample = spawn(command, cwd, environment)
            if number >= 5:  # the first few fill the page cache
                samples[name].append(sample)
    report.samples(samples)
    if not arguments.peer_only:
        bare = bench.median(samples["bare (chroot)"])
        over = {name: bench.median(samples[name]) - bare for name in ("bwrap", "env run", "env exec")}
        report.bar("env run over bare / bwrap over bare", over["env run"] / over["bwrap"], 1.0)
        report.bar("env run over bare", 1000 * over["env run"], 2.0, "ms")
        report.bar("env exec over bare", 1000 * over["env exec"], 1.5, "ms")
        ours("down")
    return report.close(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
