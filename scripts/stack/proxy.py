"""nginx in front of the api processes and the matchers, with the configuration in docs/deploy."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.stack.supervisor import Service

ROOT = Path(__file__).parents[2]
FRAGMENT = ROOT / "docs/deploy/yibao-proxy.conf"
PUBLISHED = ROOT / "scripts/deploy/nginx/nginx.conf"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
# Examining pictures is repeatable: what one matcher could not answer is sent to the other.
CONFIGURATION = """daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
{user}
events {{ worker_connections 4096; }}
http {{
  {logs}
  {temporary}
  upstream yibao {{ {apis} keepalive 256; keepalive_timeout 10s; }}
  upstream matchers {{ {matchers} keepalive 8; }}
  server {{ listen 127.0.0.1:{port}; server_name 127.0.0.1:{port}; {snippet} }}
  server {{
    listen 127.0.0.1:{matcher_port}; access_log off;
    client_max_body_size 64m; client_body_buffer_size 16m;
    location / {{
      proxy_pass http://matchers; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_connect_timeout 2s; proxy_read_timeout 30s;
      proxy_next_upstream error timeout http_503 non_idempotent;
    }}
  }}
}}
"""


class Missing(Exception):
    """A required program is not installed; the message says how to install it."""


def program() -> str:
    """Return nginx's path, or raise Missing."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise Missing("NO NGINX: make nginx installs it (as root)")
    return found


def prepare(
    folder: Path, ports: tuple[int, int], apis: Sequence[int], matchers: Sequence[int],
    environment: Mapping[str, str],
) -> Service:  # fmt: skip
    """Write the configuration for these ports (public, matchers') and return nginx's service."""
    snippet = FRAGMENT.read_text(encoding="utf-8")
    text = CONFIGURATION.format(
        folder=folder,
        logs=_logs().replace("/var/log/nginx/yibao.log", f"{folder}/nginx-access.log"),
        user="user root;" if os.geteuid() == 0 else "",
        temporary=" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY),
        apis=_servers(apis),
        matchers=_servers(matchers),
        port=ports[0],
        matcher_port=ports[1],
        # The stack's public name has a port.
        snippet=snippet.replace("$server_name", "$http_host"),
    )
    file = folder / "nginx.conf"
    file.write_text(text, encoding="utf-8")
    return Service("nginx", (program(), "-c", str(file), "-p", str(folder)), environment)


def _logs() -> str:
    """Return the published configuration's lines about the logs of requests."""
    text = PUBLISHED.read_text(encoding="utf-8")
    return text[text.index("error_log /dev/null") : text.index("server_tokens")]


def _servers(ports: Sequence[int]) -> str:
    return " ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in ports)
