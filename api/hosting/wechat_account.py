"""The settings of the mini-program at WeChat."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.domain.subscription import DEFAULT_KEYS, TemplateKind, keys_of
from wechat.callbacks import Callbacks


def _no_slash(url: str) -> str:
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_no_slash)]


class WeChatAccount(BaseSettings):
    """Account, message templates and callbacks, with the prefix YIBAO_."""

    model_config = SettingsConfigDict(
        env_prefix="YIBAO_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    wechat_appid: str = ""
    """AppID of the mini-program."""
    wechat_secret: SecretStr = SecretStr("")
    """AppSecret of the mini-program."""
    wechat_template_id: str = ""
    """Message template of the pushes."""
    wechat_template_keys: str = DEFAULT_KEYS
    """The keys of that template by what they carry: matter, institution, amount, time, person, order, state
    or note; `yibao wechat check` holds them against the real template."""
    wechat_agent_template_id: str = ""
    """Optional: the template that tells card-holders of purchases by agents; of the same kind as the other
    (WeChat does not show both kinds in one panel), with another title."""
    wechat_agent_template_keys: str = DEFAULT_KEYS
    """The keys of that template, likewise."""
    wechat_template_kind: TemplateKind = TemplateKind.ONE_TIME
    """What one tap on 允许 grants: one_time (one message) or long_term (any number)."""
    wechat_callback_token: SecretStr = SecretStr("")
    """Token of WeChat's message push (security mode) to `/wechat/callback`; required in production."""
    wechat_callback_aes_key: SecretStr = SecretStr("")
    """EncodingAESKey of the message push; required in production."""
    wechat_base_url: Url = "https://api.weixin.qq.com"
    """WeChat's server."""
    wechat_env_version: str = "release"
    """Release, trial or develop."""

    def template_keys(self) -> dict[str, str]:
        """Return the push template's keys by content."""
        return keys_of(self.wechat_template_keys)

    def agent_template_keys(self) -> dict[str, str]:
        """Return the agent notice template's keys by content."""
        return keys_of(self.wechat_agent_template_keys)

    def callbacks(self) -> Callbacks | None:
        """Return the decoder of WeChat's callbacks, or None where none are configured."""
        token, key = self.wechat_callback_token, self.wechat_callback_aes_key
        if not token.get_secret_value():
            return None
        return Callbacks(token.get_secret_value(), key.get_secret_value(), self.wechat_appid)

    def wrong_keys(self) -> list[str]:
        """Return what is wrong with the template keys."""
        wrong = []
        for name in ("wechat_template_keys", "wechat_agent_template_keys"):
            try:
                keys_of(getattr(self, name))
            except ValueError as error:
                wrong.append(f"YIBAO_{name.upper()} must be like {DEFAULT_KEYS}: {error}")
        return wrong
