"""The record that the law asks for before faces are processed; import `assessments`."""
