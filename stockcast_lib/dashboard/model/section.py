"""What the parts below the forecast have in common."""

from traitlets import HasTraits

from stockcast_lib.dashboard.model.run import Run
from stockcast_lib.dashboard.reader import Reader


class Section(HasTraits):
    """A part that looks closer at the forecast in view. One that is closed costs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.run: Run | None = None
        self.reader = Reader()

    def show(self, run: Run | None, reader: Reader) -> None:
        """Be about a finished run, or about none; called while the section is open."""
        changed = run is not self.run or reader != self.reader
        self.run, self.reader = run, reader
        if changed:
            self.refresh()

    def refresh(self) -> None:
        """Take in another run or another reader."""
        raise NotImplementedError
