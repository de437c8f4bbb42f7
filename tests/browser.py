"""Drive JupyterLab in Chromium: what the browser tests, the benchmark and the pictures of the units share."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from conftest import BIN, ROOT

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
OUTPUTS = ".jp-OutputArea-output"
READY = "() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
FILL = {"Pseudonym": "birch", "Paragraphs": "7"}  # what a box for text is given by its label; others get a sentence
SENTENCE = "Two lines from 2015 to 2024 in million tonnes, and the upper one falls in a single year"

# Watch a widget's content. The promise is kept once the content has changed (and is the `wanted` one, where that is known) and
# the kernel has nothing left to do. It gives the content, pictures shortened, and the milliseconds from the control's change to the picture.
WATCH = """(screen, wanted) => {
  const idle = """ + READY + """, before = screen.innerHTML;
  const content = () => screen.innerHTML.replace(/data:image[^"]*/g, bytes => bytes.length + ' ' + bytes.slice(-40));
  let from, to;
  document.addEventListener('change', () => { from ??= performance.now(); }, {capture: true, once: true});
  window.change = new Promise((kept, broken) => {
    const started = performance.now();
    const look = async () => {
      if (screen.innerHTML === before) return;
      await Promise.all([...screen.querySelectorAll('img')].map(picture => picture.decode()));
      await new Promise(requestAnimationFrame);
      to = performance.now();
    };
    const observer = new MutationObserver(look);
    observer.observe(screen, {childList: true, subtree: true, characterData: true});
    const clock = setInterval(() => {
      const late = performance.now() - started > 60000;
      if (!late && !(to && idle() && (wanted ? content() === wanted : screen.innerHTML !== before))) return;
      clearInterval(clock);
      observer.disconnect();
      late ? broken(new Error('the picture did not change')) : kept({content: content(), ms: to - from});
    }, 15);
  });
}"""


def why_no_browser() -> str:
    """Say why nothing can be tried in a browser here, or return ""."""
    if os.environ.get("FIVEREADINGS_NO_BROWSER"):
        return "FIVEREADINGS_NO_BROWSER is set"
    return "" if CHROMIUM else "no Chromium was found on PATH"


@contextlib.contextmanager
def chromium():
    """Start Chromium and give it as Playwright's Browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def serving(words, ready: str, log, **how):
    """Run `python -m words` and give its address once `ready` (a path) answers there; end it afterwards.

    "{port}" in a word becomes a free port; `log` is the file for what it prints; `how` goes to Popen.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with open(log, "w") as written:
        server = subprocess.Popen([sys.executable, "-m", *(word.replace("{port}", str(port)) for word in words)], stdout=written, stderr=written, **how)
        try:
            for _ in range(240):
                if server.poll() is not None:
                    raise RuntimeError(f"{words[0]} ended before it answered; see {log}")
                try:
                    urllib.request.urlopen(address + ready, timeout=5)
                    break
                except OSError:
                    time.sleep(0.25)
            else:
                raise RuntimeError(f"{words[0]} did not answer; see {log}")
            yield address
        finally:
            server.terminate()
            server.wait()


@contextlib.contextmanager
def serving_beside_a_browser(words, log):
    """Run Python with `words`, a command that serves something and opens it, and give the address that it prints; end it afterwards.

    The browser stands for one that returns only once it is closed. `log` is the file for what the command prints as errors.
    """
    env = {**os.environ, "FIVEREADINGS_HOME": str(ROOT), "BROWSER": "sh -c cat %s"}  # `cat` waits for the end of its input
    with open(log, "w") as written, subprocess.Popen([sys.executable, "-P", *words], env=env, text=True, stdin=subprocess.PIPE,
                                                     stdout=subprocess.PIPE, stderr=written) as server:
        late = threading.Timer(240, server.kill)
        late.start()
        try:
            shown = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
            late.cancel()
            if shown is None:
                raise RuntimeError(f"no address was printed; on its terminal stands: {log.read_text(encoding='utf-8')}")
            yield shown.group()
        finally:
            late.cancel()
            server.terminate()
            server.communicate(timeout=60)


def jupyterlab(place, *more, token="reader", **how):
    """Serve the folder `place` in JupyterLab: a context manager that gives the address. `more` are further options; the log lies beside `place`."""
    return serving(["jupyterlab", "--no-browser", "--ServerApp.port={port}", f"--ServerApp.root_dir={place}", f"--IdentityProvider.token={token}",
                    "--ServerApp.allow_root=True", *more], f"/api?token={token}", place.parent / "lab.log", **how)


def module_in_lab(place):
    """Serve a copy of the module, made in the folder `place`: students write into notebooks, tests must not."""
    for folder in ("notebooks", "exercises", "solutions", "data", "readings"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("own-copies"))
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "FIVEREADINGS_HOME": str(place)}
    return jupyterlab(place, "--LabApp.expose_app_in_browser=True", "--KernelManager.transport_encryption=auto", env=env)


def lab_window(context, lab):
    """Open JupyterLab and return the page; `page.trouble` and `page.outside` list what went wrong and what was asked of other addresses."""
    page = context.new_page()
    page.trouble, page.outside = [], []
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("console", lambda message: page.trouble.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: page.outside.append(request.url) if not re.match(rf"{lab}|data:|blob:", request.url) else None)
    page.goto(f"{lab}/lab?token=reader&reset")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget", timeout=60_000)  # the launcher
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")  # the list of files, which would take half of a small window
    return page


def open_notebook(page, path) -> None:
    """Open a notebook in a window of JupyterLab in place of the one that is open, and run all its cells."""
    page.trouble.clear(), page.outside.clear()
    page.evaluate("""async path => {
        const {commands, shell} = window.jupyterapp, last = shell.currentWidget;
        await last?.context?.sessionContext?.shutdown();
        last?.dispose();
        await commands.execute('docmanager:open', {path});
    }""", path)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_function(READY, timeout=60_000)
    page.evaluate("""() => { window.kernelTrouble = [];
        window.jupyterapp.shell.currentWidget.context.sessionContext.iopubMessage.connect((_, {header, content}) => {
            if (header.msg_type === 'error' || content.name === 'stderr') window.kernelTrouble.push(content.text ?? `${content.ename}: ${content.evalue}`);
        }); }""")
    # Draw every cell: Lab leaves out what is far from the window, and a widget that is not drawn cannot be tried.
    page.evaluate("""() => { const notebook = window.jupyterapp.shell.currentWidget.content;
        notebook.notebookConfig = {...notebook.notebookConfig, windowingMode: 'none'}; }""")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.done = true; }); window.done = false; }")
    page.wait_for_function("() => window.done", timeout=120_000)
    page.wait_for_function(READY, timeout=60_000)
    page.trouble[:] = [line for line in [*page.trouble, *page.evaluate("() => window.kernelTrouble.splice(0)")] if not LABS_OWN.search(line)]


# Not ours, and no reader sees it: Lab's widget manager asks a new kernel for widgets before the first cell has imported ipywidgets,
# and looks for the models of widgets that a saved page shows before they run again. Once all cells have run it would mean a dead widget.
LABS_OWN = re.compile(r"No such comm target registered: jupyter\.widget\.control|No such comm: [0-9a-f-]+|widget model not found")


def trouble_of(page) -> list[str]:
    """Return what went wrong on a page and in its kernel since the notebook was opened, and what was asked of other addresses."""
    return [*page.trouble, *page.outside, *page.evaluate("() => window.kernelTrouble")]


def controls_of(page):
    """Return the controls of all widgets, without the buttons."""
    return page.locator(".jupyter-widgets select, .jupyter-widgets input, .jupyter-widgets textarea").all()


def box_of(control):
    """Return the box in which a control stands."""
    return control.locator("xpath=ancestor::*[contains(@class,'widget-vbox')][1]")


def screen_of(control):
    """Return where the view of a control is shown."""
    return box_of(control).locator(".widget-html-content").last


def kind_of(control) -> str:
    """Return list, text, box or number."""
    tag = control.evaluate("e => e.tagName")
    if tag in ("SELECT", "TEXTAREA"):
        return {"SELECT": "list", "TEXTAREA": "text"}[tag]
    return {"checkbox": "box", "number": "number"}.get(control.get_attribute("type"), "text")


def label_of(control) -> str:
    """Return the label that stands on the page for a control, or ""; one that is hidden or has no room does not stand there."""
    return control.evaluate("""e => { const label = document.querySelector(`label[for='${e.id}']`) ?? e.labels?.[0];
        return label?.checkVisibility({opacityProperty: true, visibilityProperty: true}) && label.offsetWidth > 1 ? label.innerText.trim() : ''; }""")


def choices(control) -> list[str]:
    """Return what a control can be set to: every option of a list, both ends of a number, both states of a box, a text."""
    kind = kind_of(control)
    if kind == "text":
        return [FILL.get(label_of(control), SENTENCE)]
    if kind == "list":
        return control.evaluate("e => [...e.options].map(option => option.value)")
    return ["ticked", "empty"] if kind == "box" else [control.get_attribute("min"), control.get_attribute("max")]


def value_of(control) -> str:
    """Return what a control is set to now."""
    return control.evaluate("e => e.type === 'checkbox' ? (e.checked ? 'ticked' : 'empty') : e.value")


def set_by_keyboard(control, value) -> None:
    """Set a control with the keyboard alone."""
    control.focus()
    keyboard, kind, now = control.page.keyboard, kind_of(control), value_of(control)
    if kind == "box":
        if now != value:
            keyboard.press("Space")
    elif kind == "list":
        options = choices(control)
        target, here = options.index(value), options.index(now)
        if target == 0:
            keyboard.press("Home")
        for _ in range(abs(target - here) if target else 0):  # each step on the way is drawn, too
            keyboard.press("ArrowDown" if target > here else "ArrowUp")
    else:
        keyboard.press("Control+a")
        keyboard.type(value)
        keyboard.press("Tab")
    assert value_of(control) == value, f"{label_of(control)}: the keyboard did not reach {value}"


def changed(screen, action, wanted=None) -> dict:
    """Do `action()` and return `content` of a widget once it differs (or is what is wanted), the kernel being idle again, and the `ms` it took."""
    screen.evaluate(WATCH, wanted)
    action()
    return screen.evaluate("() => window.change")


def try_options(control):
    """Set a control to each of its options by keyboard and back to the first; yield each value with what `changed` returns.

    A list is gone through from its top, so that each key leads to one picture.
    """
    screen, start, seen = screen_of(control).element_handle(), value_of(control), {}
    options = choices(control)
    if kind_of(control) == "list":
        control.focus()
        held, keyboard = control.element_handle(), control.page.keyboard
        for value in options[options[0] == start:]:
            seen[value] = changed(screen, lambda value=value: keyboard.press("Home" if value == options[0] else "ArrowDown"))
            assert held.evaluate("e => e.value") == value, f"{label_of(control)}: the keyboard did not reach {value}"
            yield value, seen[value]
    else:
        for value in [value for value in options if value != start]:
            yield value, changed(screen, lambda value=value: set_by_keyboard(control, value))
    if kind_of(control) != "text" and value_of(control) != start:
        yield start, changed(screen, lambda: set_by_keyboard(control, start), seen.get(start, {}).get("content"))
