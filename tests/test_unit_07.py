"""Unit 07: forecasts, scores, live questions, the record, and a class's files put together."""

import json
import re
from datetime import date

import pandas as pd
import pytest
from conftest import ROOT

from fivereadings import classfiles, load
from fivereadings.notebooks import read
from fivereadings.views import afterwards, forecasting, scoring
from fivereadings.views.afterwards import VIEWS, record_table, record_view
from fivereadings.views.forecasting import base_rate, forecast_view, live, live_view, probabilities, problem_of, resolved, save_live, save_practice

FORECASTS, LIVE = load("forecasts"), load("live")
REASON = "because of the years before"


# ------------------------------------------------------------------ the record


@pytest.mark.parametrize("measure", VIEWS)
def test_the_record_at_every_measure(measure):
    html = record_view(measure).data
    words = load("record").set_index("measure").loc[measure]
    assert "<figure" in html and "What it does not show: " in html and len(words["does_not_show"]) > 100
    assert len(re.search(r'alt="([^"]*)"', html)[1].split()) > 15
    assert ("Hollow marks" in html) == VIEWS[measure]()[0].query("2014 <= year < 2026")["announced"].any()


def test_no_two_measures_show_the_same_and_each_has_its_words():
    assert len({re.sub(r"data:image[^\"]*", "", record_view(measure).data) for measure in VIEWS}) == len(VIEWS)
    assert list(load("record")["measure"]) == list(VIEWS)


def test_the_record_is_what_the_tables_hold_and_a_gap_stays_a_gap():
    trade = record_table("trade, each direction").set_index("year")
    assert list(trade.index) == list(range(2014, 2026))
    assert trade.loc[2022:, "Russia to China, by Russia"].isna().all() and trade.loc[2020:, "China to Russia, by Russia"].isna().all()
    assert trade.loc[2025, "Russia to China, by China"] == 124.796
    china = afterwards.trade_lines()[0].query("line == 'Russia to China, by China'").set_index("year")["announced"]
    assert [china[year] for year in (2016, 2018, 2024, 2025)] == [True, False, False, True]
    shares = record_table("shares in each other's trade").set_index("year")
    lab = load("trade-reconciled").query("year == 2024").set_index("flow")["value"]
    both = lab["Russia to China"] + lab["China to Russia"]
    assert shares.loc[2024, "China in Russia's trade"] == pytest.approx(both / (lab["Russia to World"] + lab["World to Russia"]) * 100)
    assert shares.loc[2024, "Russia in China's trade"] == pytest.approx(both / (lab["China to World"] + lab["World to China"]) * 100)
    gas = record_table("gas through Power of Siberia").set_index("year")
    assert gas.loc[2025, "Gazprom (announced)"] == 38.8 and gas.loc[:2018].isna().all(axis=None)
    assert record_table("crude oil").set_index("year").loc[2014].isna().all()


def test_figures_to_be_used_with_care_are_crosses_and_no_line_runs_through_them(monkeypatch):
    drawn = []
    monkeypatch.setattr(afterwards, "show", lambda figure, **words: drawn.append((figure.axes[0], words)))
    for measure in VIEWS:
        record_view(measure)
    axes, words = drawn[list(VIEWS).index("trade, each direction")]
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert [list(line.get_xdata()) for line in crosses] == [[2016, 2017]] and "Crosses: China to Russia, by Russia, well above other sources, in 2016 and 2017." in words["alt"]
    assert "2016 and 2017 (crosses) stand well above other sources" in words["caption"]
    odd = load("trade").query("reporter == 'Russia' and flow == 'China to Russia' and year in [2016, 2017]")["value"]
    assert list(crosses[0].get_ydata()) == list(odd)
    joined = [line for line in axes.lines if line.get_linestyle() in ("-", "--") and len(line.get_xdata()) > 2]
    assert len(joined) == 4 and not any(set(odd) & set(line.get_ydata()) for line in joined)
    assert not any(line.get_marker() == "x" for other, _ in drawn if other is not axes for line in other.lines)


