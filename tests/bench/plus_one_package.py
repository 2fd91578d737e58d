#!/usr/bin/env python3
"""One package more (xgboost) in a built intro-ml: edited env.yaml, `envtool up`, import; against the changed Dockerfile's build.

The peer is BuildKit with uv and a cache mount that holds the other packages already. Both resolve anew, as an edited file makes them.
"""
import bench
import docker_peer
from bench import Report, alternate, median, together

CODE = "import xgboost; print(xgboost.__version__)"


def main() -> int:
    arguments = bench.arguments(__doc__.splitlines()[0])
    report = Report("plus one package: intro-ml + xgboost")
    context = bench.scratch("context") / "plus-one"
    more = [*bench.INTRO_ML, "xgboost"]
    ours = bench.Envtool("plus-ours")

    with docker_peer.daemon() as docker:
        def docker_before():
            docker_peer.write_context(context, "uv-cache", "\n".join(bench.INTRO_ML) + "\n")
            docker.forget_builds()
            docker.build(context)

        def docker_plus():
            docker_before()
            docker_peer.write_context(context, "uv-cache", "\n".join(more) + "\n")
            return together(docker.build(context), docker.run_python(CODE))

        def plus():
            ours.reset()
            for part in ("store", "cache"):
                bench.copy_tree(ours.home / f"{part}-before", ours.home / part)
            (ours.project / "env.lock").write_text(lock)
            ours.write(more)
            up = ours("up", "--detach")
            sample = together(up, ours("exec", "--", "python", "-c", CODE))
            ours("down")
            return sample

        if not docker("images", "-q", "base").out.strip():
            docker.make_base()
        if arguments.peer_only:
            report.samples(alternate({"docker, uv with a cache mount": docker_plus}, 2))
            return report.close(arguments)
        ours.reset()
        ours.write(bench.INTRO_ML)
        ours("lock")
        ours("build")
        lock = (ours.project / "env.lock").read_text()
        for part in ("store", "cache"):
            bench.remove(ours.home / f"{part}-before")
            (ours.home / part).rename(ours.home / f"{part}-before")
        samples = alternate({"docker, uv with a cache mount": docker_plus, "envtool up": plus}, 5)
    report.samples(samples)
    report.bar("env up to import: / docker build to import",
               median(samples["envtool up"]) / median(samples["docker, uv with a cache mount"]), 0.2)
    for part in ("store-before", "cache-before"):
        bench.remove(ours.home / part)
    return report.close(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
