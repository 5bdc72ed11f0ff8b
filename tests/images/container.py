"""Runs what an image holds as a container engine would, with namespaces alone: its user, its environment, its commands."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

SCRATCH = pathlib.Path(os.environ["scratch"])
# What starts in time on a slow machine.
PATIENCE = 60
# As compose.yaml has it: nothing is written but below /tmp and into volumes. An engine provides the names in /etc.
SETUP = """
root=$1 && shift
mount --bind "$root" "$root"
mount --bind -o remount,ro,nosuid "$root" "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o nosuid,mode=0755 tmpfs "$root/dev"
for device in full null random urandom zero; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o nosuid,nodev,noexec,size=16m,mode=1777 tmpfs "$root/tmp"
for name in hosts resolv.conf; do mount --bind "/etc/$name" "$root/etc/$name"; done
while [ "$1" != -- ]; do mount --bind "$1" "$root$2" && shift 2; done
shift
ip link set lo up
exec "$@"
"""


class Image:
    """One of those that were built."""

    def __init__(self, name):
        self.name = name
        self.root = (SCRATCH / name).resolve(strict=True)
        config = json.loads((SCRATCH / f"{name}.json").read_text())["Docker"]["config"]
        self.environment = dict(variable.split("=", 1) for variable in config["Env"])
        self.user, self.group = config["User"].split(":")
        self.folder = config["WorkingDir"] or "/"
        self.entrypoint = config["Entrypoint"]
        kind, *self.health_check = config["Healthcheck"]["Test"]
        assert kind == "CMD", "an image without a shell cannot run anything else"
        assert not config.get("Cmd"), config

    def command(self, arguments, environment, *way):
        """A command of the host that runs one of the image, with nothing that the image or the caller does not give."""
        variables = [f"{name}={value}" for name, value in (self.environment | environment).items()]
        ids = [f"--setuid={self.user}", f"--setgid={self.group}"]
        privileges = [shutil.which("setpriv"), "--no-new-privs", "--inh-caps=-all"]
        return [*privileges, "env", "-i", *variables, shutil.which("nsenter"), *way, *ids, *arguments]


class Container:
    """A running program of an image. The network is its own, unless it is told to take the host's."""

    def __init__(self, image, arguments=(), settings={}, volumes=(), host_network=False):
        self.image, self.settings, self.host_network = image, settings, host_network
        self.arguments, self.volumes = arguments, volumes

    def __enter__(self):
        self.files = tempfile.TemporaryDirectory(dir=SCRATCH)
        mounts = []
        for number, target in enumerate(self.volumes):
            # A new volume begins as what the image has there.
            source = pathlib.Path(self.files.name, str(number))
            subprocess.run(["cp", "-a", f"{self.image.root}{target}", source], check=True)
            mounts += [source, target]
        for name in ("hosts", "resolv.conf"):
            (self.image.root / "etc" / name).touch()
        where = [f"--root={self.image.root}", f"--wd={self.image.root}{self.image.folder}"]
        program = self.image.command([*self.image.entrypoint, *self.arguments], self.settings, *where)
        namespaces = ["--mount", "--pid", *([] if self.host_network else ["--net"])]
        command = ["unshare", *namespaces, "--fork", "--kill-child", "sh", "-euc", SETUP, "sh", self.image.root, *mounts]
        self.output = open(pathlib.Path(self.files.name, "log"), "w+")
        self.process = subprocess.Popen([*command, "--", *program], stdout=self.output, stderr=subprocess.STDOUT)
        while self.process.poll() is None and not self.has_begun():
            time.sleep(0.01)
        return self

    def has_begun(self):
        """Whether what prepares the program has become the program."""
        try:
            return os.readlink(f"/proc/{self.pid()}/exe").endswith(self.image.entrypoint[0])
        except (OSError, ValueError):
            return False

    def __exit__(self, kind, *_):
        if kind:
            print(self.log())
        self.process.kill()
        self.process.wait()
        self.output.close()
        self.files.cleanup()

    def log(self):
        self.output.flush()
        return pathlib.Path(self.output.name).read_text()

    def pid(self):
        """Of the program; within, it is the first process."""
        (child,) = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return child

    def status(self):
        lines = pathlib.Path(f"/proc/{self.pid()}/status").read_text().splitlines()
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    def run(self, arguments):
        """Runs a command of the image beside the program."""
        way = [f"--target={self.pid()}", "--mount", "--pid", "--net", "--root", "--wd"]
        command = self.image.command(arguments, self.settings, *way)
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)

    def is_healthy(self):
        return self.run(self.image.health_check).returncode == 0

    def ask(self, address, *options):
        """Status and body of what a program answers that is reached from within."""
        body = pathlib.Path(self.files.name, "body")
        body.write_bytes(b"")
        way = ["nsenter", f"--target={self.pid()}", "--net"]
        curl = ["curl", "--silent", "--max-time", "20", "--output", body, "--write-out", "%{http_code}", *options]
        asked = subprocess.run([*way, *curl, f"http://{address}"], capture_output=True, text=True)
        return int(asked.stdout or 0), body.read_bytes()

    def eventually(self, what, condition):
        """What the condition gives, once that is something."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, f"ended with {self.process.returncode} before {what}"
            if found := condition():
                return found
            time.sleep(0.2)
        raise AssertionError(f"not in time: {what}")

    def end(self):
        """The exit code, of its own or after it was told to stop."""
        return self.process.wait(PATIENCE)

    def stop(self):
        os.kill(int(self.pid()), signal.SIGTERM)
        return self.end()
