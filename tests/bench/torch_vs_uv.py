#!/usr/bin/env python3
"""A CUDA PyTorch set (3.3 GB of wheels) from a lock: `envtool build`, base in the store, against `uv sync --frozen`, both cold.

Needs about 25 GB in BENCH_DIR.
"""
import bench
from bench import Report, alternate, fresh, median, run


def main() -> int:
    arguments = bench.arguments(__doc__.splitlines()[0])
    report = Report("PyTorch set from a lock")
    uv = bench.uv()
    peer = bench.scratch("torch-uv")
    peer.mkdir(exist_ok=True)
    listed = ", ".join(f'"{package}"' for package in bench.PYTORCH)
    (peer / "pyproject.toml").write_text(
        f'[project]\nname = "bench"\nversion = "0"\nrequires-python = "==3.11.*"\ndependencies = [{listed}]\n'
        "[tool.uv]\nenvironments = [\"sys_platform == 'linux' and platform_machine == 'x86_64'\"]\n")
    if not (peer / "uv.lock").exists():
        run([uv, "lock", "-q", "--python", bench.host_python()], cwd=peer, env=bench.uv_env(fresh("torch-uv-cache")))
    ours = bench.Envtool("torch-ours")

    def sync():
        cache = fresh("torch-uv-cache")
        bench.remove(peer / ".venv")
        sample = run([uv, "sync", "-q", "--frozen", "--python", bench.host_python()], cwd=peer, env=bench.uv_env(cache))
        bench.remove(cache)
        bench.remove(peer / ".venv")
        return sample

    def build():
        bench.copy_tree(ours.home / "store-base", ours.home / "store")
        bench.remove(ours.home / "cache")
        sample = ours("build")
        bench.remove(ours.home / "store")
        return sample

    if arguments.peer_only:
        report.samples(alternate({"uv sync --frozen": sync}, 2))
        return report.close(arguments)
    ours.reset()
    ours.write([])
    ours("lock")
    ours("build")
    bench.remove(ours.home / "store-base")
    (ours.home / "store").rename(ours.home / "store-base")
    ours.write(bench.PYTORCH)
    ours("lock")
    samples = alternate({"uv sync --frozen": sync, "envtool build": build}, 5)
    report.samples(samples)
    report.bar("envtool build / uv sync --frozen", median(samples["envtool build"]) / median(samples["uv sync --frozen"]), 1.2)
    report.bar("peak memory of envtool build", max(s.peak_bytes for s in samples["envtool build"]) / 1e6, 250, "MB")
    bench.remove(ours.home / "store-base")
    return report.close(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
