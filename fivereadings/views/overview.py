"""The voices on one page: who they are, where they stood, who published them, and one sentence of what each holds."""

import pandas as pd

from ..tables import load
from ..voices import marks

ASKED_OF_ALL = "durability"


def one_sentence(views: pd.DataFrame) -> str:
    """Return what one voice holds on whether the closeness will last, with its ¶; if silent, that and something else.

    `views` are the rows of `viewpoints` of one voice, in the order of the codebook. In place of silence
    comes the question on which the voice is firmest; the first in the codebook where several are.
    """
    asked = views.set_index("question").loc[ASKED_OF_ALL]
    if asked["stance"]:
        return f"{asked['says']} ({marks(asked['paragraphs'])})"
    spoken = views[views["stance"] != ""]
    firmest = spoken.loc[spoken["stance"].astype(int).abs().idxmax()]
    return f"Silent on this. On “{firmest['question']}”: {firmest['says']} ({marks(firmest['paragraphs'])})"


def voices_table() -> pd.DataFrame:
    """Return one row a coded voice: `voice, written, based in, published by, will it last?`.

    The rule for the last column stands in `one_sentence`. Source: `voices.csv` and `viewpoints.csv`.
    """
    views = load("viewpoints")
    order = {question: place for place, question in enumerate(load("questions")["question"])}
    views = views.sort_values("question", key=lambda questions: questions.map(order), kind="stable")
    holds = {voice: one_sentence(rows) for voice, rows in views.groupby("voice")}
    who = load("voices")
    who = who[who["voice"].isin(holds)]
    when = who["reading"].map(load("readings").set_index("reading")["published"])
    publisher = who["publisher"].mask(who["reading"].duplicated(), "as above")  # several voices of one text
    return pd.DataFrame({"voice": who["name"], "written": when, "based in": who["based_in"],
                         "published by": publisher, "will it last?": who["voice"].map(holds)}).reset_index(drop=True)
