"""What is checked of deploy/ on a machine without a container engine; the programs it names run where they are here."""

import re
import shutil
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it comes with other packages, and its types with none

from backend.settings.keys import load_keys
from backend.settings.settings import FILE_SUFFIX, read_settings, setting_rows
from notifications.vapid import read_private_key

TOP = Path(__file__).parents[2]
DEPLOY = TOP / "deploy"
PINNED_IMAGE = re.compile(r"^[a-z/-]+:\d+\.\d+\.\d+(-[a-z-]+)?$")
SERVICES = {"mongodb", "indexes", "api", "worker", "proxy"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return content


@pytest.fixture
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in setting_rows():
        monkeypatch.delenv(row.name, raising=False)


def test_compose_runs_the_database_the_api_the_worker_and_the_proxy(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == SERVICES
    assert services["indexes"]["command"] == ["indexes"]
    assert services["api"]["command"] == ["serve", "--no-worker"]
    assert services["worker"]["command"] == ["worker"]
    assert "--replSet reunify --keyFile" in services["mongodb"]["entrypoint"][-1]


def test_the_server_believes_the_proxy_about_addresses_and_nobody_else(compose: dict[str, Any]) -> None:
    own = compose["services"]["proxy"]["networks"]["outside"]["ipv4_address"]
    assert compose["services"]["api"]["environment"]["REUNIFY_TRUSTED_PROXIES"] == own
    (network,) = compose["networks"]["outside"]["ipam"]["config"]
    assert ip_address(own) in ip_network(network["subnet"])
    assert ip_address(own) not in ip_network(network["ip_range"])


def test_every_image_has_its_exact_version(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values()}
    stages = re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert stages
    for image in [*images, *stages]:
        assert PINNED_IMAGE.match(image), image


def test_our_containers_run_without_root_and_cannot_change_themselves(compose: dict[str, Any]) -> None:
    for name in ("indexes", "api", "worker"):
        service = compose["services"][name]
        assert service["user"] == "10001:10001"
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert (DEPLOY / "Dockerfile").read_text().index("USER 10001") > 0


def test_each_service_waits_for_what_it_needs_to_be_healthy(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["mongodb"]["healthcheck"]["test"][-1] == "/healthy.js"
    assert services["indexes"]["depends_on"] == {"mongodb": {"condition": "service_healthy"}}
    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {"indexes": {"condition": "service_completed_successfully"}}
    assert services["proxy"]["depends_on"] == {"api": {"condition": "service_healthy"}}
    assert re.search(r"HEALTHCHECK [^\n]*\\\n[^\n]*/health'", (DEPLOY / "Dockerfile").read_text())


def test_only_the_proxy_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["services"]["mongodb"]["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"]


def test_what_compose_mounts_is_in_the_repository_and_every_secret_is_a_file(compose: dict[str, Any]) -> None:
    mounted = [mount.split(":")[0] for service in compose["services"].values() for mount in service.get("volumes", [])]
    for source in mounted:
        assert (DEPLOY / source).exists() if source.startswith(".") else source in compose["volumes"]
    used = {secret for service in compose["services"].values() for secret in service.get("secrets", [])}
    assert used == set(compose["secrets"])
    assert not re.search(r"(?i)(password|secret|key): [^\s/{]", (DEPLOY / "compose.yaml").read_text())


@pytest.mark.usefixtures("_no_settings_of_the_machine")
def test_the_secrets_are_made_once_and_are_what_the_server_reads(
    tmp_path: Path, compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "secrets"
    make = ["sh", str(DEPLOY / "make-secrets.sh"), str(folder)]
    subprocess.run(make, check=True, capture_output=True, timeout=60)
    made = {file.name: file.read_text() for file in folder.iterdir()}
    subprocess.run(make, check=True, capture_output=True, timeout=60)
    assert {file.name: file.read_text() for file in folder.iterdir()} == made
    assert set(made) == set(compose["secrets"])
    assert folder.stat().st_mode & 0o077 == 0

    for variable, value in compose["services"]["api"]["environment"].items():
        monkeypatch.setenv(variable, str(folder / Path(value).name) if variable.endswith(FILE_SUFFIX) else value)
    settings = read_settings(data_folder=tmp_path / "data")
    keys = load_keys(settings, pytest.fail)
    assert settings.mongodb_uri is not None
    assert made["mongodb_password"].strip() in settings.mongodb_uri.get_secret_value()
    assert read_private_key(keys.vapid_private_key).curve.name == "secp256r1"
    assert not (tmp_path / "data").exists()


def test_every_variable_that_compose_and_the_image_set_is_a_setting(compose: dict[str, Any]) -> None:
    known = {row.name for row in setting_rows()}
    in_image = re.findall(r"REUNIFY_[A-Z_]+", (DEPLOY / "Dockerfile").read_text())
    in_unit = re.findall(r"(REUNIFY_[A-Z_]+)=", (DEPLOY / "reunify.service").read_text().replace("REUNIFY_NAME=", ""))
    in_compose = [name.removesuffix(FILE_SUFFIX) for name in compose["services"]["api"]["environment"]]
    assert {*in_image, *in_unit, *in_compose} <= known


@pytest.mark.usefixtures("_no_settings_of_the_machine")
def test_the_example_of_an_environment_file_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (DEPLOY / ".env.example").read_text().splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))
    settings = read_settings()
    assert settings.address == "https://reunify.example.org"
    assert settings.trusted_documents_only


def test_the_image_installs_as_make_does_and_a_part_of_the_same_versions() -> None:
    install = re.compile(r"(-qq .*--require-hashes --requirement requirements\.lock)$", re.MULTILINE)
    in_image = install.search((DEPLOY / "Dockerfile").read_text())
    in_makefile = install.search((TOP / "Makefile").read_text())
    assert in_image is not None
    assert in_makefile is not None
    assert in_image[1] == in_makefile[1]
    everything, image = pins(TOP / "requirements.lock"), pins(DEPLOY / "requirements.lock")
    assert image < everything
    assert not any(pin.startswith(("pytest==", "secantusdb==")) for pin in image)


def pins(lock: Path) -> set[str]:
    return set(re.findall(r"^[a-z0-9][^\s;\\]+==[^\s;\\]+", lock.read_text(), re.MULTILINE))


def test_what_the_image_copies_is_in_the_repository_and_is_sent_to_its_build() -> None:
    sent = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    for source in [source for copied in copies for source in copied.split()]:
        assert (TOP / source).exists(), source
        assert source in sent or source.split("/")[0] in sent, source


def test_the_systemd_unit_is_right_and_closed(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    text = (DEPLOY / "reunify.service").read_text()
    assert "ExecStart=/opt/reunify/.venv/bin/reunify serve\n" in text
    unit = tmp_path / "reunify.service"  # verified with a program that is on this machine
    unit.write_text(text.replace("/opt/reunify/.venv/bin/reunify", "/bin/true"))
    verified = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False, timeout=60
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    exposure = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
    subprocess.run(exposure, capture_output=True, check=True, timeout=60)
