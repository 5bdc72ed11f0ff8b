"""Names of environment variables, wherever an operator meets them, are names of settings."""

import re

from checks import ROOT, main

PAGE = ROOT / "docs/configuration.md"
SHAPE = re.compile(r"\b(?:DUMPUS|DISWHO|DISCORD|DL|POSTGRES|REDIS)_[A-Z0-9_]+\b")

# Variables of compose.yaml and of the images it uses.
FOREIGN = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_LIMIT"}
FOREIGN |= {"REDIS_PASSWORD", "REDIS_MEMORY", "REDIS_LIMIT"}
# Images and compose.yaml decide these: embedded mode is not what runs there, and addresses are those inside.
FIXED = {"DUMPUS_LISTEN", "DUMPUS_WORKER_LISTEN", "DUMPUS_DATA_DIR", "DUMPUS_SPOOL_DIR"}


def settings():
    """Names, and whether the worker reads them."""
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|(.*)$", PAGE.read_text(), re.M)
    read = {name: bool(re.search(r"\| (S )?W \|", rest)) for name, rest in rows}
    assert len(read) > 30 and "POSTGRES_URL" in read, "the settings could not be read"
    return read


def operators_files():
    names = ["compose.yaml", "Dockerfile.*", "deploy/*", "docs/self-hosting*.md"]
    return [file for name in names for file in sorted(ROOT.glob(name)) if file.is_file()]


def environments():
    """What compose.yaml gives to the API and to workers; names of other services are left out."""
    text = (ROOT / "compose.yaml").read_text()

    def names(block):
        return set(re.findall(r"^ +([A-Z][A-Z0-9_]+):", block, re.M))

    shared = names(re.search(r"^x-settings:.*?(?=^\S)", text, re.M | re.S)[0])
    service = lambda name: names(re.search(rf"^  {name}:.*?(?=^  \w)", text, re.M | re.S)[0])
    return shared | service("api"), shared | service("worker")


def test_every_variable_that_operators_read_of_is_a_setting():
    known = set(settings()) | FOREIGN
    files = operators_files()
    assert len(files) >= 6, files
    unknown = {(file.name, name) for file in files for name in SHAPE.findall(file.read_text()) if name not in known}
    assert not unknown, sorted(unknown)


def test_compose_hands_every_setting_to_whom_it_is_for():
    read = settings()
    api, worker = environments()
    assert api <= set(read), api - set(read)
    for_workers = {name for name, is_for_worker in read.items() if is_for_worker} - FIXED
    assert worker == for_workers, f"add to or remove from compose.yaml: {sorted(worker ^ for_workers)}"
    for_api = set(read) - for_workers - FIXED
    assert for_api <= api, f"add to compose.yaml: {sorted(for_api - api)}"


def test_every_variable_of_compose_is_explained():
    told = "".join(file.read_text() for file in ROOT.glob("docs/self-hosting*.md"))
    for name in set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text())):
        assert f"`{name}`" in told, f"{name} is not in docs/self-hosting.md"


main(globals())
