"""A password checker for Postfix: Dovecot's authentication protocol 1.1, mechanism PLAIN, nothing more."""

import base64
import socketserver
import threading

GREETING = "VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00112233445566778899aabbccddeeff\nDONE\n"


class AuthServer:
    """`with AuthServer({"ann": "secret"}) as auth:` listens on 127.0.0.1:auth.port."""

    def __init__(self, passwords):
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(GREETING.encode())
                for line in self.rfile:
                    words = line.decode().rstrip("\n").split("\t")
                    if words[0] == "AUTH":
                        self.wfile.write(_answer(words, passwords).encode())

        socketserver.ThreadingTCPServer.daemon_threads = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def _answer(words, passwords):
    request = words[1]
    response = next((word[5:] for word in words if word.startswith("resp=")), "")
    _, user, password = base64.b64decode(response).decode().split("\0")
    if passwords.get(user) == password:
        return f"OK\t{request}\tuser={user}\n"
    return f"FAIL\t{request}\tuser={user}\n"
