"""The server of `spapi`, which says what tests can ask of it. Not started by hand.

usage: spapi.py --ports FILE DIR CERTIFICATES

Behaviour after Amazon's published models and guides (Feeds API 2021-06-30): creating a document gives a presigned address
that demands exactly the content type that was declared; a feed is taken to pieces while it is polled; results come packed.
Rates are the models' defaults. x-amzn-RateLimit-Limit comes with success and with 400 and 404, never with 429.
"""
import asyncio
import datetime
import gzip
import hashlib
import json
import os
import re
import ssl
import sys
import time
import urllib.parse

from eventlog import EventLog, told_ports
from faults import Faults
from http_exchange import listen

ports_file, folder, certificates = sys.argv[2:5]
log, history = EventLog(os.path.join(folder, "spapi.jsonl")), EventLog(os.path.join(folder, "feeds.jsonl"))
faults = Faults(os.path.join(folder, "faults"), log)

CLIENT, SECRET = "amzn1.application-oa2-client.test", "amzn1.oa2-cs.v1.MARKER-client-secret"
REFRESH = "Atzr|MARKER-refresh-token"
RATES = {
    "createFeedDocument": (0.5, 15), "createFeed": (0.0083, 15), "getFeeds": (0.0222, 10), "getFeed": (2, 15),
    "getFeedDocument": (0.0222, 10), "cancelFeed": (2, 15)}
# Listing feeds that are not JSON are accepted and come to nothing since 31 July 2025.
DEAD = {
    "POST_PRODUCT_DATA", "POST_INVENTORY_AVAILABILITY_DATA", "POST_PRODUCT_OVERRIDES_DATA", "POST_PRODUCT_PRICING_DATA",
    "POST_PRODUCT_IMAGE_DATA", "POST_PRODUCT_RELATIONSHIP_DATA", "POST_FLAT_FILE_INVLOADER_DATA",
    "POST_FLAT_FILE_LISTINGS_DATA", "POST_FLAT_FILE_PRICEANDQUANTITYONLY_UPDATE_DATA"}
tokens, documents, feeds, buckets = {}, {}, {}, {}
numbers = iter(range(1, 1_000_000))


def scenario(key, usual):
    try:
        with open(os.path.join(folder, "scenario.json"), encoding="utf-8") as f:
            return json.load(f).get(key, usual)
    except FileNotFoundError:
        return usual


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+00:00")


async def say(x, status, value, operation=None, **headers):
    if operation and status in (200, 201, 202, 400, 404):
        headers["x_amzn_RateLimit_Limit"] = rate(operation)[0]
    body = b"" if value is None else json.dumps(value).encode()
    await x.answer(status, body, Content_Type="application/json", x_amzn_RequestId=f"request-{next(numbers)}", **headers)


async def refuse(x, status, code, message, details="", operation=None):
    await say(x, status, {"errors": [{"code": code, "message": message, "details": details}]}, operation)


def rate(operation):
    return tuple(scenario("rates", {}).get(operation, RATES[operation]))


def throttled(operation):
    """A bucket of tokens per operation: full at first, one token a request, filled at the rate."""
    per_second, burst = rate(operation)
    level, at = buckets.get(operation, (burst, time.monotonic()))
    level = min(burst, level + (time.monotonic() - at) * per_second)
    buckets[operation] = (level - 1 if level >= 1 else level, time.monotonic())
    return level < 1


