"""What an operator is given to install, tried by the programs that will read it."""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gunicorn
import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from api.beats import Beats
from api.health.table_figures import TableFigures
from matcher.service import app as matcher_service
from tests.e2e.test_nginx import certificate
from tests.support.world import World

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "scripts/deploy"
NAME = "yibao.example.org"


def program(name: str, how: str) -> str:
    """Return the program's path; left out loudly where it is missing, an error in CI."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        message = f"NO {name.upper()}: the files for it were not tried. {how}"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return str(found)


def ran(*words: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **more)


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield the files as install.sh lays them, below a folder; laid twice, as at an upgrade."""
    root = tmp_path_factory.mktemp("laid")
    for _ in range(2):
        done = ran("bash", DEPLOY / "install.sh", "--root", root, "--name", NAME, cwd="/")
        assert done.returncode == 0, done.stderr
    yield root


def test_nobody_but_root_can_read_the_secrets_and_an_upgrade_keeps_them(laid: Path) -> None:
    for name in ("env", "matcher.env"):
        assert stat.S_IMODE((laid / "etc/yibao" / name).stat().st_mode) == 0o600
    before = (laid / "etc/yibao/env").read_text(encoding="utf-8")
    assert ran("bash", DEPLOY / "install.sh", "--root", laid, "--name", NAME).returncode == 0
    assert (laid / "etc/yibao/env").read_text(encoding="utf-8") == before
    assert f"YIBAO_BASE_URL=https://{NAME}" in before
    # The matcher knows neither database nor vault.
    assert set(re.findall(r"(?m)^(\w+)=", (laid / "etc/yibao/matcher.env").read_text())) == {
        "YIBAO_MATCHER_SECRET",
        "YIBAO_PAD_DIR",
    }


@pytest.mark.parametrize("name", ["", "bad name", "a;rm -rf", "$(id)", "-x", "UPPER.example"])
def test_an_invalid_name_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    done = ran("bash", DEPLOY / "install.sh", "--root", tmp_path, "--name", name)
    assert done.returncode == 2 and list(tmp_path.iterdir()) == []


def test_the_matchers_run_before_the_check_that_asks_them() -> None:
    """On a machine that is installed for the first time nothing else would ever start them."""
    text = (DEPLOY / "install.sh").read_text(encoding="utf-8")
    assert (
        text.index('restart "yibao-matcher@')
        < text.index("yibao-deploy check || {")
        < text.index("api@1 api@2;")
    )


def test_what_a_new_release_lacks_is_said_before_anything_is_switched() -> None:
    """A process that ended in between would not start again."""
    text = (DEPLOY / "install.sh").read_text(encoding="utf-8").partition("\nstart() {")[2]
    assert text.index("scripts setting show") < text.index("models.migrate") < text.index("    switch\n")


@pytest.mark.parametrize("name", ["api", "worker", "matcher"])
def test_a_running_service_imports_nothing_of_the_release_after_it(name: str, tmp_path: Path) -> None:
    """After the switch the link leads to other files than those the process began with."""
    release, current = tmp_path / "releases/1", tmp_path / "current"
    venv.create(release / "venv", symlinks=True)
    libraries = release / f"venv/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    (libraries / "here.pth").write_text(f"{Path(gunicorn.__file__).parents[1]}\n", encoding="utf-8")
    show = "import sys\nprint(sys.prefix, sys.executable, *sys.path, sep='\\n')\nsys.exit()\n"
    for module in ("api/worker.py", "api/serving.py", "matcher/serving.py"):
        (release / module).parent.mkdir(exist_ok=True)
        (release / module).write_text(show, encoding="utf-8")
    current.symlink_to("releases/1")
    unit = (DEPLOY / f"systemd/yibao-{name}@.service").read_text(encoding="utf-8")
    (command,) = re.findall("(?m)^ExecStart=(.+)$", unit)
    environment = {"PATH": os.environ.get("PATH", ""), "PWD": str(current)}
    done = ran(*shlex.split(command), cwd=current, env=environment)
    paths = done.stdout.splitlines()
    assert done.returncode == 0 and paths[0] == str(release / "venv"), done.stderr
    assert str(release) in paths and str(libraries) in paths
    assert not [path for path in paths if path.startswith(str(current))]


