"""The documented nginx fragments, run by a real nginx in front of a real gunicorn."""

import contextlib
import http.client
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.e2e.installation import ROOT, Installation, free_port

NAME = "yibao.example.cn"
FRAGMENTS = ROOT / "docs/deploy"
MB = 1024 * 1024


@dataclass
class Front:
    """One nginx in front of the service; `trusted` where it uses TLS."""

    port: int
    trusted: ssl.SSLContext | None = None

    @contextmanager
    def client(self, name: str = NAME) -> Iterator[httpx.Client]:
        """Yield a client for a host name."""
        address = f"{'https' if self.trusted else 'http'}://127.0.0.1:{self.port}"
        with httpx.Client(
            base_url=address, headers={"Host": name}, trust_env=False, verify=self.trusted or True, timeout=30
        ) as client:
            client.event_hooks["request"].append(lambda one: one.extensions.update(sni_hostname=name))
            yield client


def uploaded(
    front: Front, path: str, megabytes: int, *, chunked: bool = False, **headers: str
) -> tuple[int, bytes]:
    """Send a body that is refused, to its end; return status and body of the response."""
    sent = {"Host": NAME, "Content-Type": "application/json"} | headers
    sent |= {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(megabytes * MB)}
    line = http.client.HTTPConnection("127.0.0.1", front.port, timeout=60)
    if front.trusted:
        line.sock = front.trusted.wrap_socket(
            socket.create_connection(("127.0.0.1", front.port), 60), server_hostname=NAME
        )
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            line.request("POST", path, (b" " * MB for _ in range(megabytes)), sent, encode_chunked=chunked)
        answer = http.client.HTTPResponse(line.sock)
        answer.begin()
        return answer.status, answer.read()
    finally:
        line.close()


@pytest.fixture(scope="module")
def nginx() -> str:
    """Return the program; left out loudly where it is missing, an error in CI."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        message = "NO NGINX: the documented fragments were not tried. `make nginx` installs it (as root)."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return str(found)


@pytest.fixture(scope="module")
def installed(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Yield the service as it is published: behind TLS, under a name of its own."""
    made = Installation(tmp_path_factory.mktemp("behind"), YIBAO_BASE_URL=f"https://{NAME}")
    made.start("simulator")
    made.start("web")
    yield made
    made.stop()


def certificate(folder: Path) -> ssl.SSLContext:
    """Write a certificate for the public name; return the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "yibao.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "yibao.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return ssl.create_default_context(cafile=str(folder / "yibao.pem"))


def front(program: str, folder: Path, fragment: str, web: int, most: str = "20m") -> Iterator[Front]:
    """Run nginx with an unmodified documented fragment, except for ports and paths."""
    ports = {"80": str(free_port()), "443": str(free_port())}
    (folder / "snippets").mkdir(parents=True)
    shared = (FRAGMENTS / "yibao-proxy.conf").read_text(encoding="utf-8")
    assert "client_max_body_size 20m;" in shared
    (folder / "snippets/yibao-proxy.conf").write_text(shared.replace("20m;", f"{most};"), encoding="utf-8")
    text = (FRAGMENTS / fragment).read_text(encoding="utf-8").replace("/etc/nginx/tls", str(folder))
    for was, now in ports.items():
        text = text.replace(f"listen {was}", f"listen 127.0.0.1:{now}")
    (folder / "site.conf").write_text(text.replace("127.0.0.1:8000", f"127.0.0.1:{web}"), encoding="utf-8")
    trusted = certificate(folder)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; user root; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ access_log off;\n{temporary}include {folder}/site.conf;\n}}\n",
        encoding="utf-8",
    )
    made = Front(int(ports["443"]), trusted) if "tls" in fragment else Front(int(ports["80"]))
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        for _ in range(100):
            try:
                with made.client() as client:
                    client.get("/healthz")
                break
            except httpx.TransportError:
                assert process.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.1)
        yield made
    finally:
        process.terminate()
        process.wait(timeout=10)


def port_of(installed: Installation) -> int:
    return int(installed.document["base_url"].rsplit(":", 1)[1])


@pytest.fixture(scope="module", params=["nginx-http.conf", "nginx-tls.conf"])
def proxy(
    request: pytest.FixtureRequest,
    nginx: str,
    installed: Installation,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    yield from front(nginx, folder, request.param, port_of(installed))


@pytest.fixture(scope="module")
def roomy(nginx: str, installed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Yield the same nginx without a limit of its own: what the service itself makes of large bodies."""
    yield from front(nginx, tmp_path_factory.mktemp("roomy"), "nginx-http.conf", port_of(installed), "0")


