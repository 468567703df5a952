"""The two heaviest nets on the fastest engine that is installed and says the same as OpenCV."""
