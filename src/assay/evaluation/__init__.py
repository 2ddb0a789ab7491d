"""How good an extractor is: conversations with the knowledge they hold, and how much of it is found."""