def test_payments_with_all_countries_are_no_payments_between_the_two():
    what = record_table("currencies of payment")["what"]
    assert what.nunique() == 5 and not what.str.contains("all").any()
    assert [afterwards._moment(text) for text in ("2022", "2022 end", "2021 first half", "2022 January")] == pytest.approx([2022.5, 2022.99, 2021.25, 2022 + 0.5 / 12])


def test_the_words_on_payments_count_those_who_speak():
    rows = afterwards._lines("currencies of payment")[0]
    official = rows["reporter"].str.contains("ambassador|minister|ministry")
    assert (official.sum(), len(rows)) == (8, 15) and "Eight of the 15" in load("record").set_index("measure").loc["currencies of payment", "does_not_show"]


def test_a_source_of_which_nothing_is_drawn_is_not_cited():
    assert "VietnamPlus" not in record_view("trade, each direction").data
    used = {key for table in afterwards.record_tables() for key in table["source"]}
    assert {"atlas-totals", "review-2016", "oreanda-2019", "tass-2025", "wits-summary"} <= used and "vietnamplus-2011" not in used


def test_what_could_be_is_scored_only_with_a_word_that_it_is_our_reading():
    could = FORECASTS[FORECASTS["says"].str.contains("could")].set_index("forecast")
    assert set(could.index) == {"rd-documents-up-to-30", "rd-main-investor-by-2018"}
    assert could["resolution_rule"].str.contains("the author did not say so").all() and could["outcome"].str.contains("“could” read as “will”").all()


def test_the_break_has_a_source():
    stopped = load("events").query("date == '2022-04-21'")
    assert len(stopped) == 1 and stopped["source"].item() == "moscow-times-2022"
    assert int(afterwards.STOPPED) == load("trade").query("reporter == 'Russia' and flow == 'Russia to China'")["year"].max()


# ------------------------------------------------------------------ forecasts and scores


def test_every_forecast_resolves_to_one_or_zero():
    came = resolved()
    assert list(came["forecast"]) == list(FORECASTS["forecast"])
    assert came["happened"].isin([0, 1]).all() and (came["why"] != "").all()
    assert ((came["happened"] == 1) == FORECASTS["outcome"].str.startswith("happened")).all()


def test_what_cannot_be_resolved_gets_no_number(small_module):
    path = small_module / "readings" / "forecasts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("happened (2014-12-28)", "cannot be resolved (made up)"), encoding="utf-8")
    row = resolved(["rd-isaf-ends-2014"]).iloc[0]
    assert pd.isna(row["happened"]) and (row["outcome"], row["why"]) == ("cannot be resolved", "made up")


@pytest.mark.parametrize("name", FORECASTS["forecast"])
def test_a_forecast_is_shown_without_its_outcome(name):
    html = forecast_view(name).data
    row = FORECASTS.set_index("forecast").loc[name]
    assert "<table" in html and row["outcome"] not in html and row["outcome"].partition("(")[2][:12] not in html.replace(row["resolution_rule"], "")


def test_always_50_scores_a_quarter_and_the_notebooks_lines_agree_with_the_class():
    both = probabilities().merge(resolved(), on="forecast")
    assert len(both) == 16 and ((both["probability"] / 100 - both["happened"]) ** 2).mean() == 0.25
    rows = both.assign(p=both["probability"] / 100, base=0.75)
    assert scoring.brier(rows).to_dict() == {"questions": 16, "brier": 0.25, "always 50": 0.25, "base rate": 0.1875}
    one = pd.DataFrame({"p": [0.8, 0.8], "happened": [1.0, 0.0], "base": [0.9, float("nan")]})
    assert scoring.brier(one)["brier"] == pytest.approx((0.04 + 0.64) / 2) and scoring.brier(one)["base rate"] == pytest.approx((0.01 + 0.25) / 2)


