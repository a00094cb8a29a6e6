"""What the test servers share: finding ports, starting and stopping processes, certificates, logs.

Every server is a program `NAME start DIR [option …] | stop DIR`. Everything of it lives in DIR and listens on 127.0.0.1
only, on ports that the system gave. `start` returns when the server answers and leaves
  DIR/env     KEY='VALUE' lines: addresses, credentials, folders, keys (to be read by a shell or by a test)
  DIR/pids    one process a line: its id and its start time, so that `stop` never ends a stranger that got the same id
and exits with 0, with 77 when this machine cannot run it (the reason is on standard error), with 1 when it failed.
"""
import contextlib
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
CANNOT = 77


def cannot(reason):
    """Ends the program because this machine lacks something; tests are then skipped with this reason."""
    print(reason, file=sys.stderr)
    sys.exit(CANNOT)


def need(program, package):
    """The path of a program; /usr/sbin counts, which is not on every user's PATH."""
    for folder in os.environ.get("PATH", "").split(os.pathsep) + ["/usr/sbin"]:
        path = os.path.join(folder, program)
        if os.access(path, os.X_OK):
            return path
    cannot(f"{program} is not installed (package {package}); `.ci/bootstrap system` installs it")


def python():
    """The interpreter that has the packages of requirements.txt."""
    path = os.path.join(CHECKOUT, ".build-system", "bin", "python")
    if not os.access(path, os.X_OK):
        cannot("the Python environment of the test servers is missing; `.ci/bootstrap system` makes it")
    return path


def free_ports(count):
    """Ports that nobody uses now, each another one."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def started(pid):
    """The time at which a process started, in ticks since the machine did; None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as f:
            text = f.read()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2:].split()
    return None if fields[0] == "Z" else fields[19]


class DidNotStart(Exception):
    """The server ended, or never answered; its log has been printed."""


