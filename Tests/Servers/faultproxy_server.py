"""The proxy of `faultproxy`, which says what the options do. Not started by hand.

usage: faultproxy_server.py --ports FILE LOG PORT [option …]
"""
import argparse
import asyncio
import os

from eventlog import EventLog, told_ports
from http_exchange import reset

parser = argparse.ArgumentParser()
parser.add_argument("--ports")
parser.add_argument("log")
parser.add_argument("port", type=int)
for direction in ("up", "down"):
    for fault in ("reset", "close", "flip"):
        parser.add_argument(f"--{direction}-{fault}", type=int)
for number in ("black-hole", "lose-size", "first", "skip"):
    parser.add_argument(f"--{number}", type=int)
for number in ("rate", "latency"):
    parser.add_argument(f"--{number}", type=float)
parser.add_argument("--lose-answer")
parser.add_argument("--lose-when")
parser.add_argument("--refuse", nargs=2)
options = parser.parse_args()
log = EventLog(options.log)
count = 0


def happened():
    """Whether the file that --lose-when waits for is there."""
    try:
        size = os.stat(options.lose_when).st_size
    except OSError:
        return False
    return options.lose_size is None or size == options.lose_size


class Connection:
    def __init__(self, number, suffers):
        self.number, self.suffers, self.lost = number, suffers, False
        self.passed = {"up": 0, "down": 0}
        self.ended = False

    def fault(self, name, **facts):
        log("fault", connection=self.number, fault=name, **facts)

    def end(self, *writers, abruptly):
        self.ended = True
        for writer in writers:
            if abruptly:
                reset(writer)
            else:
                writer.close()

    async def pump(self, reader, writer, back, direction):
        limits = {name: getattr(options, f"{direction}_{name}") for name in ("reset", "close", "flip")}
        if not self.suffers:
            limits = dict.fromkeys(limits)
        ending = [limits[name] for name in ("reset", "close") if limits[name] is not None]
        limit, seen = min(ending, default=None), b""
        try:
            while True:
                passed = self.passed[direction]
                if limit is not None and passed >= limit:
                    abruptly = limits["reset"] is not None and passed >= limits["reset"]
                    self.fault(f"{direction}-{'reset' if abruptly else 'close'}", at=passed)
                    if abruptly:
                        await asyncio.sleep(0.1)  # what has passed shall arrive first
                    return self.end(writer, back, abruptly=abruptly)
                data = await reader.read(65536 if limit is None else min(65536, limit - passed))
                if not data or self.ended:
                    break
                if self.suffers and direction == "down":
                    if self.lost or options.lose_when and happened():
                        self.fault("answer-lost", length=len(data))
                        return self.end(writer, back, abruptly=True)
                if self.suffers and direction == "up" and options.refuse:
                    if data.startswith(options.refuse[0].encode()):
                        self.fault("refused", line=options.refuse[0])
                        back.write(options.refuse[1].encode() + b"\r\n")
                        await back.drain()
                        continue
                if limits["flip"] is not None and passed <= limits["flip"] < passed + len(data):
                    data = bytearray(data)
                    data[limits["flip"] - passed] ^= 1
                    self.fault(f"{direction}-flip", at=limits["flip"])
                if self.suffers and options.black_hole is not None and passed + len(data) > options.black_hole:
                    self.fault("black-hole", at=passed)
                    await asyncio.sleep(600)
                self.passed[direction] += len(data)
                if options.latency:
                    await asyncio.sleep(options.latency)
                if options.rate:
                    await asyncio.sleep(len(data) / options.rate)
                if self.suffers and direction == "up" and options.lose_answer:
                    seen = (seen + bytes(data))[-65536 - len(options.lose_answer):]
                    self.lost = self.lost or options.lose_answer.encode() in seen
                writer.write(data)
                await writer.drain()
            if not self.ended:
                writer.write_eof()
        except (ConnectionError, OSError, RuntimeError) as error:
            # One side has gone in its own way: the other learns of it.
            if not self.ended:
                log("gone", connection=self.number, direction=direction, problem=type(error).__name__)
                self.end(writer, back, abruptly=True)


async def connected(reader, writer):
    global count
    count += 1
    number = count
    suffers = (options.first is None or number <= options.first) and (options.skip is None or number > options.skip)
    log("connect", connection=number)
    connection = Connection(number, suffers)
    try:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", options.port)
    except OSError:
        log("fault", connection=number, fault="no-server")
        return reset(writer)
    await asyncio.gather(connection.pump(reader, server_writer, writer, "up"),
                         connection.pump(server_reader, writer, server_writer, "down"))
    log("end", connection=number, **connection.passed)
    for each in (writer, server_writer):
        try:
            each.close()
        except Exception:  # it may be gone already
            pass


async def main():
    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=1000)
    told_ports(options.ports, [server.sockets[0].getsockname()[1]])
    await asyncio.Event().wait()


asyncio.run(main())
