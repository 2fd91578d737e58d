#!/usr/bin/env python3
"""Peak resident memory of `envtool build` from an empty store, base included: intro-ml, and with --torch the PyTorch set."""
import bench
from bench import Report, alternate


def main() -> int:
    arguments = bench.arguments(__doc__, torch={"action": "store_true", "help": "the PyTorch set too (3.3 GB)"})
    report = Report("peak memory of a build")
    sets = {"intro-ml": (bench.INTRO_ML, 150)}
    if arguments.torch:
        sets["PyTorch"] = (bench.PYTORCH, 250)
    for name, (packages, limit) in sets.items():
        ours = bench.Envtool("memory-ours")
        ours.reset()
        (ours.project / "env.lock").unlink(missing_ok=True)
        ours.write(packages)
        ours("lock")

        def build():
            ours.reset()
            return ours("build")

        samples = alternate({f"envtool build {name}": build}, 3)
        report.samples(samples)
        report.bar(f"peak while building {name}", max(s.peak_bytes for s in next(iter(samples.values()))) / 1e6, limit, "MB")
        ours.reset()
    return report.close(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
