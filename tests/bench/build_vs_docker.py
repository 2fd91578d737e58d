#!/usr/bin/env python3
"""From a lock to the first `import sklearn`: envtool against mmdebstrap + `docker build` (BuildKit), with pip and with uv inside.

empty      nothing in the store, the base is built from the archive; the peer runs mmdebstrap, imports, builds, runs
with base  the base is in the store / is imported; the peer builds with uv inside and runs
"""
import bench
import docker_peer
from bench import Report, alternate, median, together

CODE = "import sklearn; print(sklearn.__version__)"


def main() -> int:
    arguments = bench.arguments(__doc__.splitlines()[0])
    report = Report("build: intro-ml from a lock to the first import sklearn")
    requirements = docker_peer.pinned(bench.INTRO_ML)
    contexts = {kind: docker_peer.write_context(bench.scratch("context") / kind, kind, requirements) for kind in ("pip", "uv")}
    ours = bench.Envtool("build-ours")

    with docker_peer.daemon() as docker:
        def docker_empty(kind):
            def go():
                docker.forget_all()
                return together(docker.make_base(), docker.build(contexts[kind]), docker.run_python(CODE))
            return go

        def docker_with_base():
            docker.forget_builds()
            return together(docker.build(contexts["uv"]), docker.run_python(CODE))

        def first_import():
            return ours("run", "--", "python", "-c", CODE)

        def empty():
            ours.reset()
            return together(ours("build"), first_import())

        def with_base():
            bench.copy_tree(ours.home / "store-base", ours.home / "store")
            bench.remove(ours.home / "cache")
            return together(ours("build"), first_import())

        peers_empty = {"docker, pip inside, empty": docker_empty("pip"), "docker, uv inside, empty": docker_empty("uv")}
        if arguments.peer_only:
            report.samples(alternate(peers_empty, 1))
            report.samples(alternate({"docker, uv inside, with base": docker_with_base}, 1))
            return report.close(arguments)

        ours.write(bench.INTRO_ML)
        ours.reset()
        ours("lock")
        first = alternate({**peers_empty, "envtool, empty": empty}, 3)

        # A store that has the base only: the same base, no packages.
        lock, text = (ours.project / "env.lock").read_text(), (ours.project / "env.yaml").read_text()
        ours.reset()
        ours.write([])
        ours("lock")
        ours("build")
        (ours.home / "store").rename(ours.home / "store-base")
        (ours.project / "env.yaml").write_text(text)
        (ours.project / "env.lock").write_text(lock)
        second = alternate({"docker, uv inside, with base": docker_with_base, "envtool, with base": with_base}, 5)

    report.samples(first)
    report.samples(second)
    report.bar("empty: / docker with pip inside",
               median(first["envtool, empty"]) / median(first["docker, pip inside, empty"]), 0.25)
    report.bar("empty: / docker with uv inside",
               median(first["envtool, empty"]) / median(first["docker, uv inside, empty"]), 0.5)
    report.bar("base in the store: / docker with uv inside",
               median(second["envtool, with base"]) / median(second["docker, uv inside, with base"]), 0.5)
    bench.remove(ours.home / "store-base")
    return report.close(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
