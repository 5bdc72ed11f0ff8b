"""Dockerfiles, and what is sent to the builder."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import pathlib

from checks import ROOT, bare_environment, main

PROGRAMS = {"Dockerfile.api": "dumpus-server", "Dockerfile.worker": "dumpus-worker"}


def instructions(dockerfile):
    """Instructions with their arguments, per stage."""
    text = (ROOT / dockerfile).read_text()
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M)
    text = re.sub(r"\\\n\s*", " ", text)
    stages = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, arguments = line.split(None, 1)
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, arguments))
    return stages


def context():
    """Paths that the builder gets: everything is left out but the names after exclamation marks."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*", "the list has to begin with nothing"
    return [line[1:] for line in lines if line.startswith("!")], [line for line in lines[1:] if not line.startswith("!")]


def test_an_image_runs_as_nobody_in_particular():
    for dockerfile in PROGRAMS:
        users = [arguments for name, arguments in instructions(dockerfile)[-1] if name == "USER"]
        assert len(users) == 1 and re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[0]), users


def test_an_image_asks_its_own_program_for_its_health():
    for dockerfile, program in PROGRAMS.items():
        last = dict(instructions(dockerfile)[-1])
        _, command = last["HEALTHCHECK"].split("CMD", 1)
        assert json.loads(command) == [f"/usr/local/bin/{program}", "health"], command
        assert json.loads(last["ENTRYPOINT"]) == [f"/usr/local/bin/{program}"]


def test_an_image_takes_nothing_but_what_was_built():
    for dockerfile in PROGRAMS:
        for name, arguments in instructions(dockerfile)[-1]:
            assert name not in ("ADD", "RUN", "ARG"), name
            assert name != "COPY" or arguments.startswith("--from=build "), arguments


def test_one_build_serves_both_images():
    # Builders recognise a stage that they have built by its text and by the files that it takes.
    first, second = ((ROOT / dockerfile).read_text().split("\nFROM ")[0] for dockerfile in PROGRAMS)
    assert first == second and "AS build\n" in first
    _, build = instructions("Dockerfile.api")[0][-1]
    for program in PROGRAMS.values():
        assert f"--package {program} " in build, build


def test_no_secret_is_in_a_layer():
    for dockerfile in PROGRAMS:
        for stage in instructions(dockerfile):
            for name, arguments in stage:
                if name in ("ENV", "ARG"):
                    assert not re.search(r"KEY|SECRET|TOKEN|PASSWORD|_URL", arguments), arguments


def test_the_server_is_reachable_from_outside_of_its_container():
    environment = dict(instructions("Dockerfile.api")[-1])["ENV"]
    assert "DUMPUS_LISTEN=0.0.0.0:5000" in environment.split()


def test_the_builder_gets_neither_secrets_nor_data_nor_history():
    included, excluded = context()
    for path in [".env", ".git", "data", "target", "compose.yaml"]:
        assert path not in included, path
    assert "**/node_modules" in excluded and "**/target" in excluded


def test_the_builder_gets_a_whole_workspace():
    included, _ = context()
    with tempfile.TemporaryDirectory() as folder:
        for path in included:
            source, target = ROOT / path, pathlib.Path(folder, path)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("node_modules", "target"))
            else:
                shutil.copy(source, target)
        cargo = ["cargo", "metadata", "--format-version=1", "--no-deps", "--locked", "--offline"]
        read = subprocess.run(cargo, cwd=folder, capture_output=True, text=True)
        assert read.returncode == 0, read.stderr
        packages = {package["name"] for package in json.loads(read.stdout)["packages"]}
        assert set(PROGRAMS.values()) <= packages
        # Files that the source takes in by name have to be there, too.
        for source in pathlib.Path(folder).glob("*/src/**/*.rs"):
            for name in re.findall(r'include_(?:str|bytes)!\("([^"]+)"\)', source.read_text()):
                assert (source.parent / name).is_file(), f"{source.relative_to(folder)} takes in {name}"


def test_every_image_is_pinned():
    for name in [*PROGRAMS, "compose.yaml"]:
        for line in (ROOT / name).read_text().splitlines():
            image = re.match(r"(?:FROM|    image:) ([^ ]+:[^ ]+)", line)
            assert image is None or re.search("@sha256:[0-9a-f]{64}$", image[1]), line


def test_images_are_pinned_to_the_digests_of_their_tags_again_and_again():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        files = [*PROGRAMS, "compose.yaml"]
        for name in files:
            shutil.copy(ROOT / name, folder)
        for letter in "ab":
            # An engine whose images all have this digest.
            engine = folder / "docker"
            engine.write_text(f"#!/bin/sh\nprintf %s sha256:{letter * 64}\n")
            engine.chmod(0o755)
            environment = {**bare_environment(), "PATH": f"{folder}:{os.environ['PATH']}"}
            subprocess.run([ROOT / "deploy/pin-images", folder], env=environment, check=True, capture_output=True)
            for name in files:
                original, pinned = ((base / name).read_text().splitlines() for base in (ROOT, folder))
                for before, after in zip(original, pinned, strict=True):
                    image = re.match(r"(FROM|    image:) ([^ @]+:[^ @]+)", before)
                    digest = f"@sha256:{letter * 64}"
                    assert bool(image) == (digest in after), after
                    unpinned = [re.sub("@sha256:[0-9a-f]{64}", "", line) for line in (before, after)]
                    assert unpinned[0] == unpinned[1], after
        engine.write_text("#!/bin/sh\necho unauthorized\n")
        failing = subprocess.run([ROOT / "deploy/pin-images", folder], env=environment, capture_output=True, text=True)
        assert failing.returncode == 1 and "has no digest" in failing.stderr, failing


main(globals())
