"""Every hostile case that issue 6 names, and more, in a class with honest students: what the instructor reads, and who gets which points.

    python tests/test_grading_hostile.py          writes docs/hostile-cases.md
    python tests/test_grading_hostile.py --five   grades each attacker in a class of five of its own (slow)

Nothing here is precious: classes live in a temporary folder, and limits are short.
"""

import contextlib
import hashlib
import io
import json
import os
import shutil
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("FIVEREADINGS_HOME", str(ROOT))

from fivereadings.grading import __main__ as command  # noqa: E402
from fivereadings.grading import batch, course, saving  # noqa: E402
from fivereadings.grading import run as running  # noqa: E402
from fivereadings.grading.process import Worker  # noqa: E402
from fivereadings.grading.run import Limits, run_one, why_not_isolated  # noqa: E402

STEM = "03-beijing-2016-trade"
SAMPLES = ROOT / "tests" / "submissions"
CELL = "yearly-fall-answer"  # the second question: one answer stands before it, five after
# Time limits are met only by what never ends. Everything else has a limit that a busy machine does not reach.
LIMITS = Limits(seconds=120, memory=300, processes=12, file=4, disk=8, output=200_000)
SECONDS = 4  # for what never ends; the cells before it take a tenth of a second
NEVER_ENDS = "# never ends"
ALL, WITHOUT, BEFORE, NONE = 13, 11, 1, 0  # points: everything; all but the attacked question; what stands before it; nothing
NEEDLE = "a thought of honest"  # stands in the honest students' answers
ANY = "|"  # a line or none: it is their own mistake, and touches nobody
LOOK = "please look at it"  # named for its text
SLOW, ENDED, LOUD, FORGED = f"longer than {SECONDS} seconds", "Python ended in the middle", "MB to the grader", "grader's own channel"
needs_sandbox = pytest.mark.skipif(bool(why_not_isolated()), reason=why_not_isolated() or "the sandbox works")


class Case(NamedTuple):
    """What an attacker writes into answer cells, the points deserved, and what the instructor's line must hold ("": there must be none)."""

    source: str | dict
    points: int | tuple
    line: str = LOOK
    base: str = "perfect"


CALLS = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\ndef call(name, *given):\n    done = libc.syscall(*given)\n    if done >= 0: print('LEAK', name, done)\n"
FRAMES = """import json, os, struct
def forge(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    for number in range(3, 128):
        try: os.write(number, struct.pack(">I", len(body)) + body)
        except OSError: pass
def record(name, answer): return {"output_type": "display_data", "metadata": {}, "data": {"application/vnd.fivereadings.answer+json": {"id": name, "answer": answer}}}
"""
FALL = "\nfall = -35.17"
UNEARNED = {"base": "blank", "points": NONE}

