"""Unit 06: every figure printed in its worksheet, its run sheets and its text follows from the tables."""

import json
import re

from printed import GUIDE, ROOT, m, page, told, trade

from fivereadings.tables import load
from fivereadings.views.agreement import module_alpha
from fivereadings.views.matrix import pairs_table, stance_matrix
from fivereadings.views.rods import change_in

UNIT = "06-eight-voices"
SHEET, NOTEBOOK = f"worksheets/{UNIT}.md", f"notebooks/{UNIT}.ipynb"

CODINGS = load("codings")
A, B = (CODINGS[name] != "" for name in ("coder_a", "coder_b"))
SAME = CODINGS["coder_a"] == CODINGS["coder_b"]
BY_CHANCE = A.mean() * B.mean() + (1 - A.mean()) * (1 - B.mean())
RODS = change_in(2015).set_index("vintage").loc["Rosstat, early 2016"]
BOTH = "Russia and China"


def partner(reporter, flow, name):
    """Return one figure of 2013 from the lists of partners."""
    return m(f"table=partners; year=2013; reporter={reporter}; flow={flow}; partner={name}")


def ten_months(name):
    """Return a turnover that Russia announced for January to October 2013."""
    return m(f"table=partners-announced; year=2013; period=January-October; measure=turnover; partner={name}")


def with_us(year):
    """Return China's trade with the United States, both directions, as China reports it."""
    return m(trade(year, "China to United States|United States to China", "China"), "sum")


TABLES = {
    (SHEET, "Table 1"): [],  # the codebook: words only
    (SHEET, "Table 2"): [("47", (A & B).sum()), ("1", (A & ~B).sum()), ("1", (~A & B).sum()), ("15", (~A & ~B).sum())],
}

TEXT = [
    ("84 per cent", SAME.mean() * 100), ("62.5 per cent", BY_CHANCE * 100),
    ("96.9 per cent", (A == B).mean() * 100), ("75 per cent", A.mean() * 100), ("50 per cent", 3 / 6 * 100),
    # The role cards.
    ("35.6 bn", partner("Russia", "exports", "China")), ("53.2 bn", partner("Russia", "imports", "China")),
    ("89.2 bn", m(f"table=trade-announced; year=2013; flow={BOTH}; reporter=China; unit=US$ bn")), ("522.5 bn", with_us(2013)),
    ("72.7 bn", ten_months("China")), ("26.8 bn", ten_months("Japan")), ("252.8 bn", partner("European Union", "imports", "Russia")),
    ("−3.7 per cent", RODS["real"]), ("−35.0 per cent", RODS["dollars"]),
    ("68.0 bn", m(told(2015, BOTH).replace("reported|computed", "reported"))), ("558.7 bn", with_us(2015)),
    ("25.7 per cent", m(f"table=trade-announced; year=2018; period=January-August; flow={BOTH}; reporter=China; measure=growth")),
    ("11.0 per cent", m(f"{trade(2017, 'Russia to China', 'Russia')} // {trade(2017, 'Russia to World', 'Russia')}", "share")),
    ("2.2 per cent", m(f"{trade(2017, 'Russia to China', 'China')} // {trade(2017, 'World to China', 'China')}", "share")),
    ("84.1 bn", m(told(2017, BOTH).replace("reported|computed", "reported"))),
]


def test_counts_and_alphas_that_carry_no_unit():
    guide, sheet = page(GUIDE), page(SHEET)
    spoken = CODINGS[A & B]
    assert f"{(A == B).sum()} of {len(CODINGS)} alike on whether" in guide
    assert f"{(spoken['coder_a'] == spoken['coder_b']).sum()} of {len(spoken)} alike on what it says" in guide
    assert f"Ordinal alpha {module_alpha('ordinal'):.2f}, and {module_alpha('speaks'):.2f} for speaking" in guide
    assert "3,500 Chinese soldiers" in sheet
    assert load("events").query("what == 'Chinese soldiers in the exercise Vostok-2018' and reporter == 'TASS'")["value"].item() == 3500


