"""One fact that two texts say differently."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact in the words of the two texts. None: the text says nothing there."""

    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f'"{self.after}" was added'
        return f"{self.before} -> {self.after}" if self.after else f'"{self.before}" was removed'