CASES = {
    # Never ending
    "an infinite loop": Case("while True: pass", BEFORE, SLOW),
    "a loop that ignores every signal and exception": Case("""
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True:
    try:
        while True: pass
    except BaseException: pass""", BEFORE, SLOW),
    "sleeping at exit and in a thread": Case("import atexit, threading, time\natexit.register(time.sleep, 99)\nthreading.Thread(target=time.sleep, args=(99,)).start()" + FALL, ALL),
    "stopping itself with SIGSTOP": Case("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)" + FALL, ALL),
    "a regular expression that never ends": Case("import re\nre.match('(a+)+$', 'a' * 40 + 'b')", BEFORE, SLOW),
    "changing the clock": Case("import time\ntry: time.clock_settime(time.CLOCK_REALTIME, 0); print('LEAK clock')\nexcept OSError: pass\nimport os\ntry: os.nice(-20); print('LEAK nice')\nexcept OSError: pass\ntime.monotonic = lambda: 0\nwhile True: pass", BEFORE, SLOW),
    # Too much
    "a memory bomb": Case("held = []\nwhile True: held.append(bytearray(300 << 20))", WITHOUT, "more memory"),
    "a memory bomb in several processes": Case("import os, time\nfor _ in range(3): os.fork()\nheld = bytearray(os.urandom(1)) * (70 << 20)\ntime.sleep(999)", BEFORE, "more than 300 MB of memory"),
    "a fork bomb": Case("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", BEFORE, SLOW + "|" + FORGED + "|processes"),
    "threads without end": Case("import threading, time\ntry:\n    while True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()\nexcept RuntimeError: pass" + FALL, ALL),
    "filling the disk": Case("for number in range(99):\n    try: open(f'/tmp/{number}', 'wb').write(bytes(3 << 20))\n    except OSError: break\nfor number in range(9999):\n    try: open(f'/dev/shm/{number}', 'w')\n    except OSError: break" + FALL, ALL),
    "a file too large": Case("open('large', 'wb').write(bytes(9 << 20))", WITHOUT, "more memory, disk"),
    "descriptors and pipes without end": Case("import os\nheld = []\ntry:\n    while True: held.append(os.pipe())\nexcept OSError: pass\nfor pair in held[:9]: os.close(pair[0])" + FALL, ALL),
    "megabytes of output": Case("for _ in range(3000): print('x' * 10_000)" + FALL, ALL, "more output than is kept"),
    "a million small outputs": Case("from IPython.display import display\nfor _ in range(10 ** 6): display(0)", BEFORE, SLOW + "|" + LOUD),
    "output past every limit": Case("from fivereadings.grading import shell\nshell.RECORDER.left = float('inf')\nfor _ in range(40): print('x' * (1 << 20))", BEFORE, LOUD),
    "an updated display that grows": Case("from IPython.display import display\nhandle = display(0, display_id=True)\nhandle.update('x' * (40 << 20))", BEFORE, LOUD),
    "recursion": Case("def again(): return again()\nagain()", (BEFORE, WITHOUT), ANY),
    "an error message of megabytes": Case("raise ValueError('x' * (5 << 20))", WITHOUT, "more output than is kept"),
    # Ending, killing, staying
    "os._exit": Case("import os; os._exit(0)", BEFORE, ENDED),
    "a crash": Case("import ctypes; ctypes.string_at(0)", BEFORE, ENDED),
    "sys.exit": Case("import sys; sys.exit(0)", WITHOUT),
    "killing the parent, the group and everybody": Case("import os\nfor target in (os.getppid(), 0, 1, -1, 2, 3):\n    for number in (15, 2, 9):\n        try: os.kill(target, number)\n        except OSError: pass" + FALL, (WITHOUT, ALL)),
    "a daemon by double fork": Case("import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(4711)\n    os._exit(0)" + FALL, ALL),
    "a daemon that holds the pipe and talks later": Case("import os, time, subprocess\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(1)\n        for _ in range(99):\n            for number in range(3, 40):\n                try: os.write(number, b'\\0\\0\\0\\1.')\n                except OSError: pass\n            time.sleep(0.1)\n    os._exit(0)" + FALL, tuple(range(BEFORE, ALL + 1))),
    "starving the others": Case("import os\ntry: os.sched_setaffinity(0, {0, 1})\nexcept OSError: pass\ntry: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)); print('LEAK scheduler')\nexcept OSError: pass\nfor _ in range(8):\n    if os.fork() == 0:\n        while True: pass" + FALL, tuple(range(BEFORE, ALL + 1))),
    # Reaching out
    "the network": Case("import socket\nfor address in (('1.1.1.1', 53), ('127.0.0.1', 22), ('169.254.169.254', 80)):\n    try: socket.create_connection(address, 0.3); print('LEAK', address)\n    except OSError: pass" + FALL, ALL),
    "sockets that wait for others": Case("import socket\ntry:\n    found = socket.socket(socket.AF_UNIX); found.connect('\\0red'); print('LEAK another submission answers')\nexcept OSError: pass\nopen_socket = socket.socket(socket.AF_UNIX); open_socket.bind('\\0red'); open_socket.listen()\nfor family in (16, 17, 38, 40):\n    try: socket.socket(family, socket.SOCK_RAW); print('LEAK family', family)\n    except OSError: pass" + FALL, ALL),
    "reading key, solutions, gradebook, other submissions": Case("""
import os
for place in ('../../solutions', '../../class-work', '/etc/shadow', '/etc/passwd', '/root/.ssh', '/work', '/home', '/var', '/module/readings/own-copies', '/sys', HERE, CLASS):
    if os.path.exists(place) and (not os.path.isdir(place) or os.listdir(place)): print('LEAK', place)
if [name for name in os.listdir('/root') if name != '.pyenv']: print('LEAK root')
for top in ('/module', '/code', '/tmp', '/run'):
    for place, _, names in os.walk(top):
        for name in names:
            if name in ('key.json', 'gradebook.db', 'rubric.csv', 'accept.csv') or name.endswith('.ipynb') and 'exercises' not in place and place != '/tmp/work': print('LEAK', place, name)""" + FALL, ALL),
    "the processes of others": Case("import os\nfor name in ('/proc/1/environ', '/proc/self/environ', '/proc/1/mem', '/proc/self/fd', '/proc/sys/kernel/hostname', '/proc/self/maps', '/proc/1/root/module'):\n    if os.path.exists(name): print('LEAK', name)\nif [name for name in os.environ if 'SECRET' in name]: print('LEAK environment')" + FALL, ALL),
    "inherited descriptors": Case("import os, stat\nopened = []\nfor number in range(128):\n    try: opened.append((number, stat.S_IFMT(os.fstat(number).st_mode) == stat.S_IFIFO))\n    except OSError: pass\nif sum(pipe for _, pipe in opened) > 1 or len(opened) > 4: print('LEAK', opened)\nfor number, pipe in opened:\n    if pipe:\n        try: os.read(number, 1); print('LEAK read')\n        except OSError: pass" + FALL, ALL),
    "the memory that the worker left": Case(r"""
import ctypes, os
libc = ctypes.CDLL(None)
libc.sbrk.restype = ctypes.c_void_p
libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
needle = "".join(["a thought", " of ", "honest"]).encode()
step, page, held = 1 << 16, 4096, ctypes.create_string_buffer(64)
out, into = os.pipe()
def parts(start, end):
    for place in range(start & ~(step - 1), end, step):
        for inner in ([(place, step)] if libc.mincore(place, step, held) == 0 else [(at, page) for at in range(place, place + step, page) if libc.mincore(at, page, held) == 0]):
            yield inner
top = libc.sbrk(0)
arena = id(object())
mapped = ctypes.cast(libc.memcpy, ctypes.c_void_p).value
for start, end in ((top - (256 << 20), top + step), (arena - (96 << 20), arena + (96 << 20)), (mapped - (128 << 20), mapped + (32 << 20))):
    for place, size in parts(start, end):
        wrote = libc.write(into, place, size)
        for after in os.read(out, wrote).split(needle)[1:] if wrote > 0 else ():
            if after[:2] == bytes([32, 115]): print('LEAK', needle, after[:5])""" + FALL, ALL),
    "objects that the worker left": Case("import gc, sys\nneedle = 'a thought of ' + 'honest'\nfor found in gc.get_objects():\n    if isinstance(found, (dict, list, tuple)) and type(found) in (dict, list, tuple):\n        for item in (found.values() if isinstance(found, dict) else found):\n            if type(item) is str and needle in item and 'needle' not in item: print('LEAK'); break\nnames = [found for found in sys._current_frames()]" + FALL, ALL),
    "system calls that leave the sandbox": Case(CALLS + """
call('unshare', 272, 0x10020000); call('setns', 308, 0, 0); call('mount', 165, b'tmpfs', b'/tmp', b'tmpfs', 0, None); call('umount', 166, b'/proc', 2); call('umount', 166, b'/tmp', 2)
call('ptrace', 101, 16, 1, 0, 0); call('process_vm_readv', 310, 2, 0, 0, 0, 0, 0); call('kcmp', 312, 1, 2, 0, 0, 0); call('pidfd_open', 434, 2, 0)
call('keyctl', 250, 0, -3, 1); call('add_key', 248, b'user', b'a', b'b', 1, -3); call('perf_event_open', 298, 0, 0, -1, -1, 0); call('userfaultfd', 323, 0); call('io_uring_setup', 425, 4, 0); call('bpf', 321, 0, 0, 0)
call('chroot', 161, b'/tmp'); call('pivot_root', 155, b'/tmp', b'/tmp'); call('open_tree', 428, -100, b'/proc', 1); call('fsopen', 430, b'tmpfs', 0); call('fspick', 433, -100, b'/', 0); call('mount_setattr', 442, -100, b'/module', 0, 0, 0)
call('open_by_handle_at', 304, -100, 0, 0); call('init_module', 175, 0, 0, 0); call('kexec', 246, 0, 0, 0, 0); call('reboot', 169, 0, 0, 0, 0); call('swapon', 167, b'/tmp/x', 0); call('sethostname', 170, b'x', 1); call('setuid', 105, 0); call('setgroups', 116, 1, b'0000')
call('syslog', 103, 3, ctypes.create_string_buffer(99), 99); call('iopl', 172, 3); call('settimeofday', 164, 0, 0); call('clone', 56, 0x10000011, 0, 0, 0, 0); call('memfd', 319, b'x', 0); call('shmget', 29, 1, 4096, 0o1777); call('x32', 0x40000000 + 39)
call('quotactl', 179, 0, 0, 0, 0); call('acct', 163, 0); call('mknod', 133, b'/tmp/disk', 0o60666, 0x800); call('fanotify', 300, 0x10, 0)""" + FALL, ALL),
    # Changing what others use
    "deleting the data": Case("import os\nos.remove('../../data/trade.csv')", WITHOUT, "does not have during grading"),
    "deleting whatever it can": Case("import os, fivereadings, pandas\nfor name in ('../../data/trade.csv', '../../data', '../questions.csv', fivereadings.__file__, pandas.__file__):\n    try: os.remove(name); print('gone', name)\n    except OSError: pass" + FALL, ALL),
    "writing to data, code and devices": Case("import fivereadings, pandas, os\nfor name in ('../../data/trade.csv', fivereadings.__file__, pandas.__file__, '/left', '/dev/left', '/usr/left', '/module/left', '/venv/left'):\n    try: open(name, 'a').write('13'); print('LEAK', name)\n    except OSError: pass\nopen('here.txt', 'w').write('x')" + FALL, ALL),
    "emptying its own folders": Case("import os, shutil\nshutil.rmtree('/tmp', ignore_errors=True)\nshutil.rmtree('.', ignore_errors=True)\nos.makedirs('/tmp/work', exist_ok=True)" + FALL, BEFORE),
    "links left in the working folder": Case("import os\nfor name, target in (('a', '/'), ('b', '/proc/1/root'), ('c', '../../../..'), ('pandas.py', '/dev/zero')):\n    try: os.symlink(target, name)\n    except OSError: pass\nopen('fivereadings.py', 'w').write('1/0')" + FALL, ALL),
    "patching pandas, check, builtins, modules": Case("import builtins, sys, pandas, fivereadings, fivereadings.checking as c, fivereadings.answers as a\nfivereadings.check = c.check = a.judge = a.same = lambda *g, **k: True\npandas.DataFrame.query = pandas.Series.sum = lambda *g, **k: 13\nbuiltins.len = builtins.sorted = lambda *g: 13\nsys.modules['pandas'] = sys.modules['json'] = None", NONE, LOOK, "blank"),
    "patching the display and IPython's transformers": Case("shell = get_ipython()\nshell.input_transformers_post.append(lambda lines: ['1/0\\n'])\nshell.display_pub.publish = lambda *g, **k: None\nshell.run_cell = None", NONE, LOOK, "blank"),
    "patching the worker in its own process": Case("import sys, os\nfrom fivereadings.grading import shell, frames, watch\nshell.RECORDER.take = lambda: [{'output_type': 'display_data', 'data': {}}]\nframes.send = frames.pack = lambda *g: b''\nwatch.DONE = b'x'", NONE, LOOK, "blank"),
    # Points without knowing
    "answers that equal everything": Case("class Any(float):\n    def __eq__(s, o): return True\n    def __float__(s): raise SystemExit\n    def __abs__(s): return 0\n    def __sub__(s, o): return 0\n    def __le__(s, o): return True\n    __lt__ = __ge__ = __le__\n    def __hash__(s): return 0\n    def __json__(s): return -35.17\n    def __repr__(s): return 'Infinity'\nfall = Any(1)", WITHOUT),
    "an object whose methods lie": Case("class Lie:\n    def __getattr__(s, n): return s\n    def __call__(s, *g, **k): return s\n    def __eq__(s, o): return True\n    __class__ = property(lambda s: float)\n    def __float__(s): return 1.0\n    def __bool__(s): return True\nfall = Lie()", WITHOUT),
    "nan, infinity, True, a complex number, a text, a list in itself, a text of a megabyte": Case({
        "read-a-figure-answer": "exports_2014 = float('nan')", CELL: "fall = -float('inf')", "share-of-exports-answer": "share = True", "mirror-gap-answer": "gap_2014 = 1.1 + 0j",
        "price-behind-a-contract-answer": "price = '350.88'", "years-of-a-ratio-answer": "years_of_four = []\nyears_of_four.append(years_of_four)", "closest-share-answer": "line = 'E' * (1 << 20)"}, NONE, "of another kind"),
    "numbers of 4,000 and 5,000 digits, long lists, all values at once": Case({
        "read-a-figure-answer": "exports_2014 = 10 ** 4000", CELL: "fall = 10 ** 5000", "share-of-exports-answer": "share = [n / 100 for n in range(800)]",
        "mirror-gap-answer": "gap_2014 = 1e308 * 1.7", "price-behind-a-contract-answer": "price = {n: n for n in range(5000)}",
        "years-of-a-ratio-answer": "years_of_four = list(range(5000))", "closest-share-answer": "line = list('ABCDEF')"}, NONE, "recorded what cannot be an answer"),
    "a number of 5,000 digits, forced": Case("import sys\nsys.set_int_max_str_digits(0)\nfall = 10 ** 5000", (BEFORE, WITHOUT)),
    "a frame with lying methods": Case("import pandas as pd\nclass Frame(pd.DataFrame):\n    @property\n    def shape(s): return (1, 1)\n    @property\n    def iloc(s): return s\n    def __getitem__(s, k): return s\n    def __eq__(s, o): return True\nfall = Frame({'a': [1]})", WITHOUT),
    "records under other ids": Case("from IPython.display import display\nfor name, answer in (('read-a-figure', 53.68), ('yearly-fall', -35.17), ('closest-share', 'E'), ('__proto__', 1), ('judgement', 6)):\n    display({'application/vnd.fivereadings.answer+json': {'id': name, 'answer': answer, 'points': 99}}, raw=True)", **UNEARNED),
    "odd records": Case("from IPython.display import display\nfor answer in ({'id': [1]}, {'answer': 1}, [], 'x', {'id': 'yearly-fall', 'answer': [[[[[1]]]]]}, {'id': 'yearly-fall', 'answer': 1e308}, {'id': None}):\n    display({'application/vnd.fivereadings.answer+json': answer}, raw=True)", NONE, "recorded what cannot be an answer", "blank"),
    "reading the key through the package": Case("import fivereadings.checking as c, fivereadings as f\nfor stem in ('03-beijing-2016-trade',):\n    if c.key(stem) or c._key: print('LEAK key')\nc.expect('yearly-fall', 1, 99, 99)", **UNEARNED),
    "forged messages": Case(FRAMES + "forge({'id': 'yearly-fall-answer', 'count': 1, 'outputs': []})\nforge({'id': 'yearly-fall-check', 'count': 1, 'outputs': [record('yearly-fall', True), record('yearly-fall', {'$gt': 0})]})", BEFORE, FORGED),
    "a forged end": Case(FRAMES + "forge(b'.')", BEFORE, FORGED + "|" + ENDED),
    "a forged message of the wrong type": Case(FRAMES + "forge({'id': 'yearly-fall-answer', 'count': True, 'outputs': [{'output_type': 'execute_result', 'data': {}, 'execution_count': True}]})", BEFORE, FORGED),
    "a forged message with a number too long": Case(FRAMES + "forge(b'{\"id\": ' + b'9' * 9000 + b'}')", BEFORE, FORGED),
    "a forged message of a million parts": Case(FRAMES + "forge(b'{\"id\": \"yearly-fall-answer\", \"count\": 1, \"outputs\": [' + b'[],' * 400_000 + b'[]]}')", BEFORE, FORGED),
    "a forged message nested deeply": Case(FRAMES + "forge(b'[' * 200_000)", BEFORE, FORGED),
    "a message cut short": Case("import os\nfor number in range(3, 128):\n    try: os.write(number, b'\\0\\0\\xff\\xff{')\n    except OSError: pass\nos._exit(0)", BEFORE, ENDED + "|" + FORGED),
    # Odd but honest
    "half characters and control codes": Case("print('\\ud800 \\x00 \\x1b[2J \\u202e \\ufffe')\nraise_later = 'x\\udfff'\nimport sys; sys.stderr.write('\\udcff')\nfall = '\\ud800'", WITHOUT),
    "an error named with half characters": Case("class \U0001d538(Exception): pass\nerror = type('\\ud800<script>', (Exception,), {})\nraise error('\\x00\\ud800')", WITHOUT),
    "an error that cannot be shown": Case("class Bad(Exception):\n    def __str__(s): raise SystemExit\n    __repr__ = __str__\nraise Bad", WITHOUT),
    "a value that cannot be shown": Case("class Bad:\n    def __repr__(s): import os; raise KeyboardInterrupt\n    _repr_html_ = _repr_mimebundle_ = __repr__\nfall = -35.17\nBad()", ALL),
    "magic words, shell commands, the kernel": Case("try: get_ipython().run_line_magic('run', 'nothing.py')\nexcept BaseException: pass\nget_ipython().system('true')\ntry: get_ipython().kernel\nexcept AttributeError: pass\ndef input(*g): return '1'\nprint(input())" + FALL, ALL),
    "closing everything": Case("import os, sys\nsys.stdout.close(); sys.stderr.close()\nsys.stdout = sys.stderr = sys.__stdout__ = None" + FALL, BEFORE, ENDED),
    "closing the pipe": Case("import os\nos.closerange(0, 128)", BEFORE, ENDED),
    "active HTML shown": Case("from IPython.display import HTML, Javascript, Markdown, SVG, display\ndisplay(HTML('<script>alert(13)</script><img src=x onerror=alert(13)><iframe src=//x>'), Javascript('alert(13)'), Markdown('<script>alert(13)</script>[a](javascript:alert(13))'))" + FALL, ALL),
    "active HTML in the discussion": Case({"judgement": "Stronger.<script>alert(13)</script><img src=x onerror=alert(13)> [a](javascript:alert(13))"}, ALL, "could act in a browser"),
    "a syntax error": Case("fall = = 1", WITHOUT, ""),
    "a warning": Case("import warnings\nwarnings.warn('old')" + FALL, ALL, ""),
}

