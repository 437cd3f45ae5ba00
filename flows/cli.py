"""The command `copydesk`: its calls, and how it ends. What each call does: docs/cli.md; the calls: `flows.calls`.

Results go to stdout, everything else to stderr; `--json` prints one object. Whatever is heavy is imported by the
call that needs it, so that `copydesk --help` and `copydesk versions` answer at once.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import cyclopts
from cyclopts import App

from flows.calls import deciding, looking, running, versions
from flows.terminal import say
from tasks.errors import ConfigError, CopydeskError

app = App(
    name="copydesk",
    help="Turn raw news articles into a clean, deduplicated, normalised, versioned data set.",
    version="0.1.0",
    result_action="return_value",
    suppress_keyboard_interrupt=False,  # else Ctrl-C would end the process without a word
)
CALLS = (
    running.run,
    running.clean,
    versions.versions,
    versions.history,
    versions.verify,
    versions.diff,
    versions.rollback,
    deciding.takedown,
    deciding.override,
    versions.prune,
    looking.explain,
    looking.report,
    looking.export,
    running.serve,
)
for _call in CALLS:
    app.command(_call)


def main(words: list[str] | None = None) -> None:
    """Entry point: carries a call out and ends the process with its exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = app(words, exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as error:
        say(f"copydesk: {_complaint(error)}\nTry '{' '.join(['copydesk', *(error.command_chain or ())])} --help'.")
        code = ConfigError.exit_code
    except CopydeskError as error:
        say(f"copydesk: {error}")
        code = error.exit_code
    except BrokenPipeError:  # the reader of stdout went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        say(f"copydesk: {error.filename or error}: {error.strerror or 'the system refused'}; nothing was published")
        code = 1
    except KeyboardInterrupt:
        say("copydesk: interrupted; nothing was lost")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _complaint(error: cyclopts.CycloptsError) -> str:
    """A wrong call in words."""
    if isinstance(error, cyclopts.UnusedCliTokensError):
        return f"Unexpected: {' '.join(error.unused_tokens or ())}"
    return str(error)


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