def test_what_is_saved_is_scored_by_the_same_lines(small_module):
    save_practice("Birch", "taussig-hundred-bn", 80, REASON)
    save_practice("birch", "taussig-hundred-bn", 90, REASON)  # replaces the first
    html = save_practice("birch", "rd-documents-up-to-30", 100, REASON).data
    assert "90" in html and "forecasts-birch.csv" in html and "did not happen" not in html
    save_live("birch", "oil-price-up", 2059, 40, REASON)
    mine = probabilities("birch")
    assert dict(zip(mine["forecast"], mine["probability"])) == {"taussig-hundred-bn": 90, "rd-documents-up-to-30": 100}
    scored = mine.merge(resolved(), on="forecast")
    assert ((scored["probability"] / 100 - scored["happened"]) ** 2).mean() == pytest.approx((0.01 + 1) / 2)


@pytest.mark.parametrize("call, says", [
    (lambda: probabilities("nobody-here"), "No practice forecast is saved"),
    (lambda: forecast_view("rd-moon"), "There is no forecast"), (lambda: resolved(["rd-moon"]), "There is no forecast"),
    (lambda: live_view("moon", 2030), "There is no question"), (lambda: record_view("moon"), "There is no measure"),
    (lambda: live_view("oil-price-up", 2025), "whole number from 2026"), (lambda: live_view("oil-price-up", 2061), "to 2060"),
    (lambda: live_view("oil-price-up", 2030.5), "whole number"), (lambda: save_practice("birch", "taussig-hundred-bn", 50, "no"), "Write a reason"),
    (lambda: save_practice("", "taussig-hundred-bn", 50, REASON), "The pseudonym is"), (lambda: save_practice("", "taussig-hundred-bn", 50, "oil"), "The pseudonym is"),
    (lambda: save_practice("birch", "taussig-hundred-bn", 50, "oil"), "at least two words"), (lambda: save_practice("birch", "taussig-hundred-bn", 50, "价"), "at least two words"),
    (lambda: save_practice("birch", "taussig-hundred-bn", 0.8, REASON), "Did you mean 80 per cent. Type 80"), (lambda: save_live("birch", "oil-price-up", 2059, 120, REASON), "0 to 100"),
    (lambda: save_practice("birch", "taussig-hundred-bn", float("nan"), REASON), "0 to 100"), (lambda: save_practice("birch", "taussig-hundred-bn", -1, REASON), "0 to 100"), (lambda: base_rate({**LIVE.iloc[0], "measure": "falls"}), "no measure"),
])
def test_a_mistake_is_answered_in_a_sentence(small_module, call, says):
    with pytest.raises(ValueError, match=says) as problem:
        call()
    assert len(str(problem.value)) >= 20 and not (small_module / "my-work").exists()


# ------------------------------------------------------------------ live questions


def test_a_live_question_is_whole():
    assert len(LIVE) >= 6
    for row in LIVE.to_dict("records"):
        filled, by = live(row["question"], 2031)
        assert by > date(2031, 12, 31) and "2031" in filled["asks"] and not re.search(r"[{}]", " ".join(filled[["asks", "resolution_rule", "if_it_stops"]]))
        assert filled["asks"].endswith("?") and "appened if" in filled["resolution_rule"]
        assert "cannot be resolved" in row["if_it_stops"] or row["question"] == "presidents-meet-twice"
        assert row["published_by"] and row["address"] and (row["base_note"] or row["table"])
    assert "2033-01-31" in live("total-trade-up", 2031)[0]["if_it_stops"] and live("total-trade-up", 2031)[1] == date(2032, 2, 15)
    assert not LIVE["asks"].str.contains(r"soldier|militar|casualt|killed|war\b", case=False).any()


@pytest.mark.parametrize("row", LIVE[LIVE["table"] != ""].to_dict("records"), ids=lambda row: row["question"])
def test_a_base_rate_is_the_one_that_the_tables_give(row):
    share, years = base_rate(row)
    assert (round(share), years) == (row["base_rate"], row["base_years"])


