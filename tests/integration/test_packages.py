"""Where packages come from besides an index: the project itself, requirements files, the distribution, setup commands."""
import pytest
from conftest import SMALL, write
from index_server import IndexServer
from packages import wheel

PYPROJECT = """
    [build-system]
    requires = ["setuptools>=61"]
    build-backend = "setuptools.build_meta"
    [project]
    name = "mine"
    version = "0.1"
    dependencies = ["six"]
    [project.scripts]
    mine = "mine:main"
"""


def small(packages="[]", more=""):
    return SMALL.replace("[six, packaging]", packages) + more


def test_an_editable_project_is_imported_from_its_source_and_edits_count_at_once(shared, tmp_path):
    folder = write(tmp_path / "mine", env__yaml=small("['-e .']"), pyproject__toml=PYPROJECT)
    (folder / "src/mine").mkdir(parents=True)
    (folder / "src/mine/__init__.py").write_text("import six\nvalue = 1\ndef main():\n    print('value', value)\n")
    assert shared("run", "--", "mine", cwd=folder, check=0).stdout == "value 1\n"
    where = shared("run", "--", "python", "-c", "import mine; print(mine.__file__)", cwd=folder, check=0).stdout
    assert where.startswith("/workspace/src/mine/")
    (folder / "src/mine/__init__.py").write_text("value = 2\ndef main():\n    print('value', value)\n")
    before = (folder / "env.lock").read_bytes()
    assert shared("run", "--", "mine", cwd=folder, check=0).stdout == "value 2\n"
    assert (folder / "env.lock").read_bytes() == before
    version = shared("run", "--", "python", "-c", "import importlib.metadata as m; print(m.version('mine'))", cwd=folder, check=0)
    assert version.stdout == "0.1\n"


def test_a_requirements_file_is_read_in_place(shared, tmp_path):
    folder = write(tmp_path / "course", env__yaml=small("['-r requirements.txt']"),
                   requirements__txt="# what we need\nsix==1.16.0  # old\n-r more.txt\n", more__txt="packaging\\\n  >=23\n")
    code = "import six, packaging; print(six.__version__)"
    assert shared("run", "--", "python", "-c", code, cwd=folder, check=0).stdout == "1.16.0\n"
    write(folder, requirements__txt="six==1.17.0\n")
    assert shared("lock", "--check", cwd=folder).returncode == 2
    assert shared("run", "--", "python", "-c", "import six; print(six.__version__)", cwd=folder, check=0).stdout == "1.17.0\n"


def test_a_mistake_in_a_requirements_file_is_placed_in_it(shared, tmp_path):
    folder = write(tmp_path / "course", env__yaml=small("['-r requirements.txt']"), requirements__txt="six\nnumpy=1.2\n")
    done = shared("lock", cwd=folder)
    assert done.returncode == 2
    assert "requirements.txt:2" in done.stderr and "==" in done.stderr


def test_setup_commands_are_run_once_at_build_and_their_files_are_in_the_image(shared, tmp_path):
    more = 'setup: ["echo $(id -u) > /etc/made-by", "mkdir -p /opt/data && python -c \'print(6 * 7)\' > /opt/data/answer"]\n'
    folder = write(tmp_path / "setup", env__yaml=small() + more)
    done = shared("run", "--", "sh", "-c", "cat /etc/made-by /opt/data/answer; stat -c %u:%g /opt/data", cwd=folder, check=0)
    assert done.stdout == "0\n42\n0:0\n" or done.stdout.startswith("0\n42\n")
    first = shared("build", cwd=folder, check=0).stdout
    assert shared("build", cwd=folder, check=0).stdout == first


def test_a_setup_command_that_fails_shows_its_output_and_its_place(shared, tmp_path):
    folder = write(tmp_path / "setup", env__yaml=small() + 'setup: ["echo why it failed >&2; exit 3"]\n')
    done = shared("build", cwd=folder)
    assert done.returncode == 2
    assert "env.yaml" in done.stderr and "why it failed" in done.stderr and "exits with 3" in done.stderr
    write(folder, env__yaml=small() + 'setup: ["true"]\n')
    shared("build", cwd=folder, check=0)


def test_system_packages_are_there_with_all_they_need(shared, tmp_path):
    folder = write(tmp_path / "plots", env__yaml=small() + "system: [graphviz]\n")
    done = shared("run", "--", "sh", "-c", "dot -V; echo 'digraph { a -> b }' | dot -Tsvg | tail -1; dpkg -s graphviz | grep Status",
                  cwd=folder, check=0)
    assert "graphviz version" in done.stderr
    assert "</svg>" in done.stdout and "install ok installed" in done.stdout


def test_a_system_package_that_is_not_there_is_named(shared, tmp_path):
    folder = write(tmp_path / "plots", env__yaml=small() + "system: [grahpviz]\n")
    done = shared("lock", cwd=folder)
    assert done.returncode == 2, done.stderr
    assert "grahpviz" in done.stderr and "bookworm" in done.stderr
    assert not (folder / "env.lock").exists()


def test_an_index_of_ones_own_serves_only_the_packages_named(shared, tmp_path):
    with IndexServer() as own:
        own.add(wheel("course_tools", "1.0", files={"course_tools.py": b"who = 'own'\n"})).add(wheel("six", "99.0"))
        indexes = f"indexes: [{{name: own, url: '{own.url}', packages: [course-*]}}]\n"
        folder = write(tmp_path / "course", env__yaml=small("[course-tools, six]") + indexes)
        done = shared("run", "--", "python", "-c", "import course_tools, six; print(course_tools.who, six.__version__[0])", cwd=folder, check=0)
        assert done.stdout == "own 1\n"
        assert not own.asked("/six/")
    assert "index: own" in (folder / "env.lock").read_text()


def test_environment_variables_of_env_yaml_are_set_and_a_caller_can_override(shared, tmp_path, built):
    folder = write(tmp_path / "vars", env__yaml=SMALL + "env: {GREETING: hello, NUMBER: 7}\n")
    assert shared("run", "--", "sh", "-c", "echo $GREETING $NUMBER", cwd=folder, check=0).stdout == "hello 7\n"
    assert shared("run", "--env", "GREETING=hi", "--", "sh", "-c", "echo $GREETING", cwd=folder, check=0).stdout == "hi\n"


def test_command_is_what_a_bare_run_starts(shared, tmp_path, built):
    folder = write(tmp_path / "command", env__yaml=SMALL + "command: python -c 'print(\"from command\")'\n")
    assert shared("run", cwd=folder, check=0).stdout == "from command\n"


@pytest.mark.slow
def test_a_package_with_compiled_parts_and_data_works(shared, tmp_path):
    folder = write(tmp_path / "numbers", env__yaml=small("[numpy, pandas]"))
    code = "import numpy as n, pandas as p; print(int(n.arange(5).sum()), p.DataFrame({'a': [1]}).shape)"
    assert shared("run", "--", "python", "-c", code, cwd=folder, check=0).stdout == "10 (1, 1)\n"
