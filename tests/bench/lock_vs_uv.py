#!/usr/bin/env python3
"""Locking the intro-ml set for one platform: `envtool lock` against `uv pip compile --no-python-downloads`.

cold         nothing cached; ours reads the distribution's archive as well, which uv does not
cold/python  the archive's lists are cached, nothing of the packages: what uv does, and no more
warm         both caches full, everything may be upgraded; ours trusts a page for ten minutes, so it is measured twice:
             with the pages asked for again (this is the bar: only metadata is cached), and within the ten minutes
"""
import shutil

import bench
from bench import Report, alternate, fresh, median, run


def main() -> int:
    arguments = bench.arguments(__doc__.splitlines()[0])
    uv = bench.uv()
    peer = bench.scratch("lock-uv")
    peer.mkdir(exist_ok=True)
    (peer / "requirements.in").write_text("\n".join(bench.INTRO_ML) + "\n")
    ours = bench.Envtool("lock-ours")
    ours.write(bench.INTRO_ML)

    def compile_with(cache):
        return run([uv, "pip", "compile", "-q", "--no-python-downloads", "--python-version", "3.11", "--python-platform",
                    "x86_64-manylinux_2_36", "--upgrade", "requirements.in", "-o", "out.txt"],
                   cwd=peer, env=bench.uv_env(cache))

    def uv_cold():
        return compile_with(fresh("lock-uv-cache"))

    def uv_warm():
        return compile_with(bench.scratch("lock-uv-cache"))

    def lock(*words):
        return ours("lock", *words)

    def cold():
        ours.reset()
        (ours.project / "env.lock").unlink(missing_ok=True)
        return lock()

    def cold_python():
        """Keeps cache/archive of the run before."""
        for part in (ours.home / "cache").iterdir():
            if part.name != "archive":
                shutil.rmtree(part) if part.is_dir() else part.unlink()
        (ours.project / "env.lock").unlink(missing_ok=True)
        return lock()

    def warm():
        return lock("--upgrade")

    def warm_pages_again():
        """The index here sends no validators: a page past its time is a page fetched anew."""
        bench.remove(ours.home / "cache" / "pages")
        return lock("--upgrade")

    report = Report("lock: intro-ml, linux/amd64")
    if arguments.peer_only:
        report.samples(alternate({"uv cold": uv_cold, "uv warm": uv_warm}, 5))
        return report.close(arguments)
    first = alternate({"uv cold": uv_cold, "envtool cold": cold}, 9)
    second = alternate({"uv cold (again)": uv_cold, "envtool cold, archive cached": cold_python}, 9)
    third = alternate({"uv warm": uv_warm, "envtool --upgrade, pages again": warm_pages_again,
                       "envtool --upgrade, pages fresh": warm}, 9)
    current = alternate({"envtool lock --check": lambda: lock("--check")}, 15)
    for part in (first, second, third, current):
        report.samples(part)
    report.bar("cold, archive included: over uv", median(first["envtool cold"]) - median(first["uv cold"]), 1.0, "s")
    report.bar("cold, without the archive: / uv",
               median(second["envtool cold, archive cached"]) / median(second["uv cold (again)"]), 1.0)
    for state in ("again", "fresh"):
        report.bar(f"warm --upgrade, pages {state}: / uv",
                   median(third[f"envtool --upgrade, pages {state}"]) / median(third["uv warm"]), 0.7)
    report.bar("lock is current", 1000 * median(current["envtool lock --check"]), 10, "ms")
    return report.close(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
