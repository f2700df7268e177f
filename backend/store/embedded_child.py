"""Starts a program that ends with its parent: `python -I -S embedded_child.py PARENT PROGRAM ARGUMENT...`.

A program of its own rather than a `preexec_fn`: code between fork and exec in a process with threads can deadlock.
It asks the kernel for SIGTERM at the parent's death (prctl(2), PR_SET_PDEATHSIG, kept across execve), then becomes the
program. Where there is no such call (not Linux), the next start finds and stops what was left over.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 -- not every Python outside Linux has it, and none needs it here

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the kernel was asked
        sys.exit(1)
    os.execv(program, [program, *arguments])  # noqa: S606 -- becoming that program, without a shell, is the purpose


if __name__ == "__main__":
    main()
