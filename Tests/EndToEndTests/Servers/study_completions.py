"""A chat-completions server on loopback that plays its part in the study: it writes questions, answers and summaries.

    python3 study_completions.py LOG SECONDS

Takes SECONDS for a call, and prints its port. An answer depends on the request alone; the log has one digest of a
request's body a line, written before the answer goes out.
"""
import hashlib
import http.server
import json
import sys
import threading
import time

LOG, SECONDS = sys.argv[1], float(sys.argv[2])
LOCK = threading.Lock()


def questions(digest):
    rows = []
    for number in range(1, 6):
        rows.append(f"Q{number}) What does report {digest[:6]} say under {number}?")
        rows += [f"{letter}. thing {digest[number]}{letter.lower()}" for letter in "ABCDE"]
        rows += ["", f"Q{number} Answer: {'ABCDE'[int(digest[number], 16) % 5]}", ""]
    return "\n".join(rows)


def reply(prompt, digest):
    if "generate five multiple choice questions" in prompt:
        return questions(digest)
    if prompt.startswith("You will be given a text passage"):
        return "\n".join(f"Q{number}) {'ABCDE'[int(digest[number], 16) % 5]}." for number in range(1, 6))
    return f"Something happened on Monday, says report {digest[:6]}."


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(SECONDS)
        digest = hashlib.sha256(body).hexdigest()
        with LOCK, open(LOG, "a") as log:
            log.write(digest + "\n")
        text = reply(json.loads(body)["messages"][-1]["content"], digest)
        answer = json.dumps({
            "id": "1", "object": "chat.completion", "created": 0, "model": "study-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
