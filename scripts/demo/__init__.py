"""The demo: set up from nothing, play the story over HTTP, stay up."""
