"""A small HTTP/1.1 server that can misbehave on purpose: what `badhttp` and `spapi` stand on. Standard library only."""
import asyncio
import hashlib
import http
import socket
import struct
import urllib.parse


def reset(writer):
    """Ends a connection by RST: what was written and not yet read by the peer is lost, as by a crash."""
    s = writer.get_extra_info("socket")
    if s is not None:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Exchange:
    """One request and the ways to answer it. Header names are lower case; the body is read by `read`."""

    def __init__(self, reader, writer, server, connection, head):
        self.reader, self.writer, self.server, self.connection = reader, writer, server, connection
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        self.headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                self.headers[name.lower()] = value.strip()
        parts = urllib.parse.urlsplit(self.target)
        self.path, self.query = urllib.parse.unquote(parts.path), dict(urllib.parse.parse_qsl(parts.query))
        self.body, self.received, self.status, self.closing = b"", 0, 0, False

    async def read(self, most=None, rate=None):
        """The body; with `most`, at most so many bytes of it, and the rest stays unread."""
        if "100-continue" in self.headers.get("expect", "").lower():
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await self.writer.drain()
        if "chunked" in self.headers.get("transfer-encoding", ""):
            while True:
                size = int((await self.reader.readline()).split(b";")[0], 16)
                self.body += await self.reader.readexactly(size)
                await self.reader.readline()
                self.received = len(self.body)
                if size == 0 or most is not None and self.received >= most:
                    return self.body
        length = int(self.headers.get("content-length", 0))
        wanted = length if most is None else min(length, most)
        parts = []
        while self.received < wanted:
            part = await self.reader.read(min(65536, wanted - self.received))
            if not part:
                raise asyncio.IncompleteReadError(b"", wanted)
            parts.append(part)
            self.received += len(part)
            if rate:
                await asyncio.sleep(len(part) / rate)
        self.body = b"".join(parts)
        return self.body

    def head(self, status, headers=(), length=None):
        """Writes the head of an answer; without a length the end of the connection ends the body."""
        self.status = status
        lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase if status in list(http.HTTPStatus) else 'Odd'}"]
        lines += [f"{name}: {value}" for name, value in dict(headers).items()]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def answer(self, status, body=b"", **headers):
        """A whole, honest answer. Header names are given with underscores for hyphens."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.head(status, headers, None if status == 204 else len(body))
        if self.method != "HEAD":
            self.writer.write(body)
        await self.writer.drain()

    def reset(self):
        self.closing = True
        reset(self.writer)


async def listen(handle, log, name="main", most_header=1 << 20, ssl=None):
    """Serves on a free port of the loopback; gives the port. Each request is logged when it has been dealt with."""
    count = 0

    async def connected(reader, writer):
        nonlocal count
        count += 1
        connection = count
        log("connect", server=name, connection=connection)
        try:
            while True:
                try:
                    head = await reader.readuntil(b"\r\n\r\n")
                except asyncio.IncompleteReadError:
                    break
                exchange = Exchange(reader, writer, name, connection, head[:-4])
                problem = None
                try:
                    await handle(exchange)
                except (ConnectionError, asyncio.IncompleteReadError, OSError) as error:
                    problem = type(error).__name__
                    exchange.closing = True
                finally:
                    log("request", server=name, connection=connection, method=exchange.method, target=exchange.target,
                        status=exchange.status, received=exchange.received,
                        sha256=hashlib.sha256(exchange.body).hexdigest() if exchange.body else "",
                        headers=exchange.headers, **({"problem": problem} if problem else {}))
                unread = int(exchange.headers.get("content-length", 0)) > exchange.received
                if exchange.closing or unread or exchange.headers.get("connection", "").lower() == "close":
                    break
        except (ConnectionError, OSError, ValueError, asyncio.LimitOverrunError) as error:
            log("problem", server=name, connection=connection, problem=type(error).__name__)
        finally:
            try:
                writer.close()
            except Exception:  # the transport may be gone already
                pass

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=most_header, ssl=ssl, backlog=1000)
    return server.sockets[0].getsockname()[1]
