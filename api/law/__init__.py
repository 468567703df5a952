"""Records that the law requires before faces are processed; import `assessments`."""
