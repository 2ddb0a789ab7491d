"""Who may sign a decision."""
