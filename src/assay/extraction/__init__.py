"""From raw chats to proposals: reading files, storing messages, and one extraction run after the other."""