# Without the sandbox code has the instructor's rights. What could harm this machine is not tried; the rest must touch no other student.
PLAIN = {name: CASES[name] for name in ("a loop that ignores every signal and exception", "os._exit", "a daemon by double fork", "a daemon that holds the pipe and talks later",
                                        "megabytes of output", "patching pandas, check, builtins, modules", "a forged message of the wrong type")}
PLAIN |= {
    "killing the parent": Case("import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(0.5)" + FALL, (BEFORE, ALL)),
    "a daemon that kills its keeper": Case("import os, time\nparent = os.getppid()\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.kill(parent, 9)\n        time.sleep(4711)\n    os._exit(0)\ntime.sleep(20)" + FALL, (BEFORE, ALL), ENDED if sys.platform == "linux" else LOOK),
    "more processes than allowed": Case("import os, time\nfor _ in range(20):\n    if os.fork() == 0: time.sleep(999)\ntime.sleep(999)", BEFORE, "more than 12 processes"),
    "spoiling the data": Case("import os, shutil\nos.remove('../../data/trade.csv')\nopen('../../data/trade-announced.csv', 'w').write('spoilt')\nopen('pandas.py', 'w').write('1/0')\nshutil.rmtree('../../readings')" + FALL, (BEFORE, 3, 5)),
}


