"""One function for each thing a person or a job does."""
