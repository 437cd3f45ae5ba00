"""Files of a data set that only get longer: what people decided, and what they answered in a review.

In     a stored file, and what makes a longer text of its text
Out    the longer file, in one step; of two people who write at once neither loses anything

On a disk a lock of its own keeps writers apart, never for longer than one change; in an object store the write fails
where somebody else was quicker, and is done again upon what they wrote. Runs only read these files, and nobody waits
for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from flows.config import StoredFile
from tasks.errors import LockHeld

TRIES, PAUSE = 100, 0.1  # seconds: ten seconds in all


def grow_file(file: StoredFile, grow: Callable[[str], str]) -> str:
    """Put `grow(text)` in the place of a file's text; returns it.

    Args:
        grow: given the text so far, which ends with a line end or is empty; called again where another was quicker.

    Raises:
        LockHeld: others have been writing for ten seconds.
    """
    for _ in range(TRIES):
        try:
            guard = file.storage.guard(f".{file.name}.lock")
        except BlockingIOError:
            time.sleep(PAUSE)
            continue
        try:
            file.storage.watch(file.name)
            text = file.read()
            longer = grow(text + "\n" if text and not text.endswith("\n") else text)
            file.write(longer)
            return longer
        except LockHeld:  # of an object store: somebody wrote it meanwhile
            time.sleep(PAUSE)
        finally:
            guard.close()
    raise LockHeld(f"{file}: somebody else is writing to it; try again")