class Fixture:
    """One running server in its folder."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.values = {}

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def make(self, *parts, mode=0o755):
        path = self.path(*parts)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        return path

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def spawn(self, command, log, **more):
        """Starts a process whose output goes to a log in the folder, and notes it for `stop`."""
        with open(self.path(log), "ab") as out:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **more)
        with open(self.path("pids"), "a", encoding="ascii") as f:
            f.write(f"{process.pid} {started(process.pid) or 0}\n")
        process.log = log
        return process

    def wait_port(self, process, port, seconds=60):
        """Waits until the process accepts on the port; a process that ended, or never does, is a failed start."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.fail(process)

    def wait_file(self, process, name, seconds=60):
        """Waits until the process has written a file (its port, usually), and gives the text."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with open(self.path(name), encoding="utf-8") as f:
                    return f.read()
            except FileNotFoundError:
                pass
            if process.poll() is not None:
                break
            time.sleep(0.05)
        self.fail(process)

    def serve(self, script, *arguments, name=None, packages=False):
        """Starts one of the Python servers of this folder, which chooses its ports and writes them to DIR/NAME.ports."""
        name = name or os.path.splitext(script)[0]
        ports = self.path(f"{name}.ports")
        process = self.spawn(
            [python() if packages else sys.executable, os.path.join(HERE, script), "--ports", ports,
             *map(str, arguments)], f"{name}.out")
        return process, [int(port) for port in self.wait_file(process, f"{name}.ports").split()]

    def fail(self, process):
        with open(self.path(process.log), encoding="utf-8", errors="replace") as f:
            print(f.read()[-2000:], file=sys.stderr)
        raise DidNotStart

    def small_disk(self, name, size="1m"):
        """A folder that is a disk of its own of this size; False where mounting is not allowed."""
        path = self.make(name)
        if os.geteuid() != 0:
            return False
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", path], capture_output=True)
        if done.returncode == 0:
            with open(self.path("mounts"), "a", encoding="utf-8") as f:
                f.write(path + "\n")
        return done.returncode == 0

    def litter(self, *patterns):
        """Files outside the folder that `stop` removes, as patterns."""
        with open(self.path("litter"), "a", encoding="utf-8") as f:
            f.write("".join(pattern + "\n" for pattern in patterns))

    def say(self, **values):
        """What DIR/env will tell."""
        self.values.update(values)

    def ready(self):
        lines = "".join(f"{key}='{value}'\n" for key, value in self.values.items())
        assert lines.count("'") == 2 * len(self.values), "a value with an apostrophe cannot be told"
        temporary = self.write("env.new", lines, 0o600)
        os.rename(temporary, self.path("env"))

    def stop(self):
        """Ends the processes of this folder, and only those; unmounts its disks."""
        try:
            with open(self.path("pids"), encoding="ascii") as f:
                noted = [line.split() for line in f]
        except FileNotFoundError:
            noted = []
        alive = lambda: [int(pid) for pid, start in noted if started(pid) == start]
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for pid in alive():
                try:
                    # Each was started as the leader of a group of its own: children that it forked end with it.
                    os.killpg(pid, sign)
                except ProcessLookupError:
                    pass
            end = time.monotonic() + 3
            while alive() and time.monotonic() < end:
                time.sleep(0.02)
        try:
            with open(self.path("mounts"), encoding="utf-8") as f:
                for path in f.read().split("\n"):
                    if path:
                        subprocess.run(["umount", "-l", path], capture_output=True)
        except FileNotFoundError:
            pass
        # What a server left outside its folder; see `litter`.
        try:
            with open(self.path("litter"), encoding="utf-8") as f:
                for pattern in f.read().split("\n"):
                    for path in glob.glob(pattern):
                        os.remove(path)
        except FileNotFoundError:
            pass
        for name in ("pids", "env", "mounts", "litter"):
            try:
                os.remove(self.path(name))
            except FileNotFoundError:
                pass


def openssl(*arguments, stdin=None):
    return subprocess.run(
        [need("openssl", "openssl"), *arguments], check=True, capture_output=True, input=stdin, text=True).stdout


def certificates(fixture):
    """A private authority and the server's certificate; a foreign authority; a certificate of another host.

    ca.crt, server.crt/.key/.pem (localhost and 127.0.0.1), foreign.crt, wronghost.crt/.key, expired.crt/.key.
    """
    folder = fixture.make("ca")
    at = lambda name: os.path.join(folder, name)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    for name, title in (("ca", "Test authority"), ("foreign", "Foreign authority")):
        openssl("req", "-x509", *curve, "-days", "30", "-subj", f"/CN={title}", "-keyout", at(f"{name}.key"),
                "-out", at(f"{name}.crt"))
    for name, names in (("server", "DNS:localhost,IP:127.0.0.1"), ("wronghost", "DNS:other.example")):
        openssl("req", *curve, "-subj", f"/CN={names.split(':')[1].split(',')[0]}", "-keyout", at(f"{name}.key"),
                "-out", at(f"{name}.csr"))
        with open(at("extensions"), "w", encoding="ascii") as f:
            f.write(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
        openssl("x509", "-req", "-in", at(f"{name}.csr"), "-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-CAcreateserial",
                "-days", "30", "-extfile", at("extensions"), "-out", at(f"{name}.crt"))
    with open(at("server.pem"), "w", encoding="ascii") as out:
        for name in ("server.crt", "server.key"):
            with open(at(name), encoding="ascii") as f:
                out.write(f.read())
    for name in os.listdir(folder):
        if name.endswith((".key", ".pem")):
            os.chmod(at(name), 0o600)
    fixture.say(CA=at("ca.crt"), FOREIGN_CA=at("foreign.crt"))
    return folder


def main(start, usage):
    """The command line that all servers have; `start(fixture, options)` does the work."""
    arguments = sys.argv[1:]
    if len(arguments) >= 2 and arguments[0] == "stop":
        Fixture(arguments[1]).stop()
    elif len(arguments) >= 2 and arguments[0] == "start":
        fixture = Fixture(arguments[1])
        if os.path.exists(fixture.path("pids")):
            sys.exit(f"a server runs in {fixture.folder} already")
        # Servers that give up their rights must be able to walk through the folder.
        os.chmod(fixture.folder, 0o755)
        # Between finding a free port and using it somebody else may have taken it: try again.
        for attempt in range(3):
            try:
                start(fixture, arguments[2:])
                fixture.ready()
                return
            except BaseException as error:
                fixture.stop()
                if not isinstance(error, DidNotStart):
                    raise
                for name in os.listdir(fixture.folder):
                    path = fixture.path(name)
                    shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.remove(path)
        sys.exit(f"{os.path.basename(sys.argv[0])} did not start")
    else:
        sys.exit(usage.strip())
