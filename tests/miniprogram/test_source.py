"""The mini-program's source: compiled by WeChat's own tools, typed, small, and in step with the server."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask

from api.http.uploads import appeal, frames
from api.messaging import agent_notice, more_asked, push, qr_code
from models.domain.person import RELATIONS, SELF
from scripts.codegen.__main__ import made
from scripts.demo.film import samples
from tests.miniprogram.node import run

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "miniprogram"
SIZE = 400_000
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|<!--.*?-->", re.S)


def sources(*endings: str) -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*") if path.suffix in endings)


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@pytest.mark.usefixtures("node_tools")
def test_typescript_reports_no_errors() -> None:
    run("node", "node_modules/typescript/bin/tsc", "-p", str(SOURCE / "tsconfig.json"))


@pytest.mark.usefixtures("node_tools")
def test_wechats_compilers_report_no_errors() -> None:
    said = run("node", "compile.mjs", str(SOURCE))
    assert said.strip() == f"{len(sources('.wxml'))} templates, {len(sources('.wxss'))} style sheets"


@pytest.mark.usefixtures("node_tools")
@pytest.mark.parametrize(
    ("ending", "broken"),
    [("wxml", "<view wx:if='{{a'></view>"), ("wxml", "<view><text></view>"), ("wxss", ".a { color: ")],
)
def test_wechats_compilers_report_an_invalid_file(tmp_path: Path, ending: str, broken: str) -> None:
    (tmp_path / "page.json").write_text("{}")
    (tmp_path / "page.wxml").write_text("<view></view>")
    (tmp_path / "page.wxss").write_text(".a { color: red; }")
    (tmp_path / f"page.{ending}").write_text(broken)
    with pytest.raises(AssertionError):
        run("node", "compile.mjs", str(tmp_path))


@pytest.mark.usefixtures("node_tools")
def test_the_pure_modules_pass_their_tests() -> None:
    run("node", "unit/run.mjs")


@pytest.mark.usefixtures("node_tools")
def test_types_states_and_the_list_of_calls_are_current() -> None:
    stale = [path.name for path, text in made().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m scripts.miniprogram"


@pytest.fixture(scope="module")
def bodies(node_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the TypeScript makes of three photos and of an appeal."""
    folder = tmp_path_factory.mktemp("bodies")
    photos = [str(samples() / photo) for photo in PHOTOS]
    run("node", "unit/multipart-bytes.mjs", str(folder), *photos)
    return folder


PHOTOS: Sequence[str] = ("single_face.jpg", "0-f1-su-ph.jpg", "0-f15-hao-ph.jpg")


def sent(bodies: Path, form: str) -> dict[str, object]:
    return {"data": (bodies / form).read_bytes(), "content_type": (bodies / f"{form}.type").read_text()}


def test_frames_arrive_as_they_were_filmed(bodies: Path) -> None:
    with Flask("server").test_request_context("/", method="POST", **sent(bodies, "frames")):
        got = frames()
    assert [(one.seq, one.t_ms, one.kind, one.mirrored) for one in got] == [
        (0, 0, "motion", False),
        (1, 200, "evidence", True),
        (2, 400, "motion", False),
    ]
    assert [one.image for one in got] == [(samples() / photo).read_bytes() for photo in PHOTOS]


def test_an_appeal_arrives_as_it_was_written(bodies: Path) -> None:
    with Flask("server").test_request_context("/", method="POST", **sent(bodies, "appeal")):
        fields, photos = appeal()
    assert (fields.reason, fields.statement) == (
        "photo_outdated",
        '登记照片是十年前拍的，"请"人工核实。\nØ🙂',
    )
    assert photos == [(samples() / PHOTOS[0]).read_bytes()]


def test_the_package_is_below_wechats_size_limit() -> None:
    types = SOURCE / "services/contract.ts"  # compiled, there is nothing left of it
    assert not re.search(r"^export (const|function|class|enum)", types.read_text(encoding="utf-8"), re.M)
    stays = {"project.config.json", "tsconfig.json", types.name}
    files = [path for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".md"]
    size = sum(path.stat().st_size for path in files if path.name not in stays)
    print(f"mini-program: {size / 1000:.0f} KB of {SIZE / 1000:.0f}")
    assert size < SIZE


def test_every_page_is_complete_and_listed() -> None:
    pages = json.loads((SOURCE / "app.json").read_text(encoding="utf-8"))["pages"]
    found = {path.with_suffix("").relative_to(SOURCE).as_posix() for path in SOURCE.glob("pages/*/*.wxml")}
    assert set(pages) == found
    for page in pages:
        files = [SOURCE / f"{page}.{ending}" for ending in ("json", "ts", "wxml")]
        assert [file.name for file in files if not file.exists()] == []


