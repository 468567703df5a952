"""Lists of what an installation holds: filtered, sorted, a page at a time by key, or as CSV."""
