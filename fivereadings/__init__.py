"""Five Readings: helpers for a teaching module on Russia and China since 2014.

Students meet five verbs: `load` a table, `show` it with its source, `explore` a view
with controls, `check` an answer, `cite` the figures. Everything else stands in the
module that bears its name.
"""

from .checking import check, expect
from .show import show
from .tables import cite, load
from .widgets import explore

__version__ = "0.1.0"
__all__ = ["check", "cite", "expect", "explore", "load", "show"]
