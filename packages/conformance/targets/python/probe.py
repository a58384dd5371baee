"""The routes of the probe contract as a WSGI application, for uWSGI and for flup or flipflop.

uWSGI:    fcgi conformance --spawn 'uwsgi --plugin python3 --fastcgi-socket {socket} --wsgi-file probe.py'
flipflop: fcgi conformance --spawn 'python3 probe.py'
/exit is not offered: WSGI has no appStatus.
"""

import time

LETTERS = b"abcdefghijklmnopqrstuvwxyz"
TEXT = ("Content-Type", "text/plain")


def answer(environ):
    query = environ.get("QUERY_STRING", "")
    number = int(query) if query.isdigit() else 0
    path = environ.get("PATH_INFO", "")
    if path == "/echo":
        length = environ.get("CONTENT_LENGTH") or "0"
        return "200 OK", [TEXT], environ["wsgi.input"].read(int(length) if length.isdigit() else 0)
    if path == "/param":
        value = environ.get(query)
        if value is None:
            return "404 Not Found", [TEXT], b"absent"
        return "200 OK", [TEXT], value.encode("latin-1")
    if path == "/big":
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        return "200 OK", [TEXT], b"" if is_head else (LETTERS * (number // 26 + 1))[:number]
    if path == "/slow":
        time.sleep(number / 1000)
        return "200 OK", [TEXT], b"slow"
    if path == "/early":
        return "200 OK", [TEXT], b"early"
    if path == "/partial":
        environ["wsgi.input"].read(number)
        return "200 OK", [TEXT], b"partial"
    if path == "/nothing":
        return "200 OK", [TEXT], b""
    if path == "/status":
        return "%d Probe" % number, [TEXT], b"" if number in (204, 304) else b"status"
    if path == "/redirect":
        return "302 Found", [("Location", "http://localhost/elsewhere")], b""
    if path == "/cookies":
        return "200 OK", [TEXT, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], b"cookies"
    if path == "/stderr":
        environ["wsgi.errors"].write("E" * number)
        environ["wsgi.errors"].flush()
        return "200 OK", [TEXT], b"stderr"
    if path == "/exit":
        return "501 Not Implemented", [TEXT], b""
    return "200 OK", [TEXT], b"probe"


def application(environ, start_response):
    status, fields, body = answer(environ)
    start_response(status, fields)
    return [body]


if __name__ == "__main__":
    from flipflop import WSGIServer

    WSGIServer(application).run()
