"""Checks the form of secrets."""

from collections.abc import Callable, Iterable


def wrong(callbacks: Callable[[], object], vault: Callable[[], Iterable[bytes]]) -> list[str]:
    """Return what is wrong with the secrets of WeChat's callbacks and of the vault, read by these."""
    try:
        callbacks()
    except ValueError:
        return ["YIBAO_WECHAT_CALLBACK_AES_KEY must be the 43 characters that WeChat shows"]
    try:
        secrets = [*vault()]
    except ValueError:
        return ["YIBAO_VAULT_KEYS and YIBAO_VAULT_INDEX_SECRET must be base64 (id:base64,… for the keys)"]
    return [] if all(len(one) == 32 for one in secrets) else ["the vault's secrets must be 32 bytes each"]