def honest(name: str):
    """The perfect sample with a thought of its own, which nobody else may ever see."""
    book = saving.nbformat.read(SAMPLES / "perfect" / f"{STEM}.ipynb", 4)
    for cell in book.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            cell.source += f"\n# {NEEDLE} {name}\nprint('{NEEDLE} {name}')"
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "judgement":
            cell.source += f" {name}"
    return book


def attack(name: str, case: Case, into: Path):
    """A sample with the attacker's text in its answer cell; nothing but such a text reaches the machine."""
    book = saving.nbformat.read(SAMPLES / case.base / f"{STEM}.ipynb", 4)
    sources = case.source if isinstance(case.source, dict) else {CELL: case.source + f"\n{NEVER_ENDS}" * case.line.startswith(SLOW)}
    for cell in book.cells:
        if (found := cell.metadata.get("nbgrader", {}).get("grade_id")) in sources:
            cell.source = f"HERE, CLASS = {str(ROOT)!r}, {str(into)!r}\n" * (found == CELL) + sources[found]
    return book


def hand_in(cases: dict[str, Case], folder: Path, into: Path, every: int) -> dict[str, str]:
    """Write a class's files, honest students among the attackers, in the order in which they will run; return student -> case or ""."""
    students = {}

    def put(book, case):
        student = f"s{len(students):03}"  # they run in the order of their names
        students[student] = case
        (folder / student).mkdir(parents=True)
        saving.nbformat.write(book(student), folder / student / f"{STEM}.ipynb")

    put(honest, "")
    for number, (name, case) in enumerate(cases.items(), 1):
        put(lambda student: attack(name, case, into), name)
        if number % every == 0:
            put(honest, "")
    put(honest, "")
    put(honest, "")
    return students


