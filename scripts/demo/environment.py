"""The demo's environment: new secrets, file locations, and the simulator's share of it."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from scripts.admin import setting


def drawn(var: Path) -> dict[str, str]:
    """Return new secrets and the file locations of a demo below `var`."""
    here = var.resolve()
    return {
        "YIBAO_PROFILE": "demo",
        "YIBAO_DATABASE_URL": f"sqlite:///{here / 'demo.sqlite'}",
        "YIBAO_OBJECTS_URL": f"file://{here / 'objects'}",
        "YIBAO_JOBS_URL": f"sqlite:///{here / 'jobs.sqlite'}",
        "YIBAO_VAULT_KEYS": f"k1:{_secret()}",
        "YIBAO_VAULT_INDEX_SECRET": _secret(),
        "YIBAO_WECHAT_APPID": f"wx{secrets.token_hex(8)}",
        "YIBAO_WECHAT_SECRET": secrets.token_hex(16),
        "YIBAO_WECHAT_TEMPLATE_ID": secrets.token_urlsafe(32),
        "YIBAO_WECHAT_AGENT_TEMPLATE_ID": secrets.token_urlsafe(32),
        "YIBAO_WECHAT_CALLBACK_TOKEN": secrets.token_hex(16),
        # 43 characters: unpadded base64, as WeChat's console generates it.
        "YIBAO_WECHAT_CALLBACK_AES_KEY": _secret()[:43],
        "YIBAO_ANCHOR_FILE": str(here / "anchors.jsonl"),
        # People who try the demo with a few photos of their own have no reviewer to wait for.
        "YIBAO_VOUCHED_PHOTOS": "false",
    }


def write(values: Mapping[str, str]) -> None:
    """Write the demo's environment file, readable by its owner only."""
    setting.DEMO_ENVIRONMENT.parent.mkdir(exist_ok=True)
    setting.DEMO_ENVIRONMENT.touch(mode=0o600)
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    setting.DEMO_ENVIRONMENT.write_text(text, encoding="utf-8")


def simulator(values: Mapping[str, str], var: Path) -> dict[str, str]:
    """Return the simulator's settings: same account, the application's callback URL, its own file."""
    account = ("APPID", "SECRET", "TEMPLATE_ID", "AGENT_TEMPLATE_ID")
    names = (*account, "CALLBACK_TOKEN", "CALLBACK_AES_KEY")
    return {f"SIM_{name}": values[f"YIBAO_WECHAT_{name}"] for name in names} | {
        "SIM_CALLBACK_URL": f"{values['YIBAO_BASE_URL']}/wechat/callback",
        "SIM_STATE": str(var.resolve() / "wechat.sqlite"),
    }


def _secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
