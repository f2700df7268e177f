"""Text as it is seen: without what shows nothing or turns letters round, so that no name poses as another."""

import re

_UNSEEN = re.compile(
    "["
    # Control characters, but for those that part words and lines; U+0000 is for validation to refuse.
    "\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f"
    # What Unicode calls default ignorable, and notes between the lines. Not what scripts need: U+200C and U+200D shape
    # Persian and Indic words, U+180B to U+180F Mongolian ones, U+FE00 to U+FE0F and U+E0100 to U+E01EF choose the form
    # of a Han letter, and U+061C, U+200E and U+200F are letters of a direction of their own, which turn no other round.
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    "]"
)


def cleaned(text: str) -> str:
    """What is to be seen of a text, without blanks around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _UNSEEN.sub("", text).strip()
