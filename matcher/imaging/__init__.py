"""What one picture shows: decoding, face and mesh detection, quality and cover.

Import any module; this package knows nothing of captures, templates or HTTP.
"""