def test_the_codes_that_the_run_sheet_prints():
    items = load("coding-items").merge(CODINGS, on=["voice", "question"])
    text = re.search(r"The two coders, A and B: (.*?)\. After", page(GUIDE))[1]
    word = {"": "silent", "0": "0"}
    codes = [[word.get(row[name]) or f"{int(row[name]):+d}".replace("-", "−") for name in ("coder_a", "coder_b", "reconciled")]
             for row in items.to_dict("records")]
    assert re.findall(r"item (\d): (\S+), (\S+?)(?:\.|$)", text, re.I) == [(str(i + 1), a, b) for i, (a, b, _) in enumerate(codes)]
    assert "the module uses " + ", ".join(used for *_, used in codes) + ";" in page(GUIDE)


def test_what_the_unit_says_of_the_matrix():
    text, wide = page(NOTEBOOK), stance_matrix()
    pairs = pairs_table()
    same = pairs[pairs["written"] == "same year"]
    four = ["panov", "weitz", "murashkin", "fenenko"]
    assert (len(same), (same["first"].isin(four) & same["second"].isin(four)).sum()) == (8, 6)
    assert "Six of those eight pairs" in text and wide.loc["fenenko"].notna().sum() == 3 and wide.loc["bear-and-dragon"].notna().all()
    assert pairs["shared"].iloc[0] == 3 and pairs.set_index(["first", "second"]).loc[("caixin", "bear-and-dragon"), "shared"] == 7
    assert (wide.loc["caixin", "economy"], wide.loc["bear-and-dragon", "economy"]) == (-2, 2)
    assert not ((wide[["durability", "dependence"]]) < 0).any(axis=None)  # “No voice was coded below 0”
    silent = CODINGS[A != B]
    assert len(silent) == 2  # “In two rows one coder found silence”
    exercise = page(f"solutions/{UNIT}/{UNIT}.ipynb")
    means = pairs.groupby("written")["difference"].mean()
    assert f"{means['same year']:.2f} steps apart on average ({len(same)} pairs)" in exercise
    assert f"{means['another year']:.2f} ({len(pairs) - len(same)} pairs)" in exercise


def test_points_and_figures_of_the_exercise():
    key = json.loads((ROOT / "solutions" / UNIT / "key.json").read_text(encoding="utf-8"))
    assert sum(entry["points"] for entry in key.values()) == 13
    prose = page(f"solutions/{UNIT}/{UNIT}.ipynb") + page(f"solutions/{UNIT}/rubric.csv")
    assert f"**{A.sum()} of {len(CODINGS)}** items" in prose and f"{BY_CHANCE * 100:.1f} per cent" in prose
    assert A.sum() == B.sum() and f"agree on {(A == B).sum()} items: {(A == B).mean() * 100:.1f} per cent" in prose
    assert f"{SAME.mean() * 100:.0f} per cent" in prose


def test_every_card_has_four_paragraphs_and_two_figures_of_its_voice():
    from fivereadings.views.coding import paragraphs_of

    cards = page(SHEET).split("# Role cards")[1].split("\n## ")[1:]
    voices = ["panov", "weitz", "murashkin", "fenenko", "china-us-focus", "caixin", "taussig", "bear-and-dragon"]
    assert len(cards) == len(voices)
    for voice, card in zip(voices, cards):
        numbers = [int(number) for number in re.findall(r"^- \*\*¶(\d+)\*\*", card, re.M)]
        _, first, last = paragraphs_of(voice)
        assert len(numbers) == 4 and all(first <= number <= last for number in numbers), voice
        assert "**Two figures:**" in card and len(re.findall(r"\d (?:bn|per cent)|3,500 Chinese", card.split("**Two figures:**")[1].split("\n")[0])) == 2
        assert re.search(r"reports|Rosstat|TASS", card.split("**Two figures:**")[1])
