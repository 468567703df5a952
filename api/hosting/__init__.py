"""What an installation must set, and the addresses it may listen on; import `rules`, `forms`, `exposure`.

`api.settings` reads the settings (`installation`) from the environment.
"""