def test_base_rates_counted_by_hand():
    oil = load("oil-price").set_index("year")["value"]
    ups = [oil[year] > oil[year - 1] for year in range(2001, 2026)]
    assert LIVE.set_index("question").loc["oil-price-up", "base_rate"] == round(sum(ups) / len(ups) * 100)
    gap = {"table": "partners-announced", "measure": "rises", "where": "measure=share of turnover; partner=European Union; period=year"}
    assert base_rate(gap)[1] == "1 of 1 years, 2021"  # 2014, 2018, 2020, 2021: only the last has its neighbour


def test_the_list_of_live_questions_asks_for_the_year():
    asked = forecasting.live_questions(2030)
    assert list(asked["question"]) == list(LIVE["question"]) and asked["asks"].str.contains("2030").all() and not asked["asks"].str.contains("[{}]").any()


@pytest.mark.parametrize("name", LIVE["question"])
def test_every_live_question_is_shown_at_both_ends(name):
    assert len({live_view(name, year).data for year in (2026, 2027, 2060)}) == 3
    base = LIVE.set_index("question").loc[name, "base_rate"]
    assert ("no base rate" if pd.isna(base) else f"{base:.0f} per cent (") in live_view(name, 2027).data


def test_what_can_be_judged_already_is_no_forecast(small_module, monkeypatch):
    class Later(date):
        @classmethod
        def today(cls):
            return cls(2028, 2, 15)
    monkeypatch.setattr(forecasting, "date", Later)
    with pytest.raises(ValueError, match="Much of 2027 is known by now"):
        save_live("birch", "total-trade-up", 2027, 60, REASON)
    assert "total-trade-up" in save_live("birch", "total-trade-up", 2028, 60, REASON).data
    Later.today = classmethod(lambda cls: cls(2028, 7, 1))
    with pytest.raises(ValueError, match="Choose 2029 or later"):
        save_live("birch", "total-trade-up", 2028, 60, REASON)


@pytest.mark.parametrize("change, says", [
    ({}, ""), ({"probability": "70,5"}, ""), ({"probability": "101"}, "0 to 100"), ({"probability": "-1"}, "0 to 100"), ({"probability": "nan"}, "0 to 100"),
    ({"probability": "half"}, "0 to 100"), ({"probability": "0,8"}, "Type 80"), ({"set": "exam"}, "practice or live"), ({"forecast": "moon"}, "no question"), ({"year": "soon"}, "whole number"),
    ({"set": "practice"}, "no forecast"), ({"set": "practice", "forecast": "bear-flourish", "year": ""}, ""),
])
def test_a_bad_row_is_named(change, says):
    row = {"pseudonym": "oak", "set": "live", "forecast": "oil-price-up", "year": "2030", "probability": "70", "reason": "", "saved": ""} | change
    assert (says in problem_of(row)) if says else problem_of(row) == ""


@pytest.mark.parametrize("probability, reason", [(0, "价格"), (1, "oil falls"), (100, "油价下跌。"), (12.5, "gas 价")])
def test_a_short_reason_in_any_script_is_a_reason(small_module, probability, reason):
    save_live("birch", "oil-price-up", 2059, probability, reason)
    row = classfiles.own("forecasts", "birch").iloc[0]
    assert (float(row["probability"]), row["reason"]) == (probability, reason)


# ------------------------------------------------------------------ a class


