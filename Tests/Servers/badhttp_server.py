"""The faulty HTTP server of `badhttp`, which says what each path does. Not started by hand.

usage: badhttp_server.py --ports FILE DIR
"""
import asyncio
import base64
import gzip
import hashlib
import os
import re
import sys
import urllib.parse
import zlib

from eventlog import EventLog, told_ports
from http_exchange import listen

ports_file, folder = sys.argv[2:4]
log = EventLog(os.path.join(folder, "http.jsonl"))
MADE = b"".join(b"line %05d of the file that was never stored\n" % i for i in range(3000))[:100_000]
suffered = {}
ports = {}

# Which methods a fault concerns.
READING = {"short", "nolen", "nolencut", "chunkcut", "flip", "slowheader", "slowbody", "bigheader", "gzip", "gzipbomb",
           "gzipcut", "wrongmd5", "wrongdigest", "changing", "norange", "wrongrange", "login", "empty"}
WRITING = {"accept-then-reset", "store-then-reset", "store-then-hang", "no-continue", "storeflip", "storeshort", "storeslow",
           "refuse"}
MOVING = {"move-lost", "move-refused", "move-exists"}


def concerns(fault, method):
    if fault in READING:
        return method == "GET"
    if fault in WRITING:
        return method in ("PUT", "POST")
    if fault in MOVING:
        return method == "MOVE"
    return fault != "ok" and method in ("GET", "PUT", "POST")


def stored(name):
    return os.path.join(folder, "stored", urllib.parse.quote(name, safe=" "))


