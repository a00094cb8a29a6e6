"""The mail server of `smtp`. Not started by hand.  usage: smtp_server.py --ports FILE DIR CERTIFICATES"""
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

from eventlog import EventLog, told_ports
from faults import Faults

ports_file, folder, certificates = sys.argv[2:5]
log = EventLog(os.path.join(folder, "smtp.jsonl"))
faults = Faults(os.path.join(folder, "faults"), log)


class Mailbox:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        fault, _ = faults.take("busy", "refused")
        if fault:
            return {"busy": "450 Mailbox busy", "refused": "550 No such user"}[fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Mailbox.count += 1
        name = os.path.join(folder, "mail", f"{Mailbox.count:04}.eml")
        with open(name, "wb") as f:
            f.write(envelope.original_content)
        log("mail", file=name, sender=envelope.mail_from, recipients=envelope.rcpt_tos, size=len(envelope.original_content),
            tls=session.ssl is not None, authenticated=session.authenticated)
        if faults.take("lost")[0]:
            server.transport.abort()
        return "250 OK"


class Server(SMTP):
    count = 0

    def connection_made(self, transport):
        Server.count += 1
        log("connect", connection=Server.count)
        super().connection_made(transport)

    async def smtp_DATA(self, argument):
        if faults.take("drop")[0]:
            self.transport.abort()
            return
        await super().smtp_DATA(argument)


def login(server, session, envelope, mechanism, data):
    good = data.login == b"gateway" and data.password == "m@il pä".encode()
    log("login", user=data.login.decode(errors="replace"), good=good)
    return AuthResult(success=good, handled=False)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{certificates}/server.crt", f"{certificates}/server.key")
    loop, limit = asyncio.get_running_loop(), 1 << 20
    plain = await loop.create_server(lambda: Server(Mailbox(), data_size_limit=limit, loop=loop), "127.0.0.1", 0)
    secure = await loop.create_server(
        lambda: Server(Mailbox(), data_size_limit=limit, loop=loop, tls_context=context, require_starttls=True,
                       auth_required=True, authenticator=login), "127.0.0.1", 0)
    told_ports(ports_file, [server.sockets[0].getsockname()[1] for server in (plain, secure)])
    await asyncio.Event().wait()


asyncio.run(main())
