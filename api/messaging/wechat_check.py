"""Checks that WeChat accepts this installation: token, code, templates and callback, by real calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from api.messaging import content
from api.messaging.content import Content
from api.messaging.push import PAGE
from api.ports import Ports
from models.domain.subscription import TemplateKind
from wechat import fields, sealing
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused
from wechat.fields import TemplateFields
from wechat.gateway import CODE_CALL, TEMPLATE_CALL
from wechat.refusals import TOKEN_CALL, meaning

ECHO_TIMEOUT_S = 10
SAY_CALLBACK = "核对 YIBAO_BASE_URL、反向代理，以及微信公众平台“消息推送”里的地址、Token 和 EncodingAESKey"


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check; `is_right` is None where it could not be run."""

    step: str
    is_right: bool | None
    says: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A kind of message: its template and the configured keys."""

    step: str
    template_id: str
    keys: dict[str, str]


def check(ports: Ports) -> list[Finding]:
    """Run all checks; no message is sent."""
    settings, now = ports.settings, ports.now()
    sample = {"person": "李*白", "order": "A-1"}
    findings = [
        _tried("凭证", TOKEN_CALL, ports.wechat.fetch_token, "微信接受 AppID、AppSecret 和本服务器的地址")
    ]
    if findings[0].is_right:
        draw = lambda: ports.wechat.code_image("check", PAGE)  # noqa: E731
        findings.append(_tried("小程序码", CODE_CALL, draw, f"微信画出了 {PAGE} 的码"))
        asked = Message("消息模板", settings.wechat_template_id, settings.template_keys())
        findings += _template(ports, asked, content.push("药房", 1, now, **sample))
        if settings.wechat_agent_template_id:
            told = Message("代办模板", settings.wechat_agent_template_id, settings.agent_template_keys())
            findings += _template(ports, told, content.agent_notice("药房", 1, now, **sample))
    else:
        findings += [Finding(step, None, "没有凭证，未试") for step in ("小程序码", "消息模板")]
    return [*findings, _callback(ports)]


def _tried(step: str, call: str, trial: Callable[[], object], right: str) -> Finding:
    """Return the result of a call to WeChat."""
    try:
        trial()
    except WeChatError as error:
        return _refused(step, call, error)
    return Finding(step, True, right)


def _refused(step: str, call: str, error: WeChatError) -> Finding:
    """Return the finding for a WeChat error, in the words of the one error table."""
    if isinstance(error, WeChatRefused | WeChatBusy) and error.errcode is not None:
        found = meaning(error.errcode, call)
        return Finding(step, False, f"{found.says}（{error.errcode}）", found.then)
    return Finding(step, False, "微信没有应答", "核对 YIBAO_WECHAT_BASE_URL 和本服务器能否访问外网")


def _template(ports: Ports, message: Message, sample: Content) -> list[Finding]:
    """Return what is wrong with a message's template, compared with its real keys."""
    step = message.step
    try:
        found = ports.wechat.template(message.template_id)
    except WeChatError as error:
        return [_refused(step, TEMPLATE_CALL, error)]
    if found is None:
        then = "在“订阅消息 → 我的模板”核对模板编号，改 YIBAO_WECHAT_TEMPLATE_ID 或 …_AGENT_TEMPLATE_ID"
        return [Finding(step, False, "本账号没有这个模板", then)]
    wrong = [*_key_faults(found, message.keys), *_value_faults(found, message.keys, sample)]
    wrong += _kind_faults(ports, found)
    if not wrong:
        return [Finding(step, True, f"“{found.title}”的字段都对得上：{_shown(found)}")]
    return [Finding(step, False, f"“{found.title}”：{says}", then) for says, then in wrong]


def _key_faults(found: TemplateFields, keys: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield missing keys, and configured keys that the template lacks."""
    then = f"改 YIBAO_WECHAT_TEMPLATE_KEYS（代办为 …_AGENT_TEMPLATE_KEYS）。模板的字段：{_shown(found)}"
    missing, others = set(found.labels) - set(keys.values()), set(keys.values()) - set(found.labels)
    if missing:
        yield f"没有填的字段 {'、'.join(sorted(missing))}", then
    if others:
        yield f"模板里没有的字段 {'、'.join(sorted(others))}", then


def _value_faults(found: TemplateFields, keys: dict[str, str], sample: Content) -> Iterator[tuple[str, str]]:
    """Yield keys that accept only listed values, where we send another."""
    for key, item in fields.cut(content.written(sample, keys)).items():
        choices = found.choices.get(key)
        if choices and item["value"] not in choices:
            yield f"{key} 只收 {'、'.join(choices)}，不收“{item['value']}”", "另选模板，或换一个字段"


def _kind_faults(ports: Ports, found: TemplateFields) -> Iterator[tuple[str, str]]:
    """Yield whether the template's type differs from the configured one."""
    kind = TemplateKind.LONG_TERM if found.long_term else TemplateKind.ONE_TIME
    if kind is not ports.settings.wechat_template_kind:
        yield f"模板是 {kind.value} 的", f"把 YIBAO_WECHAT_TEMPLATE_KIND 改为 {kind.value}，或另选模板"


def _shown(found: TemplateFields) -> str:
    return "、".join(f"{key}（{label}）" if label else key for key, label in found.labels.items())


def _callback(ports: Ports) -> Finding:
    """Return whether the public address answers a verification request signed as WeChat signs."""
    step, settings = "消息推送", ports.settings
    if settings.callbacks() is None:
        return Finding(step, False, "没有设置 YIBAO_WECHAT_CALLBACK_TOKEN", SAY_CALLBACK)
    token, timestamp = settings.wechat_callback_token.get_secret_value(), str(int(ports.now().timestamp()))
    nonce, echo = ports.random.token(), ports.random.token()
    signature = sealing.signature(token, timestamp, nonce)
    query = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}
    address = f"{settings.base_url}/wechat/callback"
    try:
        answer = httpx.get(address, params=query, timeout=ECHO_TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Finding(step, False, f"{address} 打不开（{type(error).__name__}）", SAY_CALLBACK)
    if answer.status_code == 200 and answer.text == echo:
        return Finding(step, True, f"{address} 应答正确")
    return Finding(step, False, f"{address} 应答不对（HTTP {answer.status_code}）", SAY_CALLBACK)