def fingerprint() -> dict[str, str]:
    """Digests of everything that students' code could want to change."""
    import fivereadings
    import IPython
    import pandas

    places = [ROOT / name for name in ("data", "readings", "exercises", "solutions")]
    files = [path for place in places for path in place.rglob("*") if path.is_file()] + list((ROOT / "fivereadings").glob("*.py"))
    files += [Path(module.__file__) for module in (fivereadings, IPython, pandas)]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def processes(place: Path) -> list[str]:
    """Return the processes that belong to a grading in `place`: its path is in what they were started with or in what they see as /module."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            mounts = Path(f"/proc/{process.pid}/mountinfo")
            seen = "".join(process.environ().values()) + (mounts.read_text() if mounts.exists() else "")
            if str(place) in seen and process.pid != os.getpid() and process.status() != "zombie":
                found.append(f"{process.pid} {process.cmdline()}")
    return found


def in_time(worker, notebook, folder: str, limits: Limits):
    """Run one submission, within SECONDS where it is one that never ends."""
    ends = not any(cell.source.endswith(NEVER_ENDS) for cell in notebook.cells)
    return run_one(worker, notebook, folder, limits if ends else replace(limits, seconds=SECONDS))


def grade(folder: Path, into: Path, *words: str, limits: Limits = LIMITS) -> tuple[dict[str, list[str]], str]:
    """Give the real command; return student -> the lines that the instructor saw, and everything that was printed."""
    printed, kept = io.StringIO(), command.grade_class
    command.grade_class = partial(batch.grade_class, limits=limits)
    running.run_one = in_time
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            done = command.main([str(folder), "--unit", STEM, "--class", str(into), *words])
    finally:
        command.grade_class, running.run_one = kept, run_one
    assert done == 0, printed.getvalue()
    lines = {}
    for line in printed.getvalue().split("Needs attention:")[-1].split("\n\n")[0].splitlines():
        student, _, reason = line.strip().partition(": ")
        lines.setdefault(student, []).append(reason)
    return lines, printed.getvalue()


def marks(into: Path) -> dict[str, float]:
    """Return what the machine gave each student."""
    return course.scores(into, STEM).set_index("student")["score"].to_dict()


def faults(cases: dict[str, Case], students: dict[str, str], into: Path, lines: dict) -> list[str]:
    """Say what is not as it should be: points, lines, leaks, the work of honest students."""
    got, wrong = marks(into), []
    for student, name in students.items():
        book, said = saving.stored(into, STEM, student), " ".join(lines.get(student, []))
        if book is None or student not in got:
            wrong.append(f"{student} {name}: not graded ({said})")
            continue
        text = json.dumps([cell.get("outputs", []) for cell in book.cells])
        case = cases.get(name, Case("", ALL))
        if got[student] not in (case.points if isinstance(case.points, tuple) else (case.points,)):
            wrong.append(f"{student} {name}: {got[student]} points, not {case.points}")
        shown = "".join(str(output.data.get("text/html", "")) for cell in book.cells for output in cell.get("outputs", []) if "data" in output)
        if "<script" in shown or "onerror" in shown or "<iframe" in shown:
            wrong.append(f"{student} {name}: active HTML is kept")
        if "LEAK" in text:
            wrong.append(f"{student} {name}: {text[text.index('LEAK') :][:200]}")
        if not name and (said or text.count(f"{NEEDLE} {student}") != 7):
            wrong.append(f"{student}, honest: {said or 'outputs are missing'}")
        if name and (said if case.line == "" else not any(part in said for part in case.line.split("|"))):
            wrong.append(f"{student} {name}: the instructor saw {said!r}, not {case.line!r}")
        strangers = {other for other in students if other != student and f"{NEEDLE} {other}" in text}
        if strangers:
            wrong.append(f"{student} {name}: shows the work of {strangers}")
    return wrong


def run(cases: dict[str, Case], *words: str, limits: Limits = LIMITS, every: int = 9):
    """Grade a class with these attackers; return (students, lines, marks, faults). Nothing may be left of it."""
    with tempfile.TemporaryDirectory(prefix="red-") as name:
        place, into = Path(name), Path(name) / "class"
        students = hand_in(cases, place / "in", into, every)
        before, elsewhere = fingerprint(), tempfile.tempdir
        (place / "tmp").mkdir()
        os.chmod(place, 0o755)
        tempfile.tempdir = str(place / "tmp")  # whatever is left there is ours
        try:
            lines, _ = grade(place / "in", into, *words, limits=limits)
        finally:
            tempfile.tempdir = elsewhere
        wrong = faults(cases, students, into, lines)
        wrong += [f"changed: {path}" for path, digest in fingerprint().items() if before.get(path) != digest]
        wrong += [f"left: {path.name}" for path in (place / "tmp").glob("five-readings-*")]
        for _ in range(100):  # the kernel may need a moment to end them
            if not (left := processes(place)):
                break
            time.sleep(0.1)
        wrong += [f"still running: {found}" for found in left]
        return students, lines, marks(into), wrong


def table(cases: dict[str, Case], students: dict, lines: dict, got: dict, wrong: list[str]) -> str:
    """Return the cases as Markdown. Honest students have one row at the end."""
    found = ["| case | what the instructor saw | points of 13 | the others |", "|---|---|---|---|"]
    untouched = "as they deserve" if not wrong else "**see the faults**"
    for student, name in students.items():
        if name:
            said = " ".join(line[:1].upper() + line[1:] for line in lines.get(student, [])) or "no line: it is an honest slip"
            found.append(f"| {name} | {said.replace('|', chr(92) + '|')} | {got.get(student, 0):g} | {untouched} |")
    honest_ones = [student for student, name in students.items() if not name]
    found.append(f"| {len(honest_ones)} honest students among them | no line | {min(got[student] for student in honest_ones):g} | |")
    return "\n".join(found + [f"\nFault: {line}" for line in wrong])


@needs_sandbox
def test_every_hostile_case_is_survived_named_and_touches_nobody():
    assert run(CASES)[3] == []


def test_without_the_sandbox_nobody_else_is_touched_either():
    assert run(PLAIN, "--not-isolated")[3] == []


@needs_sandbox
def test_what_one_student_wrote_is_nowhere_in_the_memory_that_the_next_inherits():
    with batch.scratch(ROOT / "exercises" / STEM / f"{STEM}.ipynb") as module:
        worker = Worker(module)
        try:
            for number in range(2):
                assert run_one(worker, honest(f"s{number}"), f"exercises/{STEM}", Limits()).problem == ""
            family = [found for found in psutil.Process(worker.process.pid).children(recursive=True) if runs_python(found)]
            found = b"".join(memory(process.pid) for process in family)
        finally:
            worker.close()
    assert b"fivereadings" in found, "its memory could not be read"
    assert found.count(NEEDLE.encode()) == 0


def runs_python(process) -> bool:
    """Wait until the copies that took a request have ended; say whether this one is the worker."""
    with contextlib.suppress(psutil.Error):
        for _ in range(100):
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            if not process.children():
                return "fivereadings.grading.worker" in process.cmdline() and "bwrap" not in process.cmdline()[0]
            time.sleep(0.05)
    return False


def memory(pid: int) -> bytes:
    """Return what a process holds in memory, as far as it may be read."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", 0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights, *_, name = line.split(maxsplit=5)
            start, end = (int(number, 16) for number in place.split("-"))
            if rights.startswith("rw") and end - start < 1 << 30:
                with contextlib.suppress(OSError, ValueError, OverflowError):
                    file.seek(start)
                    found.append(file.read(end - start))
    return b"".join(found)


