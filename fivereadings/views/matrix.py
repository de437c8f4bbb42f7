"""The matrix of voices and questions: whole, two or more voices side by side, and who differs on what."""

from itertools import combinations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.patches import Rectangle

from ..show import show
from ..tables import load
from ..voices import viewpoint_table, voice_names

ALL = "all questions"
SOURCE = "five texts, coded by the module in November 2026 (readings/viewpoints.csv)"
# Orange and purple are told apart by colour-blind readers; the number stands in every cell.
FILL = {-2: "#e08214", -1: "#fee0b6", 0: "#ffffff", 1: "#d8daeb", 2: "#998ec3"}


def signed(stance) -> str:
    """Return a stance as text with its sign: "+1", "−2", "0"; silence as "–"."""
    return "–" if pd.isna(stance) else f"{int(stance):+d}".replace("-", "−").replace("+0", "0")


def stance_rows() -> pd.DataFrame:
    """Return one row for each voice and question: `voice, question, stance, year`.

    `stance` is a number from -2 to 2, empty (NaN) for silence. `year` is the first year
    that the voice's date names; for the unsigned text it is our estimate ("c. 2018").
    """
    rows = load("viewpoints").merge(load("voices")[["voice", "written"]], on="voice")
    rows["stance"] = pd.to_numeric(rows["stance"])
    rows["year"] = rows["written"].str.extract(r"(\d{4})", expand=False).astype("int64")
    return rows[["voice", "question", "stance", "year"]]


def stance_matrix() -> pd.DataFrame:
    """Return the matrix: one row a voice, one column a question, in the order of the tables; NaN is silence."""
    wide = stance_rows().pivot(index="voice", columns="question", values="stance")
    return wide.loc[load("viewpoints")["voice"].unique(), load("questions")["question"]].rename_axis(columns=None)


def matrix_view():
    """Return the whole matrix as a picture with its table, as HTML."""
    wide, names = stance_matrix(), voice_names()
    figure, axes = plt.subplots(figsize=(8.8, 4.3))
    figure.subplots_adjust(left=0.255, right=0.998, top=0.9, bottom=0.02)
    for y, voice in enumerate(wide.index):
        for x, question in enumerate(wide.columns):
            stance = wide.loc[voice, question]
            silent = pd.isna(stance)
            axes.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, edgecolor="#bbbbbb" if silent else "#555555",
                                     facecolor="white" if silent else FILL[int(stance)], hatch="///" if silent else ""))
            axes.text(x, y, "silent" if silent else signed(stance), ha="center", va="center", fontsize=8 if silent else 12,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1} if silent else None)
    axes.set(xlim=(-0.55, len(wide.columns) - 0.45), ylim=(len(wide) - 0.45, -0.55),
             xticks=range(len(wide.columns)), yticks=range(len(wide)))
    axes.set_xticklabels(wide.columns, fontsize=9)
    axes.set_yticklabels([names[voice] for voice in wide.index])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    silences = wide.isna().sum(axis=1)
    table = wide.map(signed).rename(index=names).rename_axis("voice").reset_index()
    quiet = ", ".join(names[voice] for voice in silences.index[silences == silences.max()])
    return show(
        figure, caption=f"{len(wide)} voices, {len(wide.columns)} questions. From −2 to +2: the two ends of each question; "
        "hatched: the voice does not speak to it.", source=SOURCE, table=table,
        alt=f"A grid of {len(wide)} voices by {len(wide.columns)} questions with the stance printed in each cell, from −2 to +2. "
            f"{int(silences.sum())} of {wide.size} cells are silent and hatched, the largest number, {int(silences.max())}, in the row of {quiet}. "
            f"Every voice speaks to {' and '.join(wide.columns[wide.notna().all()])}, where the stances lie farthest apart.")


def _checked(chosen: list[str], question: str) -> None:
    names, questions = voice_names(), list(load("questions")["question"])
    for voice in chosen:
        if voice not in names:
            raise ValueError(f"There is no coded voice {voice!r}. Choose from: {', '.join(names)}.")
        if chosen.count(voice) > 1:
            raise ValueError(f"{names[voice]} is chosen twice. Name each voice once.")
    if question not in [ALL, *questions]:
        raise ValueError(f"There is no question {question!r}. Choose from: {', '.join([ALL, *questions])}.")