@pytest.mark.parametrize("name", ["yibao", "yibao-deploy"])
def test_a_command_keeps_to_the_release_it_began_with(name: str, laid: Path) -> None:
    text = (laid / "usr/local/bin" / name).read_text(encoding="utf-8")
    assert text.count("/opt/yibao/") == 1 and "release=$(readlink -f /opt/yibao/current)\n" in text
    assert ran("sh", "-n", laid / "usr/local/bin" / name).returncode == 0


def test_every_line_of_the_environment_reaches_a_command_as_it_stands(tmp_path: Path) -> None:
    """A shell that evaluated the file would split addresses and run what stands in them."""
    script = (DEPLOY / "environment.sh").read_text(encoding="utf-8")
    (tmp_path / "env").write_text("# a remark\n\nYIBAO_DATABASE_URL=postgresql://u:p$(id)@h/d?a=1&b=2 3\n")
    (tmp_path / "read.sh").write_text(script.replace("/etc/yibao/env", str(tmp_path / "env")))
    done = ran("sh", "-c", f". {tmp_path}/read.sh; printenv YIBAO_DATABASE_URL")
    assert done.stdout == "postgresql://u:p$(id)@h/d?a=1&b=2 3\n"


def test_systemd_takes_the_units_and_each_gives_up_what_it_does_not_need(laid: Path, tmp_path: Path) -> None:
    analyze = program("systemd-analyze", "apt-get install systemd")
    units = laid / "etc/systemd/system"
    for unit in units.glob("yibao*"):
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(text.replace("/etc/yibao/", f"{laid}/etc/yibao/"))
        if unit.suffix == ".service":
            kind = unit.name.removeprefix("yibao-").removesuffix("@.service")
            for line in (
                f"User=yibao-{kind}", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=always",
                "CapabilityBoundingSet=",
            ):  # fmt: skip
                assert f"\n{line}\n" in text, (unit.name, line)
            assert "\nMemoryMax=" in text
    done = ran(analyze, "verify", *sorted(tmp_path.iterdir()))
    assert (done.returncode, done.stderr) == (0, "")
    # Debian's unit leaves a killed nginx away.
    assert "Restart=always" in (units / "nginx.service.d/yibao.conf").read_text(encoding="utf-8")


def test_the_same_release_is_not_installed_twice(laid: Path) -> None:
    assert len(list((laid / "opt/yibao/releases").iterdir())) == 1


def test_a_release_that_is_laid_but_not_switched_to_is_kept(laid: Path) -> None:
    """As after a migration or a check of settings that failed."""
    current, releases = laid / "opt/yibao/current", laid / "opt/yibao/releases"
    (release,) = releases.iterdir()
    before = releases / "20260101000000"
    before.mkdir()
    current.unlink()
    current.symlink_to(f"releases/{before.name}")
    assert ran("bash", DEPLOY / "install.sh", "--root", laid, "--name", NAME).returncode == 0
    assert set(releases.iterdir()) == {before, release} and current.resolve() == release.resolve()
    before.rmdir()


def test_a_release_is_not_switched_to_under_running_services_before_the_schema_is_ready() -> None:
    text = (DEPLOY / "install.sh").read_text(encoding="utf-8")
    assert '{ [ -z "$start" ] && ! in_use; }; then switch; fi' in text


def test_nginx_takes_its_configuration_and_writes_no_address(laid: Path, tmp_path: Path) -> None:
    nginx = program("nginx", "make nginx")
    etc = laid / "etc/nginx"
    certificate(tmp_path)
    text = (etc / "nginx.conf").read_text(encoding="utf-8")
    assert "yibao.example.cn" not in text and f"server_name {NAME};" in text
    for was, now in (
        ("/etc/nginx/tls", tmp_path),
        ("/etc/nginx/yibao", f"{etc}/yibao"),
        ("/run/", f"{tmp_path}/"),
    ):
        text = text.replace(str(was), str(now))
    text = text.replace("/var/log/nginx", str(tmp_path))
    (etc / "tried.conf").write_text(text, encoding="utf-8")
    done = ran(nginx, "-t", "-q", "-c", etc / "tried.conf")
    assert (done.returncode, done.stderr) == (0, "")
    formats = re.findall(r"log_format[^;]+;", text)
    assert len(formats) == 1 and not re.search(r"\$(request|request_uri|uri|args|http_referer)\b", formats[0])
    assert "error_log /dev/null emerg;" in text.partition("http {")[2]