def write_table() -> int:
    """Write docs/hostile-cases.md from a run; return how many faults there were."""
    parts, faults_found = [HEAD], 0
    for title, cases, words in (("In the sandbox", CASES, ()), ("Without it (`--not-isolated`)", PLAIN, ("--not-isolated",))):
        students, lines, got, wrong = run(cases, *words)
        parts += [f"## {title}\n", table(cases, students, lines, got, wrong) + "\n"]
        faults_found += len(wrong)
    rows, wrong = run_files()
    parts += ["## Files\n", "In a zip, with a roster.\n", "\n".join(["| case | what the instructor saw | points of 13 |", "|---|---|---|", *rows, *wrong]) + "\n"]
    faults_found += len(wrong)
    (ROOT / "docs" / "hostile-cases.md").write_text("\n".join(parts), encoding="utf-8")
    return faults_found


def odd_files() -> dict[str, tuple[str, bytes, str, bool]]:
    """Return case -> (path in the zip, bytes, what a line must hold, whether the work is graded)."""
    perfect = (SAMPLES / "perfect" / f"{STEM}.ipynb").read_bytes()
    other = next(path for path in sorted((ROOT / "exercises").glob("*/*.ipynb")) if path.stem == path.parent.name != STEM)
    accented = json.loads(perfect)
    accented["cells"][-1]["source"] = "Stärker, gesehen aus Peking."
    usual = f"{STEM}.ipynb"
    return {
        "not a notebook": (f"f01/{usual}", b"{ not a notebook", "is not a notebook", False),
        "an empty file": (f"f02/{usual}", b"", "the file is empty", False),
        "a file of NUL bytes": (f"f03/{usual}", bytes(5000), "NUL bytes", False),
        "stored as Latin-1": (f"f04/{usual}", json.dumps(accented, ensure_ascii=False).encode("latin-1", "replace"), "Windows-1252", True),
        "a huge file": (f"f05/{usual}", os.urandom(21_000_000), "20 MB", False),
        "a notebook of another exercise": (f"f06/{usual}", other.read_bytes(), other.stem, False),
        "another file name": ("f07/final version (3).ipynb", perfect, "", True),
        "a symbolic link": (f"f08/{usual}", b"/etc/passwd", "symbolic link", False),
        "a path out of the zip": (f"../../f09/{usual}", perfect, "leads out", False),
        "a zip bomb": (f"f10/{usual}", bytes(19_000_000), "zip bomb", False),
        "the same file as another student": (f"f11/{usual}", perfect, "word for word", True),
        "a name that two rows of the roster share": (f"Kim Lee/{usual}", perfect, "shared by", False),
        "a recorded answer edited by hand": (f"f12/{usual}", forged_record(perfect), "not what the code gives", True),
    }


