"""Compiling: how this step's inner loops become machine code.

In     a plain Python function on numpy arrays, and its one signature
Out    the same function, compiled by numba at import, kept on disk where the disk lets us

Every kernel releases the interpreter lock and uses neither fast-math nor threads, so its result is the same on any
machine. Limits: without a writable place for the compiled code each process compiles anew (some seconds).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """A decorator that compiles a kernel for one signature, from the disk's copy if there is one."""

    def compile_kernel(kernel: Callable[..., Any]) -> Any:
        try:
            return njit(signature, nogil=True, cache=True)(kernel)
        except RuntimeError:  # numba found no folder that it may write to
            return njit(signature, nogil=True)(kernel)

    return compile_kernel
