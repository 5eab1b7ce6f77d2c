"""The Dockerfiles: read by hadolint, and deploy/Dockerfile's steps run one after the other without Docker.

What is not run is what makes an image of it: pulling Debian's, and layers.
"""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

from .tools import DEPLOY, ROOT, environment, program, run, tool

DOCKERFILES = sorted(DEPLOY.rglob("Dockerfile"))
NO_PIN = "DL3008"  # versions of Debian's packages: a stable release changes none but for security


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: str(file.relative_to(DEPLOY)))
def test_hadolint_is_content(file):
    run(tool("hadolint"), "--ignore", NO_PIN, file)


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: str(file.relative_to(DEPLOY)))
def test_images_run_without_privileges(file):
    last_stage = stages(file)[-1]
    assert [step["value"] for step in last_stage if step["instruction"] == "USER"][-1:] == ["65532:65532"]


def test_build_stage_builds(tmp_path):
    """In a folder that holds nothing but what the Dockerfile copies."""
    play(stages(DEPLOY / "Dockerfile")[0], tmp_path)
    copied = copied_program()
    said = run(tmp_path / copied.lstrip("/"), "--version", env=environment())
    assert re.fullmatch(r"pgsidecar \d+\.\d+\.\d+\n", said)
    used = owners(headers(tmp_path / copied.lstrip("/")))
    assert used <= closure(packages("build")), "a package of [build] is missing"


def test_image_has_every_library():
    """Each that the program names belongs to a package of [image], or to one that these depend on."""
    assert owners(needed_libraries()) <= closure(packages("image"))


def test_image_has_nothing_else():
    libraries = {package for package in packages("image") if package.startswith("lib")}
    assert libraries <= owners(needed_libraries()), "no longer needed: take it out of [image]"


def test_image_has_what_the_manifests_call():
    """sleep of preStop, bash and cat of the checks."""
    essential = run("dpkg-query", "--search", "/bin/bash", "/bin/sleep")
    assert {line.split(":")[0] for line in essential.splitlines()} == {"bash", "coreutils"}
    for package in ("bash", "coreutils"):
        assert run("dpkg-query", "--show", "--showformat=${Essential}", package) == "yes"


def test_program_runs_as_nobody_on_a_read_only_root():
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("no mount namespaces here")  # without root, or below a root that is no mount point
    command = f"mount --make-rprivate / && mount -o remount,bind,ro / && exec setpriv --reuid 65532 --regid 65532 " \
              f"--clear-groups --no-new-privs {program()} --listen 127.0.0.1:6432 --check-config"
    assert run("unshare", "--mount", "sh", "-c", command, env=environment()) == "ok\n"


def stages(file: Path) -> list[list[dict]]:
    """The instructions of each stage, without comments."""
    found: list[list[dict]] = []
    for step in DockerfileParser(fileobj=open(file, "rb")).structure:
        if step["instruction"] == "FROM":
            found.append([])
        if step["instruction"] != "COMMENT" and found:
            found[-1].append(step)
    return found


def play(stage: list[dict], root: Path) -> None:
    """WORKDIR, COPY and RUN below another root; compilers' results are cached as if it were always the same one."""
    folder = root
    cache = {"CCACHE_BASEDIR": str(root), "CCACHE_NOHASHDIR": "1"}
    for step in stage:
        if step["instruction"] == "WORKDIR":
            folder = root / step["value"].lstrip("/")
            folder.mkdir(parents=True, exist_ok=True)
        elif step["instruction"] == "COPY":
            *sources, target = step["value"].split()
            for source in sources:
                copy_tracked(source, folder / target)
        elif step["instruction"] == "RUN":
            run("sh", "-c", step["value"], cwd=folder, env=environment(**cache))


def copy_tracked(source: str, target: Path) -> None:
    """As COPY does: a folder's content into the target, a file into a folder or to a name."""
    tracked = run("git", "ls-files", "--", source, cwd=ROOT).splitlines()
    assert tracked, f"nothing to copy: {source}"
    for name in tracked:
        inside = Path(name).relative_to(source) if name != source else Path(Path(name).name)
        place = target / inside
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place)


def copied_program() -> str:
    copies = [step["value"] for step in stages(DEPLOY / "Dockerfile")[1] if step["instruction"] == "COPY"]
    (source,) = re.findall(r"--from=build (\S+) /usr/local/bin/pgsidecar", "\n".join(copies))
    return source


def packages(section: str) -> set[str]:
    return set(run(ROOT / "scripts/install-packages", "--list", section).split())


def headers(built: Path) -> set[Path]:
    """Those of the system that the compiler has read for this program."""
    read = run("ninja", "-C", built.parent, "-t", "deps")
    return {Path(name).resolve() for name in re.findall(r"^\s+(/usr/include/\S+)", read, re.M)}


def needed_libraries() -> set[Path]:
    """The files of the libraries that the program itself names."""
    named = re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "--dynamic", program()))
    found = dict(re.findall(r"(\S+) => (\S+)", run("ldd", program())))
    return {Path(found[name]).resolve() for name in named if name in found}


def owners(files: set[Path]) -> set[str]:
    """The packages; dpkg may know a file by its name before /lib and /usr/lib became one."""
    names = [name for file in files for name in (str(file), str(file).removeprefix("/usr"))]
    said = subprocess.run(["dpkg-query", "--search", *names], capture_output=True, text=True).stdout
    found = {line.rsplit(": ", 1)[1]: line.split(":")[0] for line in said.splitlines()}
    unowned = [file for file in files if not {str(file), str(file).removeprefix("/usr")} & found.keys()]
    assert files and not unowned, f"of no package: {unowned}"
    return set(found.values())


def closure(packages: set[str]) -> set[str]:
    """With everything that they depend on, as far as it is installed."""
    seen: set[str] = set()
    todo = set(packages)
    while todo:
        seen |= todo
        said = subprocess.run(["dpkg-query", "--show", "--showformat=${Pre-Depends}, ${Depends}\n", *todo],
                              capture_output=True, text=True).stdout
        todo = set(re.findall(r"(?:^|[,|]) *([a-z0-9][a-z0-9.+-]+)", said, re.M)) - seen
    return seen
