"""The server's home page."""

from tests.support.world import World


def test_the_home_page_explains_the_service_and_links_on(world: World) -> None:
    answer = world.app.test_client().get("/")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "医保人脸核验" in html
    for link in ("/docs/guide", "/docs", "/openapi.json", "/healthz"):
        assert f'href="{link}"' in html
        assert world.app.test_client().get(link, follow_redirects=True).status_code == 200
