"""Web Authentication (level 2): what a device is asked, and what becomes of its answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from backend.domain.account import Viewer
from backend.domain.credential import Credential, Passkey, UsedChallenge
from backend.services.challenges import CHALLENGE_LASTS, answered, new_challenge
from backend.services.collaborators import Collaborators
from backend.services.holders import next_version
from backend.services.passwords import as_sign_in_name
from backend.services.second_factor import ISSUER

LONGEST_ANSWER = 20_000

Verified = TypeVar("Verified")
_MILLISECONDS = int(CHALLENGE_LASTS.total_seconds() * 1000)
_TO_ADD, _TO_PROVE, _TO_SIGN_IN = "add", "prove", "sign in"
_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """What a browser binds a passkey to: the name of the server, and the origin of its pages."""

    name: str
    origin: str


def site_of(address: str) -> Site | None:
    """The site of a server's address; None where browsers know no passkeys: at an address of numbers, or without
    encryption on any other machine than the own.
    """
    try:
        parts = urlsplit(address)
        name, number = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return None
    if not name or _is_number(name) or (parts.scheme != "https" and name != "localhost"):
        return None
    port = "" if number in (None, _USUAL_PORTS.get(parts.scheme)) else f":{number}"
    return Site(name, f"{parts.scheme}://{name}{port}")


def options_to_add(use: Collaborators, site: Site, viewer: Viewer, there: Credential) -> str:
    """What `navigator.credentials.create` needs, as JSON."""
    options = generate_registration_options(
        rp_id=site.name,
        rp_name=ISSUER,
        user_id=viewer.id.encode(),
        user_name=there.sign_in_name,
        user_display_name=viewer.name,
        challenge=new_challenge(use, _TO_ADD, _subject(viewer)),
        timeout=_MILLISECONDS,
        # Known to the device by the site alone, so that signing in need not say whose passkeys there are.
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(there),
    )
    return options_to_json(options)


def options_to_prove(use: Collaborators, site: Site, viewer: Viewer, there: Credential) -> str:
    """What `navigator.credentials.get` needs to prove the viewer's session, as JSON."""
    return _options(site, new_challenge(use, _TO_PROVE, _subject(viewer)), _descriptors(there))


def options_to_sign_in(use: Collaborators, site: Site, sign_in_name: str) -> str:
    """What `navigator.credentials.get` needs for a sign-in by this name, as JSON: alike whoever has it, or nobody."""
    return _options(site, new_challenge(use, _TO_SIGN_IN, as_sign_in_name(sign_in_name) or ""), [])


def passkey_made(
    use: Collaborators, site: Site, viewer: Viewer, name: str, answer: str
) -> tuple[Passkey, UsedChallenge] | None:
    """The passkey that a device made for the viewer's session, and the challenge it answered; None for what is not
    right.
    """

    def verified() -> tuple[Passkey, UsedChallenge] | None:
        said = parse_registration_credential_json(answer)
        challenge = parse_client_data_json(said.response.client_data_json).challenge
        used = answered(use, _TO_ADD, _subject(viewer), challenge)
        if used is None:
            return None
        seen = verify_registration_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        key = bytes_to_base64url(seen.credential_public_key)
        return Passkey(bytes_to_base64url(seen.credential_id), name, key, seen.sign_count, use.clock()), used

    return _understood(verified, answer)


def passkey_that_proves(
    use: Collaborators, viewer: Viewer, credential: Credential, answer: str
) -> tuple[Credential, UsedChallenge] | None:
    """The credential after a device's answer that proves the viewer's session, and the challenge; None for what is not
    right.
    """
    return _with_passkey(use, credential, _TO_PROVE, _subject(viewer), answer)


def passkey_that_signs_in(
    use: Collaborators, credential: Credential, answer: str
) -> tuple[Credential, UsedChallenge] | None:
    """The same, for a sign-in by the credential's own name."""
    return _with_passkey(use, credential, _TO_SIGN_IN, credential.sign_in_name, answer)


def _with_passkey(
    use: Collaborators, credential: Credential, purpose: str, subject: str, answer: str
) -> tuple[Credential, UsedChallenge] | None:
    def verified() -> tuple[Credential, UsedChallenge] | None:
        said = parse_authentication_credential_json(answer)
        challenge = parse_client_data_json(said.response.client_data_json).challenge
        used = answered(use, purpose, subject, challenge)
        known = {one.id: one for one in credential.passkeys}.get(bytes_to_base64url(said.raw_id))
        handle = said.response.user_handle
        site = site_of(use.address)
        if used is None or known is None or site is None or handle not in (None, b"", credential.id.encode()):
            return None
        seen = verify_authentication_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(known.public_key),
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
        now = use.clock()
        fresh = replace(known, sign_count=seen.new_sign_count, last_used_at=now)
        passkeys = tuple(fresh if one.id == known.id else one for one in credential.passkeys)
        return next_version(replace(credential, passkeys=passkeys), credential, now), used

    return _understood(verified, answer)


def _understood(verified: Callable[[], Verified | None], answer: str) -> Verified | None:
    """What an answer was verified as; None for what is not right, and for what is no answer at all."""
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        return verified()
    except Exception:  # noqa: BLE001 (the library fails on a stranger's bytes in ways of four other libraries)
        return None


def _options(site: Site, challenge: bytes, allowed: list[PublicKeyCredentialDescriptor]) -> str:
    return options_to_json(
        generate_authentication_options(
            rp_id=site.name,
            challenge=challenge,
            timeout=_MILLISECONDS,
            allow_credentials=allowed,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def _descriptors(credential: Credential) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in credential.passkeys]


def _subject(viewer: Viewer) -> str:
    """A challenge is for one account on one device."""
    return f"{viewer.id} {viewer.session_id}"


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
