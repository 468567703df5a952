"""An order number is the till's own: kept as it is, or refused."""

import pytest

from api.settings import SettingsWrong, check
from tests.support.world import World, purchase


@pytest.mark.parametrize("order_no", [" A-1", "A-1 ", "\u3000A-1", "A-1\u00a0"])
def test_a_padded_order_number_is_refused(world: World, order_no: str) -> None:
    answer = world.till().post("/v1/verifications", json=purchase(order_no=order_no))
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


def test_blanks_inside_an_order_number_are_kept(world: World) -> None:
    answer = world.till().post("/v1/verifications", json=purchase(order_no="A 1"))
    assert answer.status_code == 201
    found = world.till().get("/v1/verifications", query_string={"order_no": "A 1"})
    assert found.status_code == 200


def test_a_base_url_with_a_path_is_refused_at_the_start(world: World) -> None:
    settings = world.ports.settings.model_copy(update={"base_url": "https://host/yibao"})
    with pytest.raises(SettingsWrong, match="YIBAO_BASE_URL .* must have no path"):
        check(settings)
