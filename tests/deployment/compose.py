"""compose.yaml as docker-compose itself reads it, and the secrets that it needs."""

import base64
import json
import pathlib
import stat
import subprocess
import tempfile

from checks import ROOT, bare_environment, main

OURS = ("api", "worker")
SECRETS = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "DUMPUS_INSTANCE_KEY")


def config(lines):
    with tempfile.NamedTemporaryFile("w", suffix=".env") as file:
        file.write("\n".join(lines))
        file.flush()
        command = ["docker-compose", "--env-file", file.name, "config", "--format", "json"]
        return subprocess.run(command, cwd=ROOT, env=bare_environment(), capture_output=True, text=True)


def make_env(folder):
    return subprocess.run([ROOT / "deploy" / "make-env", folder], capture_output=True, text=True)


def generated():
    with tempfile.TemporaryDirectory() as folder:
        made = make_env(folder)
        assert made.returncode == 0, made.stderr
        return pathlib.Path(folder, ".env").read_text().splitlines()


def services(*further):
    read = config([*generated(), *further])
    assert read.returncode == 0 and not read.stderr, read.stderr
    return json.loads(read.stdout)["services"]


def test_nothing_starts_without_secrets_and_the_message_says_what_to_do():
    for secret in SECRETS:
        read = config(line for line in generated() if not line.startswith(secret))
        assert read.returncode != 0
        assert secret in read.stderr and "run deploy/make-env" in read.stderr, read.stderr


def test_secrets_are_new_and_private_and_never_replaced():
    assert generated() != generated()
    with tempfile.TemporaryDirectory() as folder:
        make_env(folder)
        file = pathlib.Path(folder, ".env")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        before = file.read_bytes()
        assert make_env(folder).returncode == 1
        assert file.read_bytes() == before
    values = dict(line.split("=", 1) for line in generated() if "=" in line and not line.startswith("#"))
    assert set(values) == {*SECRETS, "DUMPUS_RETENTION_DAYS"}
    assert len(base64.b64decode(values["DUMPUS_INSTANCE_KEY"], validate=True)) == 32
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        assert len(values[name]) == 64 and values[name].isalnum(), name


def test_git_never_takes_the_secrets():
    assert subprocess.run(["git", "check-ignore", "--quiet", ".env"], cwd=ROOT).returncode == 0


def test_a_container_can_do_as_little_as_possible():
    for name, service in services().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"] and "cap_add" not in service, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert not service.get("privileged") and "network_mode" not in service and "pid" not in service, name
        assert name in OURS or service["user"] not in ("", "0", "root"), name


def test_a_container_cannot_exhaust_its_machine():
    for name, service in services().items():
        assert int(service["mem_limit"]) <= 2 << 30, name
        assert service["pids_limit"] <= 512, name
        assert service["ulimits"]["nofile"] >= 4096, name


def test_redis_has_a_password_that_only_programs_and_redis_know():
    everything = services()
    command = everything["redis"]["command"]
    password = command[command.index("--requirepass") + 1]
    assert len(password) == 64 and everything["redis"]["environment"]["REDISCLI_AUTH"] == password
    for program in OURS:
        assert everything[program]["environment"]["REDIS_URL"] == f"redis://:{password}@redis:6379"
    assert password not in json.dumps(everything["postgres"])


def test_programs_start_when_their_backends_are_healthy():
    everything = services()
    for name in OURS:
        for backend in ("postgres", "redis"):
            assert everything[name]["depends_on"][backend]["condition"] == "service_healthy"
            assert everything[backend]["healthcheck"]["test"]


def test_two_workers_run_unless_told_otherwise():
    assert services()["worker"]["deploy"]["replicas"] == 2
    assert services("WORKERS=5")["worker"]["deploy"]["replicas"] == 5


def test_redis_keeps_nothing_on_disk_and_evicts_nothing():
    command = services()["redis"]["command"]
    option = lambda name: command[command.index(name) + 1]
    assert option("--save") == "" and option("--appendonly") == "no"
    assert option("--maxmemory-policy") == "noeviction" and option("--maxmemory") == "256mb"
    assert "volumes" not in services()["redis"]


def test_only_the_api_is_reachable_and_only_from_this_machine():
    everything = services()
    published = {name: service["ports"] for name, service in everything.items() if "ports" in service}
    assert list(published) == ["api"]
    assert [port["host_ip"] for port in published["api"]] == ["127.0.0.1"]
    for name in ("postgres", "redis"):
        assert list(everything[name]["networks"]) == ["backends"]


def test_both_programs_share_backends_and_key_and_the_backends_do_not_know_the_key():
    everything = services()
    for name in ("POSTGRES_URL", "REDIS_URL", "DUMPUS_INSTANCE_KEY"):
        api, worker = (everything[program]["environment"][name] for program in OURS)
        assert api and api == worker
    for name in ("postgres", "redis"):
        assert "DUMPUS_INSTANCE_KEY" not in everything[name].get("environment", {})


def test_settings_of_the_env_file_arrive_and_others_stay_unset():
    environment = services("DUMPUS_RETENTION_DAYS=7")["worker"]["environment"]
    assert environment["DUMPUS_RETENTION_DAYS"] == "7"
    assert environment["DUMPUS_LOG"] is None


def test_a_spool_is_on_a_disk():
    assert [(volume["type"], volume["target"]) for volume in services()["worker"]["volumes"]] == [
        ("volume", "/var/lib/dumpus/spool")
    ]


main(globals())
