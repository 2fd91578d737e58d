"""What every bench shares: run two programs in turn, so that both meet the same network and load; medians; ratios against the bar.

    ENVTOOL_BIN    folder with env and envtool; default build/bin of this clone
    BENCH_DIR      where stores, images and peers go (about 40 GB for the PyTorch set); default /var/tmp/envtool-bench
    BENCH_ROUNDS   rounds, instead of each bench's own number

A figure is wall time of the whole command; "peak" is the largest resident set of any of its processes (wait4's ru_maxrss).
"""
import argparse
import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("ENVTOOL_BIN", ROOT / "build" / "bin"))
DIR = pathlib.Path(os.environ.get("BENCH_DIR", "/var/tmp/envtool-bench"))
UV_VERSION = "0.13.9"
CA = next((os.environ[name] for name in ("CURL_CA_BUNDLE", "SSL_CERT_FILE") if os.environ.get(name)),
          "/etc/ssl/certs/ca-certificates.crt")

INTRO_ML = ["jupyterlab", "numpy", "pandas", "matplotlib", "scikit-learn", "seaborn"]
PYTORCH = [*INTRO_ML, "torch", "transformers", "datasets"]


@dataclasses.dataclass
class Sample:
    seconds: float
    peak_bytes: int = 0
    out: str = ""


def run(command, cwd=None, env=None, check=True) -> Sample:
    """One process with all it starts, measured."""
    start = time.perf_counter()
    with open(scratch("last-run.log"), "w+") as log:
        process = subprocess.Popen([str(word) for word in command], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=log, text=True)
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if check and process.returncode != 0:
            log.seek(0)
            raise SystemExit(f"{' '.join(map(str, command))}\nexited {process.returncode}\n{out[-2000:]}{log.read()[-4000:]}")
    return Sample(seconds, usage.ru_maxrss * 1024, out)


def together(*samples: Sample) -> Sample:
    """Steps of one job: times add, the peak is the largest."""
    return Sample(sum(s.seconds for s in samples), max(s.peak_bytes for s in samples), samples[-1].out)


def scratch(name: str) -> pathlib.Path:
    DIR.mkdir(parents=True, exist_ok=True)
    return DIR / name


def fresh(name: str) -> pathlib.Path:
    """An empty folder."""
    path = scratch(name)
    remove(path)
    path.mkdir(parents=True)
    return path


def remove(path):
    """rm -rf; a store may hold folders that their owner cannot enter."""
    if os.path.lexists(path):
        subprocess.run(["chmod", "-R", "u+rwX", str(path)], stderr=subprocess.DEVNULL)
        shutil.rmtree(path, ignore_errors=False) if os.path.isdir(path) else os.unlink(path)


def copy_tree(source, target):
    """With hard links kept and modes as they are."""
    remove(target)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def size_on_disk(path) -> int:
    return int(subprocess.run(["du", "-s", "--block-size=1", str(path)], capture_output=True, text=True, check=True)
               .stdout.split()[0])


class Envtool:
    """envtool with a home, store and cache of its own under BENCH_DIR."""

    def __init__(self, name: str):
        self.home = scratch(name)
        self.project = self.home / "project"

    def reset(self, store=True, cache=True):
        for part in (("store", store), ("cache", cache), ("state", True)):
            if part[1]:
                remove(self.home / part[0])
        self.project.mkdir(parents=True, exist_ok=True)

    def write(self, packages, base=None, python="3.11"):
        self.project.mkdir(parents=True, exist_ok=True)
        lines = ["name: bench", f'python: "{python}"', "platforms: [linux/amd64]"]
        if packages:
            lines += ["packages:", *[f"  - {package}" for package in packages]]
        else:
            lines += ["packages: []"]
        (self.project / "env.yaml").write_text("\n".join(lines) + "\n")

    def __call__(self, *words, check=True) -> Sample:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ENVTOOL_", "PYTHON"))}
        env |= {"HOME": str(self.home), "ENVTOOL_STORE": str(self.home / "store"), "ENVTOOL_CACHE": str(self.home / "cache"),
                "XDG_STATE_HOME": str(self.home / "state")}
        if not (BIN / "envtool").exists():
            raise SystemExit(f"{BIN}/envtool is not built (cmake --preset release && cmake --build --preset release)")
        return run([BIN / "envtool", *words], cwd=self.project, env=env, check=check)


def uv() -> pathlib.Path:
    """The peer, from PyPI, in a venv of its own."""
    venv = scratch(f"uv-{UV_VERSION}")
    if not (venv / "bin" / "uv").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin" / "pip"), "install", "-q", f"uv=={UV_VERSION}"], check=True)
    return venv / "bin" / "uv"


def uv_env(cache) -> dict:
    return {k: v for k, v in os.environ.items() if not k.startswith("UV_")} | {
        "UV_CACHE_DIR": str(cache), "UV_PYTHON_DOWNLOADS": "never", "SSL_CERT_FILE": CA}


def host_python() -> str:
    """uv resolves and installs for 3.11; it wants that interpreter for `uv sync`."""
    found = shutil.which("python3.11")
    if not found:
        raise SystemExit("this bench needs python3.11 (Debian 12's own)")
    return found


def alternate(contenders: dict, rounds: int) -> dict:
    """{name: function() -> Sample} run in turn, the order turned each round. Out: {name: [Sample]}."""
    rounds = int(os.environ.get("BENCH_ROUNDS", rounds))
    samples = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        for name in names[number % len(names):] + names[:number % len(names)]:
            sample = contenders[name]()
            samples[name].append(sample)
            print(f"  round {number + 1}/{rounds}  {name:<28} {sample.seconds:9.3f} s  {sample.peak_bytes / 1e6:7.0f} MB",
                  file=sys.stderr, flush=True)
    return samples


def median(samples) -> float:
    return statistics.median(s.seconds for s in samples)


class Report:
    """Prints the table and, with --json, one line a figure for CI."""

    def __init__(self, title: str):
        self.title = title
        self.rows, self.figures = [], []
        print(f"{title}   (load {os.getloadavg()[0]:.1f})", file=sys.stderr)

    def samples(self, samples: dict):
        for name, list_ in samples.items():
            times = [s.seconds for s in list_]
            self.rows.append(f"  {name:<32} median {median(list_):9.4f} s   {min(times):9.4f} to {max(times):9.4f}   "
                             f"peak {max(s.peak_bytes for s in list_) / 1e6:6.0f} MB   n={len(times)}")

    def bar(self, what: str, value: float, limit: float, unit: str = "x"):
        good = value <= limit
        self.rows.append(f"  {'ok    ' if good else 'MISSED'} {what:<60} {value:8.3f} {unit}   bar {limit:g} {unit}")
        self.figures.append({"bench": self.title, "what": what, "value": round(value, 4), "bar": limit, "unit": unit, "ok": good})

    def close(self, arguments) -> int:
        print(self.title)
        print("\n".join(self.rows))
        if arguments.json:
            with open(arguments.json, "a") as file:
                file.writelines(json.dumps(figure) + "\n" for figure in self.figures)
        return 0 if all(figure["ok"] for figure in self.figures) else 1


def arguments(description: str, **extra):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", metavar="FILE", help="append one JSON line for each bar")
    parser.add_argument("--peer-only", action="store_true", help="run the peer's side alone (to check the set-up)")
    for name, keywords in extra.items():
        parser.add_argument("--" + name.replace("_", "-"), **keywords)
    return parser.parse_args()
