"""FTP with password users and faults, by pyftpdlib; see `pyftpd` for what it offers. Not started by hand.

usage: ftp_server.py --ports FILE DIR CERTIFICATE
"""
import logging
import os
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS, FilesystemError
from pyftpdlib.handlers import DTPHandler, FTPHandler, ThrottledDTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.handlers.ftp.producers import BufferedIteratorProducer
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from eventlog import EventLog, told_ports
from faults import Faults

ports_file, folder, certificate = sys.argv[2:5]
root = os.path.join(folder, "files")
log = EventLog(os.path.join(folder, "ftp.jsonl"))
logging.basicConfig(level=logging.WARNING)

# What a hostile server may list. None of these exists; a client that asks for one gets the marker.
EVIL = ["../escaped.txt", "/etc/escaped.txt", "..\\escaped.txt", "sub/../../escaped.txt", "..", "CON", "trailing. ",
        "carriage\rreturn.txt", "nul\0byte.txt", "-rf", "good.txt"]
MARKER = b"EVIL-MARKER\n"

users = DummyAuthorizer()
users.add_user("partner", "s3cret pä#", root, perm="elradfmwMT")
users.add_user("reader", "reader", root, perm="elr")


faults = Faults(os.path.join(folder, "faults"), log)


class Files(AbstractedFS):
    def rename(self, source, target):
        # As many servers of file exchanges do, and unlike vsftpd: what is there is not replaced.
        if os.path.lexists(target):
            raise FilesystemError("File exists")
        super().rename(source, target)


def faulty(base):
    class Channel(base):
        fault, at = None, 0

        def handle_read(self):
            if self.receive and self.fault is None:
                self.fault, self.at = faults.take("enospc", "drop", "short", "flip", "lost226")
                self.fault = self.fault or ""
            super().handle_read()
            if self.fault == "enospc" and self.tot_bytes_received >= self.at:
                self._resp = ("452 Insufficient storage space.", logging.warning)
                self.close()
            elif self.fault == "drop" and self.tot_bytes_received >= self.at:
                self.close()
                self.cmd_channel.close()

        handle_read_event = handle_read  # the base class binds its own when it is made

        def handle_close(self):
            """The client has sent all: what a broken server makes of it."""
            if self.receive and self.file_obj and not self.file_obj.closed and self.fault in ("short", "flip", "lost226"):
                self.file_obj.flush()
                name = self.file_obj.name
                if self.fault == "short":
                    os.truncate(name, max(0, os.path.getsize(name) - 1000))
                elif self.fault == "flip":
                    with open(name, "r+b") as f:
                        f.seek(os.path.getsize(name) // 2)
                        byte = f.read(1)
                        f.seek(-1, os.SEEK_CUR)
                        f.write(bytes([byte[0] ^ 1]))
                else:
                    self.cmd_channel.close()
                    return
            super().handle_close()

    return Channel


def handler(base, channel, name):
    class Handler(base):
        authorizer, abstracted_fs, dtp_handler, use_sendfile = users, Files, faulty(channel), False
        timeout, banner = 300, "ready"
        count = 0

        def on_connect(self):
            type(self).count += 1
            self.number = type(self).count
            log("connect", server=name, connection=self.number)
            if faults.take("busy")[0]:
                self.respond("421 Too many connections.")
                self.close_when_done()

        def on_disconnect(self):
            log("disconnect", server=name, connection=self.number)

        def pre_process_command(self, line, command, argument):
            hidden = line if command != "PASS" else "PASS …"
            log("command", server=name, connection=self.number, line=hidden)
            refused = {"SIZE": "nosize", "MDTM": "nomdtm", "MLSD": "nomlsd", "REST": "norest", "MFMT": "nomfmt"}.get(command)
            if refused and faults.take(refused)[0]:
                self.respond("502 Command not implemented.")
                return
            super().pre_process_command(line, command, argument)

        def respond(self, answer, logfun=logging.debug):
            log("answer", server=name, connection=getattr(self, "number", 0), line=answer)
            super().respond(answer, logfun)

        def ftp_RNTO(self, path):
            fault, _ = faults.take("norename", "rename-lost")
            if fault == "norename":
                self.respond("550 Renaming is not allowed.")
                return None
            if fault == "rename-lost":
                os.rename(self._rnfr, path)
                self.close()
                return None
            return super().ftp_RNTO(path)

        def ftp_RETR(self, path):
            if os.path.join(root, "evil") in path or not os.path.exists(path) and "escaped" in path:
                return self.evil(MARKER)
            fault, at = faults.take("cut")
            if fault:
                # A part of the file, and the answer that all is well.
                with open(path, "rb") as f:
                    return self.evil(f.read(at))
            return super().ftp_RETR(path)

        def evil(self, data):
            self.push_dtp_data(BufferedIteratorProducer(iter([data])), isproducer=True, cmd="RETR")

        def listing(self, path, form):
            if not path.rstrip("/").endswith("/evil"):
                return False
            self.evil("".join(form(n) + "\r\n" for n in EVIL).encode())
            return True

        def ftp_NLST(self, path):
            return None if self.listing(path, lambda n: n) else super().ftp_NLST(path)

        def ftp_LIST(self, path):
            line = "-rw-r--r--   1 owner    group          12 Nov 22 04:00 {}".format
            return None if self.listing(path, line) else super().ftp_LIST(path)

        def ftp_MLSD(self, path):
            line = "type=file;size=12;modify=20261122040000;perm=r; {}".format
            return None if self.listing(path, line) else super().ftp_MLSD(path)

    return Handler


Plain = handler(FTPHandler, DTPHandler, "plain")


class Slow(handler(FTPHandler, ThrottledDTPHandler, "slow")):
    class dtp_handler(faulty(ThrottledDTPHandler)):
        read_limit = write_limit = 100_000


class Explicit(handler(TLS_FTPHandler, TLS_DTPHandler, "explicit")):
    certfile = certificate
    tls_control_required = tls_data_required = True


class Implicit(handler(TLS_FTPHandler, TLS_DTPHandler, "implicit")):
    certfile = certificate

    def handle(self):
        self.secure_connection(self.ssl_context if hasattr(self, "ssl_context") else self.get_ssl_context())
        self._prot = True  # the data channel is protected from the start
        super().handle()

    def handle_ssl_established(self):
        pass


os.makedirs(os.path.join(root, "evil"), exist_ok=True)
loop = IOLoop.instance()
servers = [FTPServer(("127.0.0.1", 0), kind, ioloop=loop) for kind in (Plain, Explicit, Implicit, Slow)]
told_ports(ports_file, [server.address[1] for server in servers])
while True:
    loop.loop()