def compare_table(voices: list[str], question: str = ALL) -> pd.DataFrame:
    """Return what the voices say, side by side: `question, voice, stance, ¶, written, based in, says`.

    One row for each question and voice, in the order given; `question` is one id or "all questions".
    Raises ValueError for an unknown voice or question, or a voice that is chosen twice.
    """
    _checked(voices, question)
    names, about = voice_names(), load("voices").set_index("name")
    asked = load("questions")
    table = viewpoint_table(voices, None if question == ALL else [question])
    table["question"] = table["question"].map(asked.set_index("asks")["question"])
    table["written"] = table["voice"].map(about["reading"]).map(load("readings").set_index("reading")["published"])  # short: "c. 2018"
    table["based in"] = table["voice"].map(about["based_in"])
    table["stance"] = [signed(pd.to_numeric(stance, errors="coerce")) for stance in table["stance"]]
    order = {"question": {name: place for place, name in enumerate(asked["question"])},
             "voice": {names[name]: place for place, name in enumerate(voices)}}
    table = table.sort_values(["question", "voice"], key=lambda column: column.map(order[column.name]))
    return table[["question", "voice", "stance", "¶", "written", "based in", "says"]].reset_index(drop=True)


def compare_view(voices: list[str], question: str = ALL):
    """Return two or more voices side by side on one question or all, as HTML. Errors as in `compare_table`; one voice is too few."""
    if len(voices) < 2:
        raise ValueError("Choose two voices or more: there is one voice or none to compare.")
    table, names = compare_table(voices, question), voice_names()
    wide = stance_matrix().loc[voices]
    shared = wide.loc[:, wide.notna().all()]
    told = [names[voice] for voice in voices]
    who = f"All {len(told)} voices" if len(told) == len(names) else f"{', '.join(told[:-1])} and {told[-1]}"
    caption = f"{who}: {question}. "
    if question == ALL:
        caption += f"{'Both' if len(voices) == 2 else 'All of them'} speak to {shared.shape[1]} of {wide.shape[1]} questions. "
        if len(voices) == 2 and shared.shape[1]:
            caption += f"There they differ by {shared.diff().abs().iloc[-1].mean():.2f} on average."
    else:
        asked = load("questions").set_index("question").loc[question]
        caption += f"{asked['asks']} −2: {asked['low']}; +2: {asked['high']}."
    return show(table, caption=caption, source="five texts, told in our words; – means silent")


def ticked_view(question: str = ALL, **ticked: bool):
    """Return `compare_view` of the voices that are ticked; each keyword is a voice's id. Errors as there."""
    chosen = [voice for voice, on in ticked.items() if on]
    if len(chosen) < 2:
        raise ValueError("Tick at least two voices.")
    return compare_view(chosen, question)


def pairs_table() -> pd.DataFrame:
    """Return each pair of voices: `first, second, shared, difference, written`, the farthest apart first.

    `shared` counts the questions to which both speak; `difference` is the mean absolute
    difference of the stances there (0 to 4). `written` is "same year" or "another year".
    """
    wide, year = stance_matrix(), stance_rows().groupby("voice")["year"].first()
    pairs = []
    for one, other in combinations(wide.index, 2):
        apart = (wide.loc[one] - wide.loc[other]).abs().dropna()
        pairs.append((one, other, len(apart), apart.mean(), "same year" if year[one] == year[other] else "another year"))
    pairs = pd.DataFrame(pairs, columns=["first", "second", "shared", "difference", "written"])
    return pairs.sort_values(["difference", "shared"], ascending=False, kind="stable").reset_index(drop=True)


def questions_table() -> pd.DataFrame:
    """Return each question: `question, voices, lowest, highest, spread`, the widest spread first.

    `voices` counts those that speak to it; `spread` is the highest stance less the lowest.
    """
    wide = stance_matrix()
    table = pd.DataFrame({"voices": wide.count(), "lowest": wide.min(), "highest": wide.max()}).astype("int64")
    table["spread"] = table["highest"] - table["lowest"]
    return table.rename_axis("question").reset_index().sort_values("spread", ascending=False, kind="stable").reset_index(drop=True)