def key(installed: Installation) -> dict[str, str]:
    return {"Authorization": f"Bearer {installed.document['institutions'][0]['api_key']}"}


def bought(installed: Installation, client: httpx.Client) -> dict:
    man = installed.document["persons"][0]
    body = {
        "order_no": secrets.token_hex(8), "amount_fen": 100, "counter": "1",
        "cashier": {"id": "c", "name": "张收银"},
        "cardholder": {"name": man["name"], "id_number": man["id_number"]},
    }  # fmt: skip
    answer = client.post("/v1/verifications", json=body, headers=key(installed))
    assert answer.status_code == 201, answer.text
    made: dict = answer.json()
    return made


def test_a_purchase_is_opened_and_its_popup_shown_under_the_public_name(
    installed: Installation, proxy: Front
) -> None:
    with proxy.client() as client:
        opened = bought(installed, client)
        assert opened["popup_url"].startswith(f"https://{NAME}/popup/")
        page = client.get(opened["popup_url"].removeprefix(f"https://{NAME}"))
        assert page.status_code == 200 and opened["persons"][0]["name"] in page.text
        assert client.get("/static/popup.css").status_code == 200


def test_requests_for_another_host_are_refused(proxy: Front) -> None:
    with proxy.client("evil.example.com") as client:
        if proxy.trusted:
            with pytest.raises(httpx.ConnectError):
                client.get("/healthz")
        else:
            assert client.get("/healthz").status_code == 421


def test_events_come_through_as_they_happen(installed: Installation, proxy: Front) -> None:
    """A proxy that buffered them would show nothing before the purchase has ended."""
    with proxy.client() as client, proxy.client() as other:
        opened = bought(installed, client)
        path = f"/v1/verifications/{opened['id']}"
        wanted = key(installed) | {"Accept": "text/event-stream"}
        with client.stream("GET", f"{path}/events", headers=wanted) as events:
            lines = events.iter_lines()
            assert next(lines) == "retry: 1000"
            begun = other.post(f"{path}/attempts", json={"channel": "qr"}, headers=key(installed))
            assert begun.status_code == 201, begun.text
            assert "event: attempt.waiting" in lines


LARGE = "/v1/verifications"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_proxys_limit_is_413(proxy: Front, chunked: bool) -> None:
    assert uploaded(proxy, LARGE, 100, chunked=chunked)[0] == 413


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("path", "known", "kind", "status", "code"),
    [
        (LARGE, False, "application/json", 401, b"unauthorized"),
        (LARGE, True, "application/json", 413, b"too_large"),
        (LARGE, True, "application/pdf", 415, b"unsupported_media_type"),
        ("/v1/nothing", True, "application/json", 404, b"not_found"),
        ("/mp/v1/attempts/x/precheck", False, "multipart/form-data; boundary=x", 401, b"unauthorized"),
        ("/healthz", False, "application/json", 405, b"method_not_allowed"),
    ],
)
def test_a_body_the_service_refuses_is_answered_and_no_502(
    installed: Installation, roomy: Front, chunked: bool, path: str, known: bool, kind: str, status: int,
    code: bytes,
) -> None:  # fmt: skip
    headers = (key(installed) if known else {}) | {"Content-Type": kind}
    megabytes = 100 if code == b"too_large" else 12
    got = uploaded(roomy, path, megabytes, chunked=chunked, **headers)
    assert got[0] == status and code in got[1], got
    # The service itself refuses bodies of unknown length, with a message.
    got = uploaded(Front(port_of(installed)), path, megabytes, chunked=chunked, **headers)
    assert got[0] == status or (chunked and got[0] == 400), got
