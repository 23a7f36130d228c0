"""What runs inside a checker process. Nothing outside of it imports this, or mypy."""
