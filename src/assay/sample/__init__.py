"""The sample chat, shipped with the package."""
