"""The shell that runs a student's cells: one IPython shell without history, whose outputs become plain data."""

import base64
import io
import json
import math
import sys
import warnings

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from ..answers import MIME

LEFT_OUT = "[The rest of the output was left out: this notebook had already written"
CUT = f"\n{LEFT_OUT} {{:g}} MB.]\n"
SMALL = 64 << 10  # bytes of an answer record that is kept when everything else is cut


class Recorder:
    """The outputs of the cell that runs, as nbformat stores them, within a number of bytes for the notebook."""

    def __init__(self):
        self.outputs, self.count = [], None
        self.allow(math.inf)

    def allow(self, size: float) -> None:
        """Begin a notebook that may write `size` bytes of output."""
        self.allowed = self.left = size

    def take(self) -> list[dict]:
        """Return the outputs since the last call, and begin anew."""
        outputs, self.outputs = self.outputs, []
        return outputs

    def stream(self, name: str, text: str) -> None:
        """Add printed text; neighbouring pieces of one stream become one output."""
        if text := self._afford(text):
            if self.outputs and self.outputs[-1].get("name") == name:
                self.outputs[-1]["text"].append(text)
            else:
                self.outputs.append({"output_type": "stream", "name": name, "text": [text]})

    def rich(self, kind: str, data: dict, **more) -> None:
        """Add something displayed; of what is too large only the answer record stays."""
        data = {str(mime): plain(value) for mime, value in data.items()}
        size = len(json.dumps(data))
        if size > self.left:
            kept = {mime: value for mime, value in data.items() if mime == MIME and len(json.dumps(value)) <= SMALL}
            if self.left <= 0 and not kept:
                return  # it was said once
            data, size = {"text/plain": CUT.strip().format(self.allowed / 1e6), **kept} if self.left > 0 else kept, self.left
        self.left -= size
        self.outputs.append({"output_type": kind, "data": data, "metadata": {}, **more})

    def _afford(self, text: str) -> str:
        if self.left <= 0:
            return ""
        if len(text) > self.left:
            text = text[: int(self.left)] + CUT.format(self.allowed / 1e6)
        self.left -= len(text)
        return text


RECORDER = Recorder()


def plain(value):
    """Return displayed data as JSON can hold it: pictures as base64, anything unknown as text."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, bool, int)) or isinstance(value, float) and math.isfinite(value):
        return value
    return str(value)


class Stream(io.TextIOBase):
    """What `print` writes to: standard output or standard error of the notebook."""

    encoding = "utf-8"

    def __init__(self, name: str):
        self.label = name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        RECORDER.stream(self.label, text)
        return len(text)


class Publisher(DisplayPublisher):
    """What `display` writes to."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **ignored):
        mark = (transient or {}).get("display_id")
        if update:
            for output in RECORDER.outputs:
                if mark is not None and output.get("mark") == mark:
                    output["data"] = {str(mime): plain(value) for mime, value in data.items()}
            return
        RECORDER.rich("display_data", data, **({"mark": mark} if mark else {}))

    def clear_output(self, wait=False):
        RECORDER.outputs.clear()


class Hook(DisplayHook):
    """What takes the value of a cell's last line."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        RECORDER.rich("execute_result", format_dict, execution_count=self.prompt_count)

    def finish_displayhook(self):
        pass


class ShellLikeZMQ(InteractiveShell):
    """IPython as a notebook has it. (pandas looks for “zmq” in the name to know that it is in one.)"""

    display_pub_class = Type(Publisher)
    displayhook_class = Type(Hook)

    def _showtraceback(self, etype, evalue, stb):
        lines = [str(line) for line in stb]
        room = max(0, int(min(RECORDER.left, 1 << 20)))
        text = "\n".join(lines)
        RECORDER.left -= min(len(text), room)
        if len(text) > room:
            text = text[:room] + CUT.format(RECORDER.allowed / 1e6)
        RECORDER.outputs.append({"output_type": "error", "ename": str(getattr(etype, "__name__", etype)),
                                 "evalue": str(evalue)[:10_000], "traceback": text.split("\n")})


def make() -> ShellLikeZMQ:
    """Return the one shell of this process, with matplotlib showing its figures in the notebook."""
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.enable_tip = False
    shell = ShellLikeZMQ.instance(config=settings)
    shell.set_hook("show_in_pager", lambda *texts, **more: None, 0)  # `name?` opens no pager: nobody is there to close it
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")

    import matplotlib

    matplotlib.use("module://matplotlib_inline.backend_inline")
    matplotlib.interactive(True)  # as a notebook sets it: figures left open are shown at the end of the cell
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support(shell, matplotlib.get_backend())
    return shell


def warm() -> None:
    """Do once what is slow the first time: fonts, the first chart, the tables."""
    import pandas as pd

    from .. import cite, load, show
    from ..show import lines
    from ..tables import FOLDERS, package

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = [resource["name"] for folder in FOLDERS for resource in package(folder)["resources"]]
        tables = {name: load(name) for name in names}
        frame = pd.DataFrame({"year": [2014, 2015], "China": [1.0, 2.0]})
        frame.merge(frame.query("year == 2014"), on="year").pivot(index="year", columns="China_x", values="China_y")._repr_html_()
        if "source" in tables.get("trade", {}):
            show(lines(frame, ["China"], "US$ bn"), caption="A", source=cite(tables["trade"]), alt="Two years of one line", table=frame)


def play(shell, cells: list[dict], deliver) -> None:
    """Run cells one by one; hand each cell's outputs to `deliver` as soon as it ends. An error ends its own cell only."""
    for cell in cells:
        result = shell.run_cell(cell["source"], store_history=True)
        outputs = [{**output, "text": "".join(output["text"])} if output["output_type"] == "stream" else output
                   for output in RECORDER.take()]
        for output in outputs:
            output.pop("mark", None)
        deliver({"id": cell["id"], "count": result.execution_count, "outputs": outputs})
