"""Runs the heaviest nets on the fastest installed engine that agrees with OpenCV; import `choice`."""
