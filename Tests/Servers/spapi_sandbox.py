"""The server of `spapi-sandbox`. Not started by hand.  usage: spapi_sandbox.py --ports FILE DIR CERTIFICATES CASES

A request that has the parameters of a case gets the case's answer, as Amazon's own static sandbox does.
"""
import asyncio
import json
import os
import re
import ssl
import sys

from eventlog import EventLog, told_ports
from http_exchange import listen

ports_file, folder, certificates, cases = sys.argv[2:6]
log = EventLog(os.path.join(folder, "sandbox.jsonl"))
with open(cases, encoding="utf-8") as f:
    cases = json.load(f)


def fits(case, x, body):
    """Whether a request has what a case demands."""
    names = re.findall(r"\{(\w+)\}", case["path"])
    match = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", case["path"]), x.path)
    if x.method != case["method"] or not match:
        return False
    given = dict(zip(names, match.groups())) | x.query
    for name, wanted in case["request"].get("parameters", {}).items():
        value = wanted.get("value")
        if value is None:
            continue
        if name == "body":
            if body != value:
                return False
        elif given.get(name) != (",".join(map(str, value)) if isinstance(value, list) else str(value)):
            return False
    return True


async def handle(x):
    text = await x.read()
    if x.path == "/auth/o2/token":
        return await x.answer(200, b'{"access_token":"Atza|sandbox","token_type":"bearer","expires_in":3600}')
    if x.headers.get("x-amz-access-token") != "Atza|sandbox" or "user-agent" not in x.headers:
        return await x.answer(403, b'{"errors":[{"code":"Unauthorized","message":"no token or no user agent"}]}')
    body = json.loads(text) if text else None
    for case in cases:
        if fits(case, x, body):
            answer = b"" if case["response"] is None else json.dumps(case["response"]).encode()
            return await x.answer(case["status"], answer, Content_Type="application/json")
    return await x.answer(
        400, b'{"errors":[{"code":"InvalidInput","message":"Could not match input arguments"}]}',
        Content_Type="application/json")


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{certificates}/server.crt", f"{certificates}/server.key")
    told_ports(ports_file, [await listen(handle, log, "tls", ssl=context)])
    await asyncio.Event().wait()


asyncio.run(main())
