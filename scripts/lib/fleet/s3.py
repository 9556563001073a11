"""Requests to an S3-compatible engine, signed as its documentation says: what a fleet's members do not do themselves."""

import hashlib, hmac, http.client, time, urllib.parse
import xml.etree.ElementTree as tree

ACCESS, SECRET = "AKIDFLEET", "s3cr3t/fleet+key0123456789"
READER, READER_SECRET = "AKIDREADER", "reader-secret-0123456789"
OTHER, OTHER_SECRET = "AKIDOTHER", "other-secret-0123456789"
BUCKET = "fleet"


class Refused(Exception):
    pass


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _quote(text):
    return urllib.parse.quote(text, safe="-_.~")


def signed(method, path, query, headers, digest, host, access=ACCESS, secret=SECRET, now=None):
    """The headers of a request with its signature. `path` is encoded already, `query` a list of pairs that are not."""
    when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    sent = {name.lower(): value for name, value in headers.items()}
    sent |= {"host": host, "x-amz-date": when, "x-amz-content-sha256": digest}
    names = sorted(sent)
    text = "&".join(f"{_quote(name)}={_quote(value)}" for name, value in sorted(query))
    canonical = "\n".join([method, path, text] + [f"{name}:{sent[name].strip()}" for name in names] + ["", ";".join(names), digest])
    scope = f"{when[:8]}/us-east-1/s3/aws4_request"
    key = ("AWS4" + secret).encode()
    for part in (when[:8], "us-east-1", "s3", "aws4_request"):
        key = _hmac(key, part)
    wanted = "\n".join(["AWS4-HMAC-SHA256", when, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(key, wanted.encode(), hashlib.sha256).hexdigest()
    sent["authorization"] = f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    return sent, text


class Engine:
    """What is in the bucket, by whole names."""

    def __init__(self, host, port):
        self.host, self.port = host, port

    def ask(self, method, name="", query=(), body=b"", headers={}):
        path = "/" + BUCKET + ("/" + urllib.parse.quote(name) if name else "")
        digest = hashlib.sha256(body).hexdigest()
        sent, text = signed(method, path, list(query), headers, digest, f"{self.host}:{self.port}")
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.putrequest(method, path + ("?" + text if text else ""), skip_host=True, skip_accept_encoding=True)
            for header, value in sent.items():
                connection.putheader(header, value)
            connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _ask(self, *words, **more):
        status, body = self.ask(*words, **more)
        if status not in (200, 204):
            raise Refused(f"{words}: {status} {body[:300]}")
        return body

    def names(self, prefix=""):
        found, token = [], None
        while True:
            query = [("list-type", "2"), ("max-keys", "1000"), ("prefix", prefix)]
            if token:
                query.append(("continuation-token", token))
            root = tree.fromstring(self._ask("GET", query=query))
            space = root.tag[: root.tag.index("}") + 1] if "}" in root.tag else ""
            found += [entry.findtext(space + "Key") for entry in root.iter(space + "Contents")]
            token = root.findtext(space + "NextContinuationToken")
            if root.findtext(space + "IsTruncated") != "true" or not token:
                return found

    def get(self, name):
        return self._ask("GET", name)

    def put(self, name, body):
        self._ask("PUT", name, body=body)

    def delete(self, name):
        self._ask("DELETE", name)
