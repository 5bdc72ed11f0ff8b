"""The sample of a systemd unit leaves little open to the program."""

import subprocess

from checks import ROOT, main

UNIT = ROOT / "deploy" / "dumpus-server.service"
# Of 10, as `systemd-analyze security` rates it.
MOST_EXPOSURE = 1.5


def test_the_unit_exposes_little():
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSURE * 10:.0f}", UNIT]
    rated = subprocess.run(command, capture_output=True, text=True)
    assert rated.returncode == 0, rated.stdout[-200:] + rated.stderr


def test_the_samples_erase_packages_after_thirty_days():
    assert "Environment=DUMPUS_RETENTION_DAYS=30" in UNIT.read_text().splitlines()
    assert "DUMPUS_RETENTION_DAYS=30" in (ROOT / "deploy" / "make-env").read_text().splitlines()


if __name__ == "__main__":
    main(globals())