def test_every_page_that_a_message_or_a_code_opens_is_listed() -> None:
    pages = json.loads((SOURCE / "app.json").read_text(encoding="utf-8"))["pages"]
    renewal = more_asked.RENEWAL_PAGE.partition("?")[0]
    told = {push.PAGE, agent_notice.PAGE, more_asked.MORE_PAGE, renewal, qr_code.SUBSCRIBE_PAGE}
    assert told <= set(pages)


def test_ios_clips_the_camera_and_devtools_finds_its_ways_in() -> None:
    oval = (SOURCE / "components/oval-guide/oval-guide.wxss").read_text(encoding="utf-8")
    clipped = re.search(r"\.hole \{(.*?)\}", oval)
    assert clipped and all(
        word in clipped[1] for word in ("overflow: hidden", "translate3d", "-webkit-backface-visibility")
    )
    config = json.loads((SOURCE / "project.config.json").read_text(encoding="utf-8"))
    assert "miniprogramRoot" not in config
    ways = {one["pathName"] for one in config["condition"]["miniprogram"]["list"]}
    pages = set(json.loads((SOURCE / "app.json").read_text(encoding="utf-8"))["pages"])
    assert len(ways) > 3 and ways <= pages


def test_devtools_are_asked_only_for_what_the_pages_have() -> None:
    walk = (ROOT / "tests/miniprogram/wechat/walk.mjs").read_text(encoding="utf-8")
    looks = re.findall(r"look\('\w+', '/(pages/\w+/\w+)[^']*', \[(.*?)\]", walk)
    assert len(looks) > 5
    for page, ids in looks:
        source = (SOURCE / f"{page}.wxml").read_text(encoding="utf-8")
        assert [one for one in re.findall(r"'(\S+?)'", ids) if f'id="{one}"' not in source] == [], page


def test_every_component_that_is_used_exists() -> None:
    for path in sources(".json"):
        for component in json.loads(path.read_text(encoding="utf-8")).get("usingComponents", {}).values():
            assert (SOURCE / f"{component[1:]}.ts").exists(), f"{name(path)} uses {component}"


def test_every_text_is_in_the_strings() -> None:
    for path in sources(".ts", ".wxml", ".wxss", ".wxs"):
        if name(path).startswith(("services/strings/", "services/contract.ts", "services/notice.ts")):
            continue
        text = COMMENT.sub("", path.read_text(encoding="utf-8"))
        assert not HAN.search(text), f"{name(path)}: {HAN.findall(text)}"


def test_templates_keep_to_what_the_team_agreed_on() -> None:
    for path in sources(".wxml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(bind|catch)[a-z]+=", text), f"{name(path)}: write bind:tap"
        assert not re.search(r"\srole=", text), f"{name(path)}: WeChat reads aria-role"
        assert not re.search(r"\{\{\s*\}\}", text), f"{name(path)}: empty braces"
        assert set(re.findall(r"\bwx:([a-z]+)=?", text)) <= {
            "if",
            "elif",
            "else",
            "for",
            "key",
            "item",
            "index",
        }


def test_nothing_is_installed_from_npm_to_run() -> None:
    assert not list(SOURCE.rglob("package.json")) and not list(SOURCE.rglob("miniprogram_npm"))
    for path in sources(".ts"):
        for module in re.findall(r"from '([^']+)'", path.read_text(encoding="utf-8")):
            assert module.startswith("."), f"{name(path)} imports {module}"


def test_app_json_asks_for_what_wechat_needs() -> None:
    app = json.loads((SOURCE / "app.json").read_text(encoding="utf-8"))
    wanted = {
        "__usePrivacyCheck__": True,
        "lazyCodeLoading": "requiredComponents",
        "componentFramework": "glass-easel",
        "glassEaselWebview": True,
    }
    assert {key: app[key] for key in wanted} == wanted
    library = json.loads((SOURCE / "project.config.json").read_text(encoding="utf-8"))["libVersion"]
    assert tuple(map(int, library.split("."))) >= (3, 8, 12)


def test_modules_are_small_and_nothing_is_left_for_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    for path in sources(".ts"):
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in words), name(path)
        if not name(path).startswith(("services/strings/", "services/contract.ts")):
            assert len(text.splitlines()) <= 200, name(path)


def test_the_phone_offers_the_relations_of_the_counter() -> None:
    strings = (SOURCE / "services/strings/zh.ts").read_text(encoding="utf-8")
    offered = strings.partition("  relations: {")[2].partition("}")[0]
    assert tuple(re.findall(r"'(.+?)'", offered)) == (SELF, *RELATIONS)
