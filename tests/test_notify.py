"""Who is told how a run ended, and what happens when a hook does not work."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import sys
import threading
import time

import pytest

from flows.metrics import write_metrics
from flows.notify import EVENTS, Message, Notify, post, run_command, tell
from tasks.errors import ConfigError

MESSAGE = Message("published", "Published v0002", {"version": "v0002", "counts": {"articles": 3}})


class Listener:
    """A web server on loopback that answers with the given codes in turn, and keeps what it was sent."""

    def __init__(self, *answers, wait=0.0):
        self.got = []
        answers = list(answers) or [204]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.got.append((handler.path, dict(handler.headers), body))
                time.sleep(wait)
                code = answers.pop(0) if len(answers) > 1 else answers[0]
                handler.send_response(code)
                if code == 302:
                    handler.send_header("Location", "/elsewhere")
                handler.end_headers()

            def log_message(handler, *_):  # noqa: N805
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?key=1"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def script(tmp_path, code):
    path = tmp_path / "hook.py"
    path.write_text(code, encoding="utf-8")
    return [sys.executable, str(path)]


def test_a_webhook_gets_the_message_signed():
    with Listener() as listener:
        assert tell(Notify(webhook=listener.url), MESSAGE, {"COPYDESK_WEBHOOK_SECRET": "s"}) == []

    ((path, headers, body),) = listener.got
    assert path == "/hook?key=1"
    assert json.loads(body) == {
        "event": "published", "text": "copydesk: Published v0002", "version": "v0002", "counts": {"articles": 3}
    }  # fmt: skip
    assert headers["X-Copydesk-Signature"] == "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "answers, tries, fault",
    [
        ((500, 503, 204), 3, None),
        ((500,), 3, "answered 500 (3 tries)"),
        ((404,), 1, "answered 404"),
        ((302,), 1, "answered 302"),
    ],
)
def test_a_webhook_is_tried_again_only_where_that_can_help(answers, tries, fault):
    with Listener(*answers) as listener:
        assert post(listener.url, b"{}", pause=0.01) == fault

    assert len(listener.got) == tries


def test_a_webhook_that_hangs_is_given_up():
    with Listener(wait=0.5) as listener:
        fault = post(listener.url, b"{}", seconds=0.05, pause=0.01)

    assert fault is not None and "did not answer" in fault and "3 tries" in fault


def test_a_warning_does_not_hold_the_key_of_a_webhook():
    with Listener(404) as listener:
        (warning,) = tell(Notify(webhook=listener.url), MESSAGE, {})

    assert "key=1" not in warning and "127.0.0.1" in warning


def test_a_command_gets_the_message_on_its_standard_input(tmp_path):
    copy = tmp_path / "copy.json"
    command = script(tmp_path, f"import sys; open({str(copy)!r}, 'w').write(sys.stdin.read())")

    assert tell(Notify(command=tuple(command)), MESSAGE, {}) == []
    assert json.loads(copy.read_text())["version"] == "v0002"


@pytest.mark.parametrize(
    "code, fault",
    [
        ("import sys; print('no mail server', file=sys.stderr); sys.exit(3)", "ended with 3: no mail server"),
        ("import time; time.sleep(60)", "still ran after 1 s and was ended"),
        ("import sys; sys.stdin.close()", None),
    ],
)
def test_a_command_that_fails_or_hangs_is_told(tmp_path, code, fault):
    assert run_command(script(tmp_path, code), b"x" * 1_000_000, seconds=1) == fault


def test_a_command_that_does_not_exist_is_told():
    (warning,) = tell(Notify(command=("/no/such/command",)), MESSAGE, {})

    assert "cannot be started" in warning


def test_only_the_events_that_are_wanted_are_told():
    assert tell(Notify(command=("/no/such/command",), events=("refused",)), MESSAGE, {}) == []


@pytest.mark.parametrize(
    "notify, words",
    [
        ({"events": ["publisht"]}, "no event 'publisht'"),
        ({"webhook": "ftp://x"}, "must be an address"),
        ({"webhook": 3}, "must be an address"),
        ({"command": "mail me"}, "must be a list of words"),
        ({"comand": ["mail"]}, "unknown setting 'comand'"),
    ],
)
def test_settings_that_cannot_work_are_refused(notify, words):
    with pytest.raises(ConfigError, match=words):
        Notify.read(notify, "copydesk.toml: [notify]")


def test_metrics_keep_the_last_success(tmp_path):
    path = tmp_path / "copydesk.prom"
    facts = {"counts": {"articles": 3}, "seconds": {"strip": 1.5, "pair": 0.5}}
    write_metrics(path, Message("published", "", facts), now=1_700_000_000)
    write_metrics(path, Message("refused", "", {"gates": [{"gate": "length", "level": "fail"}]}), now=1_700_086_400)

    lines = path.read_text().splitlines()
    assert "copydesk_last_success_timestamp_seconds 1700000000" in lines
    assert "copydesk_last_run_timestamp_seconds 1700086400" in lines
    assert "copydesk_last_run_success 0" in lines
    assert 'copydesk_gate_findings{gate="length",level="fail"} 1' in lines


def test_metrics_count_rows_and_seconds(tmp_path):
    path = tmp_path / "copydesk.prom"
    facts = {"counts": {"articles": 3}, "seconds": {"strip": 1.5, "pair": 0.5}}
    write_metrics(path, Message("published", "", facts), now=1_700_000_000)

    assert {'copydesk_rows{what="articles"} 3', "copydesk_run_seconds 2"} <= set(path.read_text().splitlines())
    assert len(EVENTS) == len(set(EVENTS))
