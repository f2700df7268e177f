"""`reunify COMMAND`: reads the program, and runs it."""

import gc


def main() -> None:
    # What is read stays as long as the process: looking through it for garbage takes a quarter of the start.
    gc.disable()
    from backend.command_line import build  # noqa: PLC0415 (read while the collector rests)

    program = build()
    gc.freeze()
    gc.enable()
    program()


if __name__ == "__main__":
    main()
