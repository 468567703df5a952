import pytest

from api.hosting.exposure import is_exposed


@pytest.mark.parametrize(
    ("bind", "exposed"),
    [
        ("0.0.0.0:8000", True),
        ("[::]:8000", True),
        (":8000", True),
        ("0.0.0.0", True),
        ("8.8.8.8:80", True),
        ("[2001:4860:4860::8888]:80", True),
        ("127.0.0.1:8000", False),
        ("[::1]:8000", False),
        ("10.1.2.3:8000", False),
        ("192.168.1.5:8000", False),
        ("[fd00::1]:8000", False),
        ("unix:/run/yibao.sock", False),
        ("localhost:8000", False),
    ],
)
def test_a_server_on_all_addresses_or_a_public_one_is_exposed(bind: str, exposed: bool) -> None:
    assert is_exposed(bind) is exposed
