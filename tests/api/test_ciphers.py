"""The Chinese algorithms by setting."""

import base64

import pytest
from pydantic import SecretStr

from api.settings import SM3
from models.vault import IndexKey
from tests.support.world import SECRET, World


@pytest.mark.parametrize(("given", "sm3"), [(SECRET, False), (SM3 + SECRET, True)])
def test_the_index_secret_names_its_digest(world: World, given: str, sm3: bool) -> None:
    settings = world.ports.settings.model_copy(update={"vault_index_secret": SecretStr(given)})
    assert settings.vault_index() == IndexKey(base64.b64decode(SECRET), sm3)
