"""docs/openapi.json: the document a server of production answers under /openapi.json."""

import json

from api.app import blueprints
from api.http.docs.openapi import new_app


def openapi() -> str:
    """Return the OpenAPI document as text, one key a line, so that a review sees what has changed."""
    app = new_app()
    for blueprint in blueprints(demo=False):
        app.register_api(blueprint)
    return json.dumps(app.api_doc, ensure_ascii=False, indent=1) + "\n"
