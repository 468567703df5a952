"""What the law on personal data asks to be kept: impact assessments and what persons ask for."""
