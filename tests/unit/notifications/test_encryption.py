"""Encryption for one device: by the standard's own example, and read by another implementation."""

import base64
import os

import http_ece  # type: ignore[import-untyped]  # the library has no types
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.encryption import DeviceKeys, encrypt, seal


def test_the_example_of_the_standard_comes_out_byte_by_byte() -> None:
    """RFC 8291, section 5 and appendix A."""
    device = DeviceKeys.of(
        _raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        _raw("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    ephemeral = ec.derive_private_key(
        int.from_bytes(_raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    sealed = seal(b"When I grow up, I want to be a watermelon", device, ephemeral, _raw("DGv6ra1nlYgDCS1FRnbzlw"))
    assert sealed == _raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("length", [0, 1, 128, 3993])
def test_the_decoder_that_pywebpush_comes_with_reads_every_length(length: int) -> None:
    key, auth, payload = ec.generate_private_key(ec.SECP256R1()), os.urandom(16), os.urandom(length)
    sealed = encrypt(payload, DeviceKeys.of(_point(key), auth))
    assert len(sealed) <= 4096
    assert http_ece.decrypt(sealed, private_key=key, auth_secret=auth) == payload


def test_the_same_payload_for_the_same_device_has_another_key_and_salt_each_time() -> None:
    device = DeviceKeys.of(_point(ec.generate_private_key(ec.SECP256R1())), os.urandom(16))
    messages = [encrypt(b"the same", device) for _ in range(50)]
    assert len({message[:16] for message in messages}) == 50
    assert len({message[21:86] for message in messages}) == 50
    assert len({message[86:] for message in messages}) == 50


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
