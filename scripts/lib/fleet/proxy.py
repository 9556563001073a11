"""A proxy between one machine and the engine, which a test tells what to do with each request: hold it, lose its answer, cut its
body, or answer something else. Without a rule everything goes through."""

import http.client, socket, threading
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit
import network, s3

HOPS = {"connection", "keep-alive", "transfer-encoding", "expect", "proxy-connection"}


class Dropped(Exception):
    """The connection ends without an answer."""


class Request:
    def __init__(self, handler):
        self.handler, self.proxy = handler, handler.server.proxy
        self.method, self.path = handler.command, handler.path
        self.name = urlsplit(handler.path).path
        self.length = int(handler.headers.get("content-length") or 0)
        self.access = (handler.headers.get("authorization") or "").partition("Credential=")[2].partition("/")[0]
        self.unread = self.length

    @property
    def is_claim(self):
        return self.method == "PUT" and self.name.endswith("/claim")

    @property
    def is_upload(self):
        """Of a result, or of a part of one."""
        return self.method in ("PUT", "POST") and "/result-" in self.name

    def body(self, limit=None):
        while self.unread and (limit is None or limit > 0):
            size = min(self.unread, 65536 if limit is None else min(limit, 65536))
            piece = self.handler.rfile.read(size)
            if not piece:
                raise Dropped()
            self.unread -= len(piece)
            if limit is not None:
                limit -= len(piece)
            yield piece

    def hold(self):
        """Says that it has come, and ends the connection when the proxy is let go."""
        self.proxy.held.set()
        self.proxy.released.wait()
        raise Dropped()

    def answer(self, status, headers=(), body=b""):
        for _ in self.body():
            pass
        handler = self.handler
        handler.send_response_only(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if self.method != "HEAD":
            handler.wfile.write(body)

    def error(self, status, code, headers=()):
        text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
        self.answer(status, [("Content-Type", "application/xml"), *headers], text.encode())

    def forward(self, only=None, answered=True, without=(), date=0):
        """To the engine, and its answer back.

        `only` so many bytes of the body are passed on, and the rest never; `answered` False loses the answer; headers that are left
        out are signed out too; `date` is added to the seconds that the engine says it is."""
        upstream = http.client.HTTPConnection(*self.proxy.upstream, timeout=120)
        try:
            path, headers = self.path, [(n, v) for n, v in self.handler.headers.items() if n.lower() not in HOPS]
            if any(name.lower() in without for name, _ in headers):
                kept = {n.lower(): v for n, v in headers if n.lower() not in without}
                digest = kept["x-amz-content-sha256"]
                plain = {
                    n: v
                    for n, v in kept.items()
                    if n not in ("host", "authorization", "content-length", "x-amz-date", "x-amz-content-sha256")
                }
                query = parse_qsl(urlsplit(path).query, keep_blank_values=True)
                signed, text = s3.signed(self.method, self.name, query, plain, digest, kept["host"])
                headers = list(signed.items())
                if self.length or self.method in ("PUT", "POST"):
                    headers.append(("content-length", str(self.length)))
                path = self.name + ("?" + text if text else "")
            upstream.putrequest(self.method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                upstream.putheader(name, value)
            upstream.endheaders()
            for piece in self.body(only):
                upstream.send(piece)
            if only is not None and self.unread:
                return self.hold()
            answer = upstream.getresponse()
            if not answered:
                answer.read()
                return self.hold()
            self._pass_on(answer, date)
            return answer.status
        finally:
            upstream.close()

    def _pass_on(self, answer, date):
        handler, length = self.handler, answer.getheader("content-length")
        handler.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() == "date" and date:
                value = formatdate(parsedate_to_datetime(value).timestamp() + date, usegmt=True)
            if name.lower() not in HOPS | {"content-length"}:
                handler.send_header(name, value)
        bare = self.method == "HEAD" or answer.status in (204, 304)
        body = None if bare or length is not None else answer.read()
        if length is not None or body is not None:
            handler.send_header("Content-Length", length if length is not None else str(len(body)))
        handler.end_headers()
        if body is not None:
            handler.wfile.write(body)
        elif not bare:
            while piece := answer.read(262144):
                handler.wfile.write(piece)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve(self):
        proxy = self.server.proxy
        request = Request(self)
        with proxy.lock:
            proxy.seen.append((request.method, request.path))
        rule = proxy.rule
        try:
            if rule is None or not rule(request):
                if not proxy.ended:
                    request.forward()
        except (Dropped, OSError, http.client.HTTPException):
            self.close_connection = True
        if request.unread:
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = serve

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass


class Proxy:
    """`rule` is given each request, and says whether it has dealt with it."""

    def __init__(self, upstream, rule=None):
        self.upstream, self.rule = upstream, rule
        self.lock, self.seen = threading.Lock(), []
        self.held, self.released, self.ended = threading.Event(), threading.Event(), False
        self.server = Server((network.HUB, 0), Handler)
        self.server.proxy = self
        self.url = f"http://{network.HUB}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def wait(self, limit=60):
        if not self.held.wait(limit):
            raise AssertionError("the request that is to be held has not come")

    def end(self):
        self.ended = True
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class Hole:
    """Takes connections and says nothing: a server that hangs."""

    def __init__(self):
        self.socket = socket.create_server((network.HUB, 0), backlog=256)
        self.url = f"http://{network.HUB}:{self.socket.getsockname()[1]}"

    def end(self):
        self.socket.close()
