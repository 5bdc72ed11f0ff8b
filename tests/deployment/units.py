"""The samples of systemd units leave little open to the programs."""

import subprocess

from checks import ROOT, main

UNIT = ROOT / "deploy" / "dumpus-server.service"
UNITS = [UNIT, ROOT / "deploy" / "dumpus-worker.service"]
# Of 10, as `systemd-analyze security` rates it.
MOST_EXPOSURE = 1.5


def test_the_units_expose_little():
    for unit in UNITS:
        command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSURE * 10:.0f}", unit]
        rated = subprocess.run(command, capture_output=True, text=True)
        assert rated.returncode == 0, rated.stdout[-200:] + rated.stderr


def test_the_units_are_restarted_for_ever():
    for unit in UNITS:
        lines = unit.read_text().splitlines()
        assert {"Restart=on-failure", "RestartSec=5", "StartLimitIntervalSec=0"} <= set(lines), unit


def test_the_samples_erase_packages_after_thirty_days():
    assert "Environment=DUMPUS_RETENTION_DAYS=30" in UNIT.read_text().splitlines()
    assert "DUMPUS_RETENTION_DAYS=30" in (ROOT / "deploy" / "make-env").read_text().splitlines()


if __name__ == "__main__":
    main(globals())