async def token(x):
    form = dict(urllib.parse.parse_qsl((await x.read()).decode("utf-8", "replace")))
    # The log of requests carries no body, so secrets are in no log here either.
    wrong = lambda status, error, text: say(x, status, {"error": error, "error_description": text})
    fault, _ = faults.take("invalid_grant", "invalid_client", "token503")
    if fault == "token503":
        return await x.answer(503)
    if x.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
        return await wrong(400, "invalid_request", "The request is not a form")
    if form.get("grant_type") != "refresh_token":
        return await wrong(400, "unsupported_grant_type", "The authorization grant type is not supported")
    if fault == "invalid_client" or form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
        return await wrong(401, "invalid_client", "Client authentication failed")
    if fault == "invalid_grant" or form.get("refresh_token") != REFRESH:
        return await wrong(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token")
    seconds = scenario("expires_in", 3600)
    text = f"Atza|MARKER-access-token-{next(numbers)}"
    tokens[text] = time.monotonic() + seconds
    return await say(x, 200, {"access_token": text, "refresh_token": REFRESH, "token_type": "bearer", "expires_in": seconds})


def presigned(x, document, use):
    """An address that is good for one document, one use and some minutes."""
    end = time.time() + scenario("url_expires", 300)
    seal = hashlib.sha256(f"{document}{use}{end:.3f}".encode()).hexdigest()
    headers = "content-type%3Bhost" if use == "put" else "host"
    scheme = "https" if x.server == "tls" else "http"
    return (f"{scheme}://{x.headers['host']}/storage/{document}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders={headers}"
            f"&X-Amz-Expires={end:.3f}&X-Amz-Signature={seal}")


async def storage(x, document):
    """What the storage behind presigned addresses does; its errors are XML."""
    def error(status, code, message):
        return x.answer(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode(),
                        Content_Type="application/xml")

    use = "put" if x.method == "PUT" else "get"
    end = x.query.get("X-Amz-Expires", "0")
    seal = hashlib.sha256(f"{document}{use}{end}".encode()).hexdigest()
    if document not in documents or x.query.get("X-Amz-Signature") != seal:
        return await error(403, "SignatureDoesNotMatch", "The signature does not match the request")
    if float(end) < time.time():
        return await error(403, "AccessDenied", "Request has expired")
    if "authorization" in x.headers:
        return await error(400, "InvalidArgument", "Only one auth mechanism allowed")
    if any(name.startswith("x-amz-") for name in x.headers):
        return await error(403, "AccessDenied", "There were headers present in the request which were not signed")
    stored = documents[document]
    path = os.path.join(folder, "documents", document)
    if use == "get":
        with open(path, "rb") as f:
            data = f.read()
        fault, _ = faults.take("result-cut", "result-reset")
        if fault:
            x.head(200, {"Content-Type": stored["contentType"]}, len(data))
            x.writer.write(data[:len(data) // 2])
            await x.writer.drain()
            if fault == "result-reset":
                return x.reset()
            x.closing = True
            return None
        return await x.answer(200, data, Content_Type=stored["contentType"])
    if x.headers.get("content-type") != stored["contentType"]:
        return await error(403, "SignatureDoesNotMatch", "The content type is not the one that was signed")
    if "transfer-encoding" in x.headers:
        return await error(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
    fault, number = faults.take("upload-lost", "upload-reset", "upload403", "upload503", number=1000)
    if fault == "upload-reset":
        await x.read(most=number)
        return x.reset()
    data = await x.read()
    if fault in ("upload403", "upload503"):
        return await error(int(fault[6:]), "AccessDenied" if fault == "upload403" else "SlowDown", "As the test asked")
    with open(path, "wb") as f:
        f.write(data)
    stored["uploads"] = stored.get("uploads", 0) + 1
    history("uploaded", document=document, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    if fault == "upload-lost":
        return x.reset()
    return await x.answer(200, ETag=f'"{hashlib.md5(data).hexdigest()}"')


def note_document(document, content_type):
    documents[document] = {"contentType": content_type}
    with open(os.path.join(folder, "documents", document + ".json"), "w", encoding="utf-8") as f:
        json.dump({"feedDocumentId": document, "contentType": content_type}, f)


async def create_document(x, body, operation):
    content_type = body.get("contentType")
    if not isinstance(content_type, str) or not re.search(r";\s*charset=", content_type, re.I):
        return await refuse(x, 400, "InvalidInput", "Invalid Input", "contentType", operation)
    document = f"amzn1.tortuga.4.na.{next(numbers):08}"
    note_document(document, content_type)
    history("document", document=document)
    if faults.take("document-lost")[0]:
        return x.reset()
    return await say(x, 201, {"feedDocumentId": document, "url": presigned(x, document, "put")}, operation)


async def create_feed(x, body, operation):
    kind, places, document = (body.get(key) for key in ("feedType", "marketplaceIds", "inputFeedDocumentId"))
    if not isinstance(kind, str) or not isinstance(places, list) or not 1 <= len(places) <= 25 or document not in documents:
        return await refuse(x, 400, "InvalidInput", "Invalid Input", "", operation)
    feed = f"{next(numbers)}"
    feeds[feed] = {
        "feedId": feed, "feedType": kind, "marketplaceIds": places, "createdTime": now(), "polls": 0, "document": document,
        "progress": scenario("progress", ["IN_QUEUE", "IN_PROGRESS", "DONE"])}
    history("feed", feed=feed, document=document, feedType=kind)
    if faults.take("feed-lost")[0]:
        return x.reset()
    return await say(x, 202, {"feedId": feed}, operation)


def processed(feed):
    """The processing report of a JSON listings feed; None when the feed cannot be read."""
    text = scenario("report", None)
    if text is not None:
        return text
    try:
        with open(os.path.join(folder, "documents", feed["document"]), encoding="utf-8") as f:
            data = json.load(f)
        messages, seller = data["messages"], data["header"]["sellerId"]
        if data["header"]["version"] != "2.0" or len({m["messageId"] for m in messages}) != len(messages):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    bad = [m for m in messages if not m.get("sku") or "BAD" in m["sku"]]
    issues = [{"messageId": m["messageId"], "sku": m.get("sku", ""), "code": "8560", "severity": "ERROR",
               "message": "The SKU does not match any product, and its attributes do not suffice for a new one.",
               "attributeName": "externally_assigned_product_identifier"} for m in bad]
    return json.dumps({
        "header": {"sellerId": seller, "version": "2.0", "feedId": feed["feedId"]}, "issues": issues,
        "summary": {"errors": len(issues), "warnings": 0, "messagesProcessed": len(messages),
                    "messagesAccepted": len(messages) - len(bad), "messagesInvalid": len(bad)}})


def advance(feed):
    """What one poll sees: the next state; the last one stays."""
    state = feed["progress"][min(feed["polls"], len(feed["progress"]) - 1)]
    feed["polls"] += 1
    if feed["feedType"] in DEAD and state == "DONE":
        state = "FATAL"
    if state == "DONE" and "resultFeedDocumentId" not in feed:
        report = processed(feed)
        if report is None:
            state, feed["progress"] = "FATAL", ["FATAL"]
        else:
            document = f"amzn1.tortuga.4.na.result{next(numbers):08}"
            note_document(document, "application/json; charset=UTF-8")
            packed = scenario("compression", True)
            documents[document]["packed"] = packed
            data = report.encode()
            with open(os.path.join(folder, "documents", document), "wb") as f:
                f.write(gzip.compress(data, mtime=0) if packed else data)
            feed["resultFeedDocumentId"] = document
    if feed.get("processingStatus") != state:
        history("state", feed=feed["feedId"], state=state)
    feed["processingStatus"] = state
    if state != "IN_QUEUE":
        feed.setdefault("processingStartTime", now())
    if state in ("DONE", "FATAL", "CANCELLED"):
        feed.setdefault("processingEndTime", now())


def shown(feed):
    return {key: value for key, value in feed.items() if key not in ("polls", "progress", "document")}


async def get_feed(x, feed, operation):
    if feed not in feeds:
        return await refuse(x, 404, "NotFound", "The feed was not found.", "", operation)
    advance(feeds[feed])
    return await say(x, 200, shown(feeds[feed]), operation)


async def get_feeds(x, operation):
    if "feedTypes" not in x.query and "nextToken" not in x.query:
        return await refuse(x, 400, "InvalidInput", "Invalid Input", "feedTypes", operation)
    kinds = x.query.get("feedTypes", "").split(",")
    listed = [shown({"processingStatus": "IN_QUEUE", **feed}) for feed in feeds.values() if feed["feedType"] in kinds]
    return await say(x, 200, {"feeds": listed[::-1][:int(x.query.get("pageSize", 10))]}, operation)


async def cancel_feed(x, feed, operation):
    if feed not in feeds or feeds[feed].get("processingStatus", "IN_QUEUE") != "IN_QUEUE":
        return await refuse(x, 400, "InvalidInput", "Invalid Input", "", operation)
    feeds[feed]["progress"] = ["CANCELLED"]
    return await say(x, 200, {}, operation)


async def get_document(x, document, operation):
    if document not in documents or not os.path.exists(os.path.join(folder, "documents", document)):
        return await refuse(x, 404, "NotFound", "The document was not found.", "", operation)
    value = {"feedDocumentId": document, "url": presigned(x, document, "get")}
    if documents[document].get("packed"):
        value["compressionAlgorithm"] = "GZIP"
    return await say(x, 200, value, operation)


def operation_of(x):
    """(name, argument) of an operation of the Feeds API."""
    match = re.fullmatch(r"/feeds/2021-06-30/(documents|feeds)(?:/([^/]+))?", x.path)
    table = {("POST", "documents", False): "createFeedDocument", ("GET", "documents", True): "getFeedDocument",
             ("POST", "feeds", False): "createFeed", ("GET", "feeds", False): "getFeeds", ("GET", "feeds", True): "getFeed",
             ("DELETE", "feeds", True): "cancelFeed"}
    return (table.get((x.method, match[1], match[2] is not None)), match[2]) if match else (None, None)


async def handle(x):
    if x.path == "/auth/o2/token" and x.method == "POST":
        return await token(x)
    if x.path.startswith("/storage/"):
        return await storage(x, x.path.removeprefix("/storage/"))
    operation, argument = operation_of(x)
    body = await x.read()
    log("operation", operation=operation or "unknown", connection=x.connection)
    if operation is None:
        return await refuse(x, 404, "NotFound", "The requested resource does not exist.")
    if "user-agent" not in x.headers:
        return await refuse(x, 403, "Unauthorized", "Access to requested resource is denied.", "User-Agent is missing")
    fault, _ = faults.take("expired", "error500", "error503", "throttled")
    end = tokens.get(x.headers.get("x-amz-access-token"))
    if end is None:
        return await refuse(x, 403, "Unauthorized", "Access to requested resource is denied.", "The access token is not valid")
    if fault == "expired" or end < time.monotonic():
        return await refuse(
            x, 403, "Unauthorized", "Access to requested resource is denied.", "The access token you provided has expired.")
    if fault == "throttled" or throttled(operation):
        return await refuse(x, 429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
    if fault:
        return await refuse(x, int(fault[5:]), "InternalFailure" if fault == "error500" else "ServiceUnavailable",
                            "We encountered an internal error. Please try again.")
    if operation in ("createFeedDocument", "createFeed"):
        if x.headers.get("content-type", "").split(";")[0] != "application/json":
            return await refuse(x, 415, "UnsupportedMediaType", "The entity of the request is not in a supported format.")
        try:
            value = json.loads(body)
            assert isinstance(value, dict)
        except (ValueError, AssertionError):
            return await refuse(x, 400, "InvalidInput", "Invalid Input", "", operation)
        return await (create_document if operation == "createFeedDocument" else create_feed)(x, value, operation)
    if operation == "getFeeds":
        return await get_feeds(x, operation)
    return await {"getFeed": get_feed, "getFeedDocument": get_document, "cancelFeed": cancel_feed}[operation](
        x, argument, operation)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{certificates}/server.crt", f"{certificates}/server.key")
    ports = [await listen(handle, log, "plain"), await listen(handle, log, "tls", ssl=context)]
    told_ports(ports_file, ports)
    await asyncio.Event().wait()


asyncio.run(main())
