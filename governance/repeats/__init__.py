"""What was reported before: the same thing nearby, or in much the same words."""
