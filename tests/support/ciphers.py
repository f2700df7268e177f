"""Ciphers for tests that open a store themselves."""

from pathlib import Path

from backend.app import cipher_of
from backend.settings.keys import load_keys
from backend.settings.settings import read_settings
from backend.store.cipher import Cipher


def a_cipher() -> Cipher:
    """One for a store that nobody else reads."""
    return Cipher([b"d" * 43], b"p" * 43)


def cipher_of_folder(folder: Path) -> Cipher:
    """That of the product which keeps its keys in this data folder."""
    return cipher_of(load_keys(read_settings(data_folder=folder), lambda _: None))