@pytest.fixture
def folder(small_module):
    """Three made-up students' files, and three that do not count."""
    for name, oil, gas, practice in (("birch", 20, 90, 100), ("oak", 60, 95, 50), ("river-7", 50, 99, 80)):
        save_live(name, "oil-price-up", 2059, oil, REASON)
        save_live(name, "gas-above-38", 2059, gas, REASON)
        save_practice(name, "taussig-hundred-bn", practice, REASON)
    handed_in = (small_module / "my-work").rename(small_module / "handed-in")
    (handed_in / "empty.csv").write_text("", encoding="utf-8")
    (handed_in / "wrong.csv").write_text("name,guess\nx,1\n", encoding="utf-8")
    head = (handed_in / "forecasts-oak.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    (handed_in / "forecasts-elm.csv").write_text(f"{head}\nelm,live,oil-price-up,2059,700,x,2026-01-01\n", encoding="utf-8")
    return handed_in


def test_a_class_is_merged_then_scored_and_the_page_names_nobody(folder, small_module, capsys):
    assert classfiles.main(["forecasts", str(folder)]) == 0
    said, work = capsys.readouterr().out, small_module / "class-work"
    assert "3 students, 9 rows." in said and "left out: it is empty" in said and "lacks pseudonym" in said and "row 2 left out: probability is '700'" in said
    assert "outcomes.csv; questions to fill in there: 2" in said
    page = (work / "forecasts.html").read_text(encoding="utf-8")
    assert page.count("<figure") == 2 and "None of these questions has an outcome yet" in page
    assert not re.search("birch|oak|river|elm", re.sub(r"data:image[^\"]*", "", page))
    table = pd.read_csv(work / "forecast-scores.csv", encoding="utf-8-sig")
    assert set(table["set"]) == {"practice"} and dict(zip(table["pseudonym"], table["brier"])) == {"birch": 0, "oak": 0.25, "river-7": 0.04}

    (work / "outcomes.csv").write_text("forecast;year;outcome;source\ngas-above-38;2059;happened;Gazprom 2060\noil-price-up;2059;did not happen;EIA 2060\n", encoding="cp1252")
    assert classfiles.main(["forecasts", str(folder)]) == 0
    table = pd.read_csv(work / "forecast-scores.csv", encoding="utf-8-sig").query("set == 'live'").set_index("pseudonym")
    assert table.loc["birch", "brier"] == pytest.approx((0.2 ** 2 + 0.1 ** 2) / 2) and (table["questions"] == 2).all() and (table["always 50"] == 0.25).all()
    rates = LIVE.set_index("question")["base_rate"] / 100
    assert table.loc["oak", "base rate"] == pytest.approx(((rates["gas-above-38"] - 1) ** 2 + rates["oil-price-up"] ** 2) / 2, abs=0.001)
    page = (work / "forecasts.html").read_text(encoding="utf-8")
    assert "the class: the mean of its probabilities" in page and "2 questions with an outcome" in page


def test_what_a_teacher_wrote_stays_and_new_questions_are_added(folder, small_module, capsys):
    work = small_module / "class-work"
    work.mkdir()
    (work / "outcomes.csv").write_text("forecast,year,outcome,source\ngas-above-38,2059,cannot be resolved,Gazprom gave none\n,,,\n", encoding="utf-8")
    assert classfiles.main(["forecasts", str(folder)]) == 0
    assert "to fill in there: 1" in capsys.readouterr().out
    kept = (work / "outcomes.csv").read_text(encoding="utf-8-sig")
    assert "gas-above-38,2059,cannot be resolved,Gazprom gave none" in kept and "oil-price-up,2059,," in kept
    assert "live" not in set(pd.read_csv(work / "forecast-scores.csv", encoding="utf-8-sig")["set"])


def test_a_year_with_decimals_is_the_same_question(folder, small_module):
    path = folder / "forecasts-oak.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",2059,", ",2059.0,"), encoding="utf-8")
    (small_module / "class-work").mkdir()
    (small_module / "class-work" / "outcomes.csv").write_text("forecast;year;outcome;source\ngas-above-38;2059,0;happened;Gazprom 2060\n", encoding="utf-8")
    assert classfiles.main(["forecasts", str(folder)]) == 0
    outcomes = pd.read_csv(small_module / "class-work" / "outcomes.csv", encoding="utf-8-sig", dtype="str")
    assert sorted(outcomes["forecast"]) == ["gas-above-38", "oil-price-up"] and set(outcomes["year"]) == {"2059"}
    table = pd.read_csv(small_module / "class-work" / "forecast-scores.csv", encoding="utf-8-sig").query("set == 'live'")
    assert len(table) == 3 and (table["questions"] == 1).all()


@pytest.mark.parametrize("row, says", [
    ("gas-above-38,2059,yes,Gazprom", "line 2: the outcome is 'yes'"), ("gas-above-38,2059,happened,", "line 2: an outcome needs its source"),
])
def test_an_outcome_that_cannot_count_stops_with_a_sentence(folder, small_module, capsys, row, says):
    (small_module / "class-work").mkdir()
    (small_module / "class-work" / "outcomes.csv").write_text(f"forecast,year,outcome,source\n{row}\n", encoding="utf-8")
    assert classfiles.main(["forecasts", str(folder)]) == 1
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"forecast,year\na,2\n", b"\x00\x01"])
def test_a_table_of_outcomes_that_is_none_is_named(folder, small_module, capsys, content):
    (small_module / "class-work").mkdir()
    (small_module / "class-work" / "outcomes.csv").write_bytes(content)
    assert classfiles.main(["forecasts", str(folder)]) == 1
    assert "outcomes.csv" in capsys.readouterr().err


