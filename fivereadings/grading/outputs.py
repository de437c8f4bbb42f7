"""Accept a cell's outputs from the process that ran a student's code: nothing in them is believed.

Every output is built anew from the parts that are known; unknown parts and kinds are left out.
HTML is kept as it came: whoever shows it cleans it first.
"""

import json
import math
import re

from ..answers import MIME

TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex")
PICTURES = ("image/png", "image/jpeg")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
DEEPEST = 12        # lists within lists of an answer
MOST = 10_000       # items of an answer
LONGEST = 20_000    # characters of a text inside an answer
DIGITS = 300        # of a whole number
MOST_OUTPUTS = 2_000
MOST_PARTS, MOST_COMMAS = 500_000, 5_000_000  # of a message; read as JSON, a small part costs far more memory than its bytes


def accept(body: bytes, expected: list[str]) -> tuple[str, int | None, list[dict]]:
    """Return (cell id, execution count, outputs) from the message of one cell.

    `expected` holds the ids of the cells that have not come yet, in order: a cell comes once, and none before its turn.
    Raises ValueError when the message is not one that the worker's shell sends.
    """
    if body.count(b"[") + body.count(b"{") > MOST_PARTS or body.count(b",") > MOST_COMMAS:
        raise ValueError("a message of too many parts")
    try:
        message = json.loads(body, parse_constant=_not_a_number)
        name, count, outputs = message["id"], message["count"], message["outputs"]
    except (ValueError, RecursionError, KeyError, TypeError) as problem:
        raise ValueError("not a cell's message") from problem
    if not expected or name != expected[0] or not isinstance(outputs, list):
        raise ValueError("a cell out of turn")
    kept = [built for output in outputs[:MOST_OUTPUTS] if isinstance(output, dict) and (built := _output(output))]
    return name, _count(count), kept


def _count(value) -> int | None:
    """Return the number of a cell. True is a number in Python and none in a notebook, which would not be valid."""
    return value if type(value) is int and 0 <= value < 10**6 else None


def text(value) -> str:
    """Return a text that can be stored: half characters become a question mark."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _output(output: dict) -> dict | None:
    kind = output.get("output_type")
    if kind == "stream":
        return {"output_type": kind, "name": "stderr" if output.get("name") == "stderr" else "stdout", "text": text(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        return {"output_type": kind, "ename": text(output.get("ename")), "evalue": text(output.get("evalue")),
                "traceback": [text(line) for line in lines] if isinstance(lines, list) else []}
    if kind not in ("display_data", "execute_result") or not isinstance(output.get("data"), dict):
        return None
    built = {"output_type": kind, "metadata": {}, "data": _data(output["data"])}
    if kind == "execute_result":
        built["execution_count"] = _count(output.get("execution_count"))
    return built


def _data(data: dict) -> dict:
    kept = {mime: text(data[mime]) for mime in TEXTS if isinstance(data.get(mime), str)}
    kept |= {mime: data[mime] for mime in PICTURES if isinstance(data.get(mime), str) and BASE64.fullmatch(data[mime])}
    record = data.get(MIME)
    if isinstance(record, dict) and isinstance(record.get("id"), str):
        try:
            kept[MIME] = {"id": text(record["id"]), "answer": _answer(record.get("answer"), DEEPEST)}
        except ValueError as problem:
            kept["text/plain"] = f"{kept.get('text/plain', '')}\n[Not recorded: the answer is {problem}.]".strip()
    return kept


def _answer(value, depth: int):
    """Return an answer as it came. Raises ValueError, in words, for one of a size that no answer has."""
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, (list, dict)) and len(value) > MOST or isinstance(value, str) and len(value) > LONGEST:
        raise ValueError("too long")
    if isinstance(value, list):
        return [_answer(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {text(label): _answer(item, depth - 1) for label, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value) or isinstance(value, int) and abs(value) >= 10**DIGITS:
        raise ValueError("too large a number")
    return text(value) if isinstance(value, str) else value


def _not_a_number(name: str):
    raise ValueError(f"{name} is no number")
