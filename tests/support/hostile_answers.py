"""What a web server may answer to annoy whoever asks, or to say that it cannot now: a method each."""

import http.server
import os
import socket
import struct
import time


class HostileAnswers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in {"Content_Length": len(body), **fields}.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, target):
        self.reply(302, Location=target)

    def endless(self):
        self.reply(200, Content_Length=None, Connection="close")
        while True:
            self.wfile.write(b"x" * 65536)

    def declared(self):
        self.reply(200, Content_Length=99999999999)
        self.endless()

    def slow(self):
        self.reply(200, Content_Length=100000)
        while True:
            self.wfile.write(b"x")
            time.sleep(0.2)

    def silent(self):
        time.sleep(15)

    def heads(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-A: " + b"y" * 1000 + b"\r\n")

    def continues(self):
        while True:
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)

    def short(self):
        self.reply(200, b"x" * 10, Content_Length=1000)
        self.close_connection = True

    def reset(self):
        self.reply(200, b"x" * 10, Content_Length=1000)
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def gone(self):
        self.reply(410)

    def busy(self):
        self.reply(429, Retry_After=7)

    def late(self):
        self.reply(503, Retry_After=120)

    def broken(self):
        self.reply(500)

    def empty(self):
        self.reply(200)
