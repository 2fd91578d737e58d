#!/usr/bin/env python3
"""The store after two environments that share 90 % of their wheels, against the store after one."""
import bench
from bench import Report


def main() -> int:
    arguments = bench.arguments(__doc__)
    report = Report("store sharing")
    ours = bench.Envtool("sharing-ours")
    ours.reset()
    (ours.project / "env.lock").unlink(missing_ok=True)
    ours.write(bench.INTRO_ML)
    ours("lock")
    ours("build")
    one = bench.size_on_disk(ours.home / "store")
    # Of about 107 wheels a tenth differs: seaborn's own go, ten small ones come.
    second = bench.Envtool("sharing-ours")
    second.project = ours.home / "second"
    second.write([p for p in bench.INTRO_ML if p != "seaborn"]
                 + ["rich", "tqdm", "networkx", "sympy", "click", "tabulate", "xlrd", "openpyxl", "toolz"])
    second("lock")
    second("build")
    two = bench.size_on_disk(ours.home / "store")
    report.rows.append(f"  one {one / 1e6:.0f} MB, two {two / 1e6:.0f} MB")
    report.bar("store of two / store of one", two / one, 1.2)
    second.reset()
    return report.close(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
