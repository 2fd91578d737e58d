#!/usr/bin/env python3
"""What our `env` costs where it passes through: `env true` against /usr/bin/env true, run in turn."""
import os
import time

import bench
from bench import Report, Sample


def timed(program: str, rounds: int, env: dict) -> list:
    """posix_spawn to wait, without a shell or pipes in between."""
    samples = []
    for _ in range(rounds):
        start = time.perf_counter()
        pid = os.posix_spawn(program, ["env", "true"], env)
        _, status = os.waitpid(pid, 0)
        samples.append(Sample(time.perf_counter() - start))
        if status != 0:
            raise SystemExit(f"{program} true exited {os.waitstatus_to_exitcode(status)}")
    return samples


def main() -> int:
    arguments = bench.arguments(__doc__)
    report = Report("pass-through")
    env = os.environ | {"PATH": f"{bench.BIN}:/usr/bin:/bin"}
    programs = {"/usr/bin/env true": "/usr/bin/env"}
    if not arguments.peer_only:
        programs["env true (ours)"] = str(bench.BIN / "env")
    samples = {name: [] for name in programs}
    for _ in range(30):
        for name, program in programs.items():
            samples[name] += timed(program, 10, env)
    report.samples(samples)
    if not arguments.peer_only:
        over = bench.median(samples["env true (ours)"]) - bench.median(samples["/usr/bin/env true"])
        report.bar("over /usr/bin/env true", 1000 * over, 1.0, "ms")
    return report.close(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