def test_left_over_words_and_an_empty_class_are_one_sentence(folder, capsys):
    assert classfiles.main(["forecasts", str(folder), "2027"]) == 1
    assert "left over: 2027" in capsys.readouterr().err
    for path in folder.glob("forecasts-[bor]*.csv"):
        path.unlink()
    assert classfiles.main(["forecasts", str(folder)]) == 1
    assert "No forecast is left" in capsys.readouterr().err


# ------------------------------------------------------------------ the notebook


def test_the_terms_note_has_the_votes_of_the_table():
    note = (ROOT / "readings" / "terms-2014-2022.md").read_text(encoding="utf-8")
    page = (ROOT / "notebooks" / "07-what-happened-next.ipynb").read_text(encoding="utf-8")
    for row in load("events").query("unit == 'votes'").to_dict("records"):
        against, abstained = re.search(r"(\d+) against.*?(\d+) abstained", row["note"]).groups()
        numbers = [f"{row['value']:.0f}", against, abstained]
        assert re.search(rf"\| {numbers[0]} \|", note) or f"| {numbers[0]} | 141 |" in note
        assert f"{against}, among them Russia" in note and f"{abstained}, among them China" in note
        assert re.search(rf"{numbers[0]}\D+{against}\D+{abstained}\b", page)


def test_the_stored_page_is_the_one_of_a_reader_who_saved_nothing():
    cells = json.loads((ROOT / "notebooks" / "07-what-happened-next.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert 'my_pseudonym = ""' in code
    printed = "".join("".join(output.get("text", "")) for cell in cells for output in cell.get("outputs", []))
    assert "My Brier score: 0.250. Always 50: 0.250." in printed


def test_what_the_page_has_given_away_is_named():
    cells = {cell.id: cell.source for cell in read(ROOT / "notebooks" / "07-what-happened-next.ipynb").cells}
    known = re.findall(r"\*((?:rd|cuf|taussig|bear)-[\w-]+)\*", cells["rest"])
    six = re.findall(r'"([\w-]+)"', cells["commit-table"].split("]")[0])
    assert len(known) == len(set(known)) == 6 and known[-1] == "bear-flourish"  # the five, and the one that is half told
    assert set(known) <= set(FORECASTS["forecast"]) - set(six) and len(FORECASTS) - len(six) == 10


def test_who_answers_the_live_questions_is_counted():
    said = "\n".join(cell.source for cell in read(ROOT / "notebooks" / "07-what-happened-next.ipynb").cells)
    assert load("live")["published_by"].str.contains("Customs of China|Gazprom|Russian president").sum() == 4
    assert "four are answered by China's customs, by Gazprom or by the Kremlin" in said
    asked = load("voices").set_index("voice")["publisher"]
    assert asked[["panov", "weitz", "fenenko"]].str.contains("owner Rossiyskaya Gazeta, the official newspaper of the Russian government").all()