def test_prometheus_takes_the_rules_and_each_alert_fires_where_it_must() -> None:
    promtool = program("promtool", "make prometheus")
    rules = DEPLOY / "prometheus"
    for words in (("check", "rules", "rules.yml"), ("test", "rules", "rules_test.yml")):
        done = ran(promtool, *words, cwd=rules)
        assert done.returncode == 0, done.stdout + done.stderr


FOREIGN = {"probe_ssl_earliest_cert_expiry"}


def shown(world: World) -> set[str]:
    """Return every figure that our processes show."""
    registry = CollectorRegistry()
    Beats(world.ports).beat(1)
    registry.register(
        TableFigures(world.ports.settings, world.ports.database, world.ports.now, writes_anchors=True)
    )
    assert matcher_service.WAITING is not None
    text = (generate_latest(registry) + generate_latest(REGISTRY)).decode()
    kinds = dict(re.findall(r"# TYPE (\S+) (\w+)", text))
    buckets = {f"{name}_bucket" for name, kind in kinds.items() if kind == "histogram"}
    return kinds.keys() | buckets


def test_every_figure_that_is_watched_is_one_that_is_shown(world: World) -> None:
    names = shown(world)
    rules = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text(encoding="utf-8"))
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((DEPLOY / "grafana/yibao.json").read_text(encoding="utf-8"))
    asked += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    watched = {name for expr in asked for name in re.findall(r"\b(?:yibao|probe)_[a-z_]+", expr)}
    assert len(watched) > 15
    assert watched - names - FOREIGN == set()
    # The other way round: nothing is shown that nobody looks at.
    ours = {
        name for name in names if name.startswith("yibao_") and not name.endswith(("_created", "_bucket"))
    }
    unwatched = {name for name in ours if name not in watched and f"{name}_bucket" not in watched}
    assert unwatched == set()


def manifests() -> list[dict[str, Any]]:
    text = (DEPLOY / "kubernetes/yibao.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load_all(text))


@pytest.mark.parametrize("version", ["1.28", "1.33"])
def test_kubernetes_schemas_take_every_manifest(version: str) -> None:
    for document in manifests():
        kubernetes_validate.validate(document, version, strict=True)


def test_every_container_is_probed_bounded_and_without_privileges(world: World) -> None:
    pods = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]
        for one in manifests()
        if "template" in one.get("spec", {})
    }
    assert set(pods) == {"yibao-migrate", "yibao-api", "yibao-worker", "yibao-matcher"}
    routes = {rule.rule for rule in world.app.url_map.iter_rules()} | {"/health"}
    for name, pod in pods.items():
        (container,) = pod["containers"]
        # The addresses of Services would come as YIBAO_API_PORT and the like, which are no settings.
        assert pod["enableServiceLinks"] is False
        assert pod["securityContext"]["runAsNonRoot"] and "memory" in container["resources"]["limits"]
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        probes = [probe for kind, probe in container.items() if kind.endswith("Probe")]
        assert probes or name == "yibao-migrate"
        assert {probe["httpGet"]["path"] for probe in probes if "httpGet" in probe} <= routes
    scaler = next(one for one in manifests() if one["kind"] == "HorizontalPodAutoscaler")
    assert scaler["spec"]["metrics"][0]["pods"]["metric"]["name"] == "yibao_matcher_waiting"


def test_the_compose_specification_takes_the_file_and_what_it_mounts_exists() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    # Docker resolves merge keys before it reads the file; this reader does not.
    PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(text)))
    services = yaml.safe_load(text)["services"]
    assert {"postgres", "redis", "migrate", "matcher", "api", "worker", "nginx"} == set(services)
    mounted = [volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])]
    files = [path for path in mounted if path.startswith((".", "/")) and path.endswith(".conf")]
    assert len(files) == 3 and all((DEPLOY / path).is_file() for path in files)


def test_files_copied_into_the_image_exist() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert len(copied) > 5 and all((ROOT / path).exists() for path in copied)
