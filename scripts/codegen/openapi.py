"""docs/openapi.json: the document that a production server returns at /openapi.json."""

import json

from api.app import blueprints
from api.http.docs.openapi import new_app


def openapi() -> str:
    """Return the OpenAPI document as indented JSON, so that diffs are readable."""
    app = new_app()
    for blueprint in blueprints(demo=False):
        app.register_api(blueprint)
    return json.dumps(app.api_doc, ensure_ascii=False, indent=1) + "\n"