def forged_record(data: bytes) -> bytes:
    """A file whose first answer is wrong and whose stored output claims the right one."""
    book = json.loads(data)
    for cell in book["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name == "read-a-figure-answer":
            cell["source"] = "exports_2014 = 1"
        if name == "read-a-figure":
            cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {
                "application/vnd.fivereadings.answer+json": {"id": name, "answer": 53.68}}}]
    return json.dumps(book).encode()


def run_files() -> tuple[list[str], list[str]]:
    """Grade a zip of odd files with a roster; return the table's rows, and the faults."""
    with tempfile.TemporaryDirectory(prefix="red-") as name:
        place, into, cases = Path(name), Path(name) / "class", odd_files()
        with zipfile.ZipFile(place / "in.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(f"h01/{STEM}.ipynb", saving.nbformat.writes(honest("h01")))
            packed.writestr(f"h02/{STEM}.ipynb", saving.nbformat.writes(honest("h02")))
            for path, data, *_ in cases.values():
                info = zipfile.ZipInfo(path, (2026, 11, 1, 12, 0, 0))
                info.external_attr = (0o120777 if data == b"/etc/passwd" else 0o100644) << 16
                packed.writestr(info, data, zipfile.ZIP_DEFLATED)
        students = [f"f{number:02}" for number in range(1, 13)] + ["h01", "h02"]
        (place / "roster.csv").write_text("student,name,email\nk1,Kim Lee,k1@x.example\nk2,Kim Lee,k2@x.example\n" + "".join(f"{student},Student {student},{student}@x.example\n" for student in students), encoding="utf-8")
        _, printed = grade(place / "in.zip", into, "--roster", str(place / "roster.csv"))
        said = printed.split("Needs attention:")[-1].split("\n\n")[0].splitlines()
        got, rows, wrong = marks(into), [], []
        for case, (path, _, part, counts) in cases.items():
            student = path.split("/")[-2]
            about = [line.strip() for line in said if student in line or path in line]
            about = [line for line in about if not line.startswith("nothing handed in")]
            if part and not any(part in line for line in about) or (student in got) != counts:
                wrong.append(f"{case}: {about}, graded: {student in got}")
            rows.append(f"| {case} | {' '.join(about) or 'no line'} | {got.get(student, '')} |")
        if (got["h01"], got["h02"]) != (ALL, ALL):
            wrong.append(f"honest: {got}")
        if list(place.parent.glob("f09")) or (place / "f09").exists():
            wrong.append("a file was written outside")
        return rows, wrong


@needs_sandbox
def test_every_odd_file_is_named_and_stops_nobody():
    assert run_files()[1] == []


HEAD = f"""# Hostile work, and what the instructor saw

Made by `python tests/test_grading_hostile.py`; the test of the same name checks each row. Each case stands in an answer cell of an otherwise perfect
(or blank) exercise 03, in one class with honest students, graded with the real command and narrow limits (300 MB, 12 processes, 200 kB of output; {SECONDS}
seconds for what never ends, two minutes for the rest). After each class, processes, temporary files, tables, key and package are compared with what they
were. 13 points is everything that a machine grades: 1 is what stood before the attack, 11 all but the attacked question.

Most cases reached nothing and got the points of their other answers. Their line comes from the text of the answer: it names what no exercise
asks for, so that a person can look, and no score depends on it. A warning, a syntax error and endless recursion are honest slips: no line, the error
stands in the cell.
"""

if __name__ == "__main__":
    if "--five" in sys.argv:
        for its_name, its_case in CASES.items():
            print(its_name, *run({its_name: its_case}, every=9)[1:], flush=True)
    else:
        sys.exit(write_table())
