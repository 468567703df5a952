"""The settings of the mini-program at WeChat."""

from enum import StrEnum

from pydantic import SecretStr

from api.hosting.forms import CallbackKey, TemplateKeys
from matcher.service.environment import Environment
from matcher.service.forms import Url
from models.domain.subscription import DEFAULT_KEYS, TemplateKind, keys_of
from wechat.callbacks import Callbacks


class Release(StrEnum):
    """Which release of the mini-program WeChat opens."""

    RELEASE = "release"
    TRIAL = "trial"
    DEVELOP = "develop"


class WeChatAccount(Environment):
    """Account, message templates and callbacks, with the prefix YIBAO_."""

    wechat_appid: str = ""
    """AppID of the mini-program."""
    wechat_secret: SecretStr = SecretStr("")
    """AppSecret of the mini-program."""
    wechat_template_id: str = ""
    """Message template of the pushes."""
    wechat_template_keys: TemplateKeys = DEFAULT_KEYS
    """The keys of that template by what they carry: matter, institution, amount, time, person, order, state
    or note; `yibao wechat check` holds them against the real template."""
    wechat_agent_template_id: str = ""
    """Optional: the template that tells card-holders of purchases by agents; of the same kind as the other
    (WeChat does not show both kinds in one panel), with another title."""
    wechat_agent_template_keys: TemplateKeys = DEFAULT_KEYS
    """The keys of that template, likewise."""
    wechat_template_kind: TemplateKind = TemplateKind.ONE_TIME
    """What one tap on 允许 grants: one_time (one message) or long_term (any number)."""
    wechat_callback_token: SecretStr = SecretStr("")
    """Token of WeChat's message push (security mode) to `/wechat/callback`; required in production."""
    wechat_callback_aes_key: CallbackKey = SecretStr("")
    """EncodingAESKey of the message push; required in production."""
    wechat_base_url: Url = "https://api.weixin.qq.com"
    """WeChat's server."""
    wechat_env_version: Release = Release.RELEASE
    """Which release of the mini-program WeChat opens."""

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
