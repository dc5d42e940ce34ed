"""The far end of a webhook: keeps one request and answers, echoes, breaks off or falls silent."""

from __future__ import annotations

import asyncio


class Receiver:
    """Reads one request, then does what the test wants with the connection."""

    def __init__(self, answer: bytes | str) -> None:
        self.answer = answer
        self.headers: dict[str, str] = {}
        self.body = b""
        self.requests = 0

    def reply(self) -> bytes | str:
        """What is answered to this request."""
        return http(422, self.body) if self.answer == "echo" else self.answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer; `drop` ends without, `hang` never comes, `echo` quotes and refuses."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode().split("\r\n")[1:]
            pairs = (line.split(": ", 1) for line in lines if line)
            self.headers = {name.lower(): value for name, value in pairs}
            self.body = await reader.readexactly(int(self.headers["content-length"]))
            self.requests += 1
            reply = self.reply()
            if reply == "hang":
                await asyncio.sleep(30)
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
        finally:
            writer.close()


def http(status: int, body: bytes = b"ok", *more: str) -> bytes:
    """An HTTP answer."""
    head = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(head).encode() + body
