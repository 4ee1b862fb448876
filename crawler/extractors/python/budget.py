"""Bounds on the work for one project, so that hostile sources end in time."""

MAX_STEPS = 600_000  # evaluated nodes and statements; real packages of 100 tools take under 100,000
MAX_SHARE = 200_000  # of them for one module, one function that nobody calls, or one registration
MAX_ASIDE = 30_000  # of a share for one call, with all below it, of a function that registers nothing itself
MAX_DEPTH = 120  # nested expressions, through calls
MAX_CALLS = 24  # nested calls of the tree's own functions
MAX_ELEMENTS = 20_000  # of one container
MAX_TEXT = 2_000_000  # characters of one string
MAX_FILE = 4_000_000  # bytes of one source file that is parsed
MAX_ITERATIONS = 2_000  # of one loop


class BudgetExceededError(Exception):
    """The steps for this project are used up; what was found so far stands."""


class Budget:
    """A counter of steps, given out in shares so that one hostile module does not use up all of it."""

    __slots__ = ("_reserve", "_whole", "left")

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = 0
        self._reserve = self._whole = steps

    @property
    def spent(self) -> int:
        """Steps taken so far."""
        return self._whole - self._reserve - max(self.left, 0)

    def share(self, steps: int = MAX_SHARE) -> None:
        """Start a new share, of at most what remains of the whole."""
        self._reserve += max(self.left, 0)
        self.left = min(steps, max(self._reserve // 2, 1))
        self._reserve -= self.left

    def spend(self, steps: int = 1) -> None:
        """Take `steps`. Raises `BudgetExceededError` when the share is used up."""
        self.left -= steps
        if self.left < 0:
            raise BudgetExceededError
