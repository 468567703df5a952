"""What the simulator's page says beside the messages."""

from pathlib import Path

from tests.support.simulated import Simulator


def test_whose_messages_they_are_stands_beside_them_where_a_file_says_so(tmp_path: Path) -> None:
    names = tmp_path / "names.json"
    names.write_text(
        '{"persons": [{"name": "李建国", "openid": "o1"}], "shops": [{"staff_openid": "o2", "name": "药房"}]}'
    )
    with Simulator(SIM_NAMES=str(names), SIM_PHONE_URL="http://127.0.0.1:8002") as named:
        named.allow("o1")
        named.allow("o2")
        page = named.http.get("/").text
        names.unlink()
        assert "李建国" not in named.http.get("/").text.split("<nav")[1].split("</nav>")[0]
    assert "<b>李建国</b>" in page and "<b>收费员 · 药房</b>" in page
    assert 'action="http://127.0.0.1:8002/purchase"' in page and "open?who=staff" in page