def content(name):
    try:
        with open(stored(name), "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def store(name, data):
    temporary = os.path.join(folder, "stored.new")
    with open(temporary, "wb") as f:
        f.write(data)
    os.rename(temporary, stored(name))


def tag(data):
    return f'"{hashlib.md5(data).hexdigest()}"'


async def give(x, data, cut=None, headers=(), ranges=True):
    """A file, or the range of it that was asked for; closed after `cut` bytes of the body when that is given."""
    headers = {"ETag": tag(data), "Last-Modified": "Sun, 22 Nov 2026 04:00:00 GMT", "Accept-Ranges": "bytes", **dict(headers)}
    status, body = 200, data
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", x.headers.get("range", ""))
    if ranges and wanted and x.headers.get("if-range") in (None, headers["ETag"]):
        first, last = int(wanted[1]), int(wanted[2] or len(data) - 1)
        if first >= len(data):
            return await x.answer(416, Content_Range=f"bytes */{len(data)}")
        last = min(last, len(data) - 1)
        status, body = 206, data[first:last + 1]
        headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    x.head(status, headers, len(body))
    if x.method == "HEAD":
        return None
    x.writer.write(body if cut is None else body[:cut])
    await x.writer.drain()
    x.closing = cut is not None and cut < len(body)


async def read_faults(x, fault, number, data):
    """What is wrong with an answer to GET."""
    cut = len(data) // 2 if number is None else number
    if fault == "short":
        await give(x, data, cut=cut)
    elif fault in ("nolen", "nolencut"):
        x.head(200, {"Connection": "close"})
        x.writer.write(data if fault == "nolen" else data[:cut])
        x.closing = True
    elif fault == "chunkcut":
        x.head(200, {"Transfer-Encoding": "chunked"})
        x.writer.write(b"%x\r\n%s\r\n" % (cut, data[:cut]))
        x.closing = True
    elif fault == "reset":
        x.head(200, {"ETag": tag(data), "Accept-Ranges": "bytes"}, len(data))
        x.writer.write(data[:cut])
        await x.writer.drain()
        await asyncio.sleep(0.2)  # what was sent shall arrive before the reset overtakes it
        x.reset()
    elif fault == "flip":
        wrong = bytearray(data)
        wrong[cut] ^= 1
        await give(x, bytes(wrong), headers={"ETag": tag(data)})
    elif fault == "slowheader":
        x.writer.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(600):
            x.writer.write(b"X")
            await x.writer.drain()
            await asyncio.sleep(1)
    elif fault == "slowbody":
        x.head(200, {}, len(data))
        for i in range(600):
            x.writer.write(data[i:i + 1])
            await x.writer.drain()
            await asyncio.sleep(1)
    elif fault == "bigheader":
        x.writer.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(20_000):
            x.writer.write(b"X-A: " + b"a" * 8000 + b"\r\n")
            await x.writer.drain()
    elif fault in ("gzip", "gzipcut"):
        packed = gzip.compress(data, mtime=0)
        packed = packed[:len(packed) // 2] if fault == "gzipcut" else packed
        await x.answer(200, packed, Content_Encoding="gzip")
    elif fault == "gzipbomb":
        packer, parts = zlib.compressobj(9, zlib.DEFLATED, 31), []
        for _ in range(number or 64):
            parts.append(packer.compress(bytes(1 << 20)))
        await x.answer(200, b"".join(parts) + packer.flush(), Content_Encoding="gzip")
    elif fault == "wrongmd5":
        await give(x, data, headers={"Content-MD5": base64.b64encode(hashlib.md5(b"other").digest()).decode()})
    elif fault == "wrongdigest":
        wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        await give(x, data, headers={"Repr-Digest": f"sha-256=:{wrong}:", "Digest": f"SHA-256={wrong}"})
    elif fault == "changing":
        version = suffered["version", x.path] = suffered.get(("version", x.path), 0) + 1
        other = bytes([65 + version % 26]) * len(data)
        await give(x, other, cut=None if "range" in x.headers else number)
    elif fault == "norange":
        await give(x, data, ranges=False)
    elif fault == "wrongrange":
        if "range" not in x.headers:
            return await give(x, data)
        x.head(206, {"ETag": tag(data), "Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"}, len(data))
        x.writer.write(data)
    elif fault == "login":
        await x.answer(200, b"<!DOCTYPE html><html><body><form action=/login>Please log in</form></body></html>",
                       Content_Type="text/html")
    elif fault == "empty":
        await x.answer(200, b"")
    return None


async def write_faults(x, fault, number, name):
    """What is wrong with storing."""
    if fault == "accept-then-reset":
        await x.read()
        x.reset()
    elif fault == "store-then-reset":
        store(name, await x.read())
        x.reset()
    elif fault == "store-then-hang":
        store(name, await x.read())
        await asyncio.sleep(600)
    elif fault == "reset":
        await x.read(most=100_000 if number is None else number)
        x.reset()
    elif fault == "no-continue":
        await asyncio.sleep(600)
    elif fault == "storeflip":
        data = bytearray(await x.read())
        data[len(data) // 2] ^= 1
        store(name, bytes(data))
        await x.answer(201, ETag=tag(bytes(data)))
    elif fault == "storeshort":
        store(name, (await x.read())[:-1000])
        await x.answer(201)
    elif fault == "storeslow":
        store(name, await x.read(rate=number or 100_000))
        await x.answer(201)


TARGETS = {
    "same": "/ok/{name}", "other": "http://127.0.0.1:{other}/collect", "file": "file:///etc/hostname",
    "gopher": "gopher://127.0.0.1:{other}/_GET%20/collect", "dict": "dict://127.0.0.1:{other}/show",
    "ftp": "ftp://127.0.0.1:{other}/collect", "loop": "{path}"}


async def main_origin(x):
    first, _, name = x.path.lstrip("/").partition("/")
    match = re.fullmatch(r"([a-z0-9-]+?)(?::(\d+))?(?:@(\d+))?", first)
    if not match:
        return await x.answer(404)
    whole, times, number = match[1], match[2], match[3]
    number = None if number is None else int(number)
    kind, _, argument = whole.partition("-")
    fault, arguments = (kind, argument.split("-")) if kind in ("status", "busy", "throttled", "redirect", "refuse") else (whole, [])
    if fault not in READING | WRITING | MOVING | {"ok", "reset", "hang"} and not arguments:
        fault, name = "ok", x.path.lstrip("/")  # no fault's name, but a folder
    due = concerns(fault, x.method)
    if due and times is not None:
        # Counted for each name, so that tests do not take each other's faults; a name that is renamed away has a count of its own.
        suffered[x.path] = suffered.get(x.path, 0) + 1
        due = suffered[x.path] <= int(times)
    data = content(name)
    if due and fault == "status":
        return await x.answer(int(arguments[0]))
    if due and fault == "refuse":
        await x.read(most=number)
        return await x.answer(int(arguments[0]))
    if due and fault in ("busy", "throttled"):
        return await x.answer(503 if fault == "busy" else 429, Retry_After=arguments[0])
    if due and fault == "redirect":
        place = TARGETS[arguments[1]].format(name=urllib.parse.quote(name), path=x.path, **ports)
        return await x.answer(int(arguments[0]), Location=place)
    if due and fault == "hang":
        return await asyncio.sleep(600)
    if x.method == "GET":
        data = MADE if data is None else data
        return await (read_faults(x, fault, number, data) if due else give(x, data))
    if x.method in ("PUT", "POST"):
        if due:
            return await write_faults(x, fault, number, name)
        existed = data is not None
        if x.headers.get("if-none-match") == "*" and existed:
            await x.read()
            return await x.answer(412)
        store(name, await x.read())
        return await x.answer(204 if existed else 201, ETag=tag(x.body))
    if data is None:
        return await x.answer(404)
    if x.method == "HEAD":
        return await give(x, data)
    if x.method == "DELETE":
        os.remove(stored(name))
        return await x.answer(204)
    if x.method == "MOVE":
        path = urllib.parse.unquote(urllib.parse.urlsplit(x.headers.get("destination", "")).path)
        target = path.lstrip("/").partition("/")[2]
        if due and fault == "move-refused":
            return await x.answer(405)
        exists = content(target) is not None
        if exists and (due and fault == "move-exists" or x.headers.get("overwrite", "T").upper() == "F"):
            return await x.answer(412)
        os.rename(stored(name), stored(target))
        if due and fault == "move-lost":
            return x.reset()
        return await x.answer(204 if exists else 201)
    return await x.answer(405, Allow="GET, HEAD, PUT, POST, DELETE, MOVE")


async def other_origin(x):
    await x.read()
    await x.answer(200, b"collected")


async def main():
    ports["other"] = await listen(other_origin, log, "other")
    ports["main"] = await listen(main_origin, log, "main")
    told_ports(ports_file, [ports["main"], ports["other"]])
    await asyncio.Event().wait()


asyncio.run(main())
