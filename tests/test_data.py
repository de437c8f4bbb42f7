"""The tables in data/: described, sourced, reproducible, and in step with independent figures."""

import json
import pathlib
import shutil
import subprocess
import sys

import frictionless
import pandas as pd
import pytest

ROOT = pathlib.Path(__file__).parent.parent
DATA = ROOT / "data"
GATHERED = ROOT.parent / "shared" / "data-sources"
DESCRIBED = (
    "name", "title", "producer", "release", "licence", "kind", "path", "unit", "as_of", "credit"
)
MOST_ROWS = 300

gathered = pytest.mark.skipif(
    not GATHERED.is_dir(), reason=f"the folder of gathered files is not at hand ({GATHERED})"
)


def package(folder=DATA):
    """Return the description of the tables in `folder`."""
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


TABLES = [resource["name"] for resource in package()["resources"]]


def table(name, folder=DATA):
    """Return one table; an empty text stays empty."""
    return pd.read_csv(folder / f"{name}.csv", keep_default_na=False, encoding="utf-8")


def unknown_keys(folder=DATA):
    """Return the source keys in the tables of `folder` that its description does not explain."""
    used = {key for name in TABLES for key in table(name, folder)["source"]}
    return sorted(used - {source["name"] for source in package(folder)["sources"]})


def errors(folder=DATA):
    """Return the kinds of error that frictionless finds in `folder` (none: an empty list)."""
    report = frictionless.validate(str(folder / "datapackage.json"))
    return sorted({kind for (kind,) in report.flatten(["type"])})


def compiled(target, gathered_files=GATHERED, script=DATA / "compile.py"):
    """Run compile.py into `target`; return the finished process."""
    command = [sys.executable, str(script), str(gathered_files), str(target)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def copy(tmp_path):
    """A copy of data/ that a test may break."""
    return pathlib.Path(shutil.copytree(DATA, tmp_path / "data"))


def edit(folder, name, old, new):
    """Replace the first `old` in a table of the copy; the text must be there."""
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


# ------------------------------------------------------------------ description and sources


def test_frictionless_finds_no_error():
    assert errors() == []


def test_every_source_key_is_explained():
    assert unknown_keys() == []


def test_no_source_is_unused_and_each_table_lists_its_own():
    used = set()
    for resource in package()["resources"]:
        keys = set(table(resource["name"])["source"])
        assert {source["name"] for source in resource["sources"]} == keys, resource["name"]
        used |= keys
    assert {source["name"] for source in package()["sources"]} == used


def test_every_source_is_described_in_full():
    for source in package()["sources"]:
        missing = [field for field in DESCRIBED if not source.get(field)]
        assert not missing, f"{source['name']} lacks {missing}"
        assert source["path"].startswith(("http://", "https://"))
        assert source["kind"] in {"official", "state media", "wire", "other"}
        if source["release"] == "article":
            assert source.get("kind_reason"), f"{source['name']}: why is it {source['kind']}?"


def test_kind_and_date_agree_with_the_source():
    entries = {source["name"]: source for source in package()["sources"]}
    for name in TABLES:
        rows = table(name)
        assert list(rows["as_of"].astype(str)) == [entries[key]["as_of"] for key in rows["source"]]
        if "kind" in rows:
            assert list(rows["kind"]) == [entries[key]["kind"] for key in rows["source"]]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_small_and_plain_text(name):
    raw = (DATA / f"{name}.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw and raw.endswith(b"\n")
    raw.decode("utf-8")
    assert 0 < len(table(name)) <= MOST_ROWS


def test_every_table_in_the_folder_is_described():
    assert {path.stem for path in DATA.glob("*.csv")} - {"press-added"} == set(TABLES)  # that one feeds compile.py


@pytest.mark.parametrize("name", [name for name in TABLES if name != "gas-contract"])
def test_no_figure_is_older_than_the_year_it_counts(name):
    rows = table(name)
    published = rows["as_of"].astype(str).str[:4].astype(int)
    part = rows["period"].ne("year") if "period" in rows else False
    early = rows[(published < rows["year"]) | ((published == rows["year"]) & ~part)]
    assert early.empty, early.to_string()


# ------------------------------------------------------------------ a broken copy is noticed


def test_a_broken_key_is_noticed(copy):
    edit(copy, "trade", ",us-census,", ",us-consensus,")
    assert unknown_keys(copy) == ["us-consensus"]


def test_a_wrong_type_is_noticed(copy):
    edit(copy, "trade-announced", ",68,US$ bn", ",about 68,US$ bn")
    assert errors(copy) == ["type-error"]


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("trade", ",28.335,", ",-28.335,"),
        ("gdp", ",imf-weo-2019-04", ",IMF 2019"),
        ("trade-announced", ",2016-08-06,", ",6 August 2016,"),
        ("trade-reconciled", "Russia to China", "Russia to Chine"),
        ("gas-contract", "other", "rumour"),
    ],
)
def test_a_value_out_of_range_is_noticed(copy, name, old, new):
    edit(copy, name, old, new)
    assert errors(copy) == ["constraint-error"]


def test_the_same_figure_twice_is_noticed(copy):
    path = copy / "trade.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines + lines[-1:]) + "\n", encoding="utf-8", newline="\n")
    assert errors(copy) == ["primary-key"]


# ------------------------------------------------------------------ how the tables are made


@gathered
def test_compiling_again_gives_the_same_bytes(tmp_path):
    done = compiled(tmp_path)
    assert done.returncode == 0, done.stderr
    for name in TABLES:
        made, kept = (folder / f"{name}.csv" for folder in (tmp_path, DATA))
        assert made.read_bytes() == kept.read_bytes(), f"{name}.csv: run data/compile.py again"


def test_a_missing_folder_is_one_sentence(tmp_path):
    done = compiled(tmp_path, tmp_path / "nowhere")
    assert done.returncode == 1
    assert done.stderr.strip() == f"There is no folder {tmp_path / 'nowhere'}."


def test_a_missing_file_is_one_sentence(tmp_path):
    done = compiled(tmp_path, tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == f"The file wits_top_partners_2000_2019.csv is missing in {tmp_path}."


@gathered
def test_an_address_without_a_description_is_named(copy):
    content = package(copy)
    dropped = next(source for source in content["sources"] if source["name"] == "tass-2018")
    content["sources"].remove(dropped)
    (copy / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    done = compiled(copy, script=copy / "compile.py")
    assert done.returncode == 1
    assert dropped["path"] in done.stderr and "Traceback" not in done.stderr


@gathered
def test_a_year_with_a_missing_month_is_left_out(tmp_path):
    files = pathlib.Path(shutil.copytree(GATHERED, tmp_path / "files"))
    months = files / "comtrade_china_reported_monthly_2017_2024.csv"
    months.chmod(0o644)
    lines = months.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("2019-07")]
    months.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert compiled(tmp_path, files).returncode == 0
    made = table("trade", tmp_path)
    years = set(made[made["source"] == "comtrade-monthly"]["year"])
    assert years == {2017, 2018, 2020, 2021, 2022, 2023, 2024}


# ------------------------------------------------------------------ do independent figures agree?


def series(rows, **where):
    """Return the values of the rows that match `where`, by year."""
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    return rows.set_index("year")["value"]


def largest_gap(ours, theirs):
    """Return the largest difference in per cent of `theirs`, and its year."""
    gap = ((ours / theirs - 1) * 100).dropna()
    year = gap.abs().idxmax()
    return gap[year], year


def test_announced_totals_agree_with_the_monthly_records():
    monthly = table("trade")
    monthly = monthly[monthly["source"] == "comtrade-monthly"].groupby("year")["value"].sum()
    told = series(
        table("trade-announced"), period="year", flow="Russia and China", measure="value",
        reporter="China", unit="US$ bn", basis="reported",
    )
    assert list(monthly.index) == list(range(2017, 2025)) and set(monthly.index) <= set(told.index)
    gap, year = largest_gap(monthly, told)
    assert abs(gap) < 0.6, f"largest gap: {gap:.2f} per cent in {year}"


@pytest.mark.parametrize(
    "reporter, flow, most",
    [
        ("China", "Russia to China", 11),
        ("China", "China to Russia", 12),
        ("Russia", "Russia to China", 15),
        ("Russia", "China to Russia", 19),
    ],
)
def test_the_growth_lab_is_not_far_from_either_customs(reporter, flow, most):
    told = series(table("trade"), reporter=reporter, flow=flow).loc[2013:]
    gap, year = largest_gap(told, series(table("trade-reconciled"), flow=flow))
    assert abs(gap) < most, f"{reporter}, {flow}: largest gap {gap:.1f} per cent in {year}"


def test_the_two_directions_add_up_to_the_announced_total():
    rows = table("trade-announced")
    rows = rows[(rows["measure"] == "value") & (rows["reporter"] == "China")]
    when = ["year", "period", "unit"]
    total = rows[(rows["flow"] == "Russia and China") & (rows["basis"] == "reported")]
    total = total.set_index(when)["value"]
    parts = rows[rows["flow"].isin(["Russia to China", "China to Russia"])].groupby(when)["value"]
    gap = (parts.sum()[parts.count() == 2] - total).dropna()
    assert len(gap) >= 13
    assert gap.abs().max() <= 0.11, f"largest gap: {gap.abs().max():.2f} in {gap.abs().idxmax()}"


def test_an_announced_growth_rate_follows_from_the_totals():
    """Only where both years are Chinese dollar totals; 2015 was announced in yuan."""
    rows = table("trade-announced")
    rows = rows[(rows["reporter"] == "China") & (rows["period"] == "year")]
    totals = series(rows, flow="Russia and China", measure="value", unit="US$ bn", basis="reported")
    rates = rows[(rows["flow"] == "Russia and China") & (rows["measure"] == "growth")]
    rates = rates[rates["note"].str.startswith("growth in dollars")].set_index("year")["value"]
    computed = (totals / totals.shift() - 1) * 100
    computed = computed[totals.index.to_series().diff() == 1]
    gap = (rates - computed).dropna()
    year = gap.abs().idxmax()
    assert len(gap) >= 9
    assert abs(gap[year]) < 0.6, f"largest gap: {gap[year]:.2f} points in {year}"


def test_2015_has_one_reported_dollar_total_and_a_conversion():
    rows = table("trade-announced")
    rows = rows[(rows["year"] == 2015) & (rows["flow"] == "Russia and China")]
    found = {(row.unit, row.basis): row.value for row in rows.itertuples() if row.measure == "value"}
    assert found == {
        ("US$ bn", "reported"): 68.0,
        ("US$ bn", "converted"): 64.2,
        ("yuan bn", "reported"): 422.7,
    }


def test_two_releases_agree_on_russia_until_2020():
    rows = table("gdp")
    old = series(rows, country="Russia", measure="current dollars", source="wdi-to-2023").loc[:2020]
    new = series(rows, country="Russia", measure="current dollars", source="wdi-2026")
    gap, year = largest_gap(new, old)
    assert abs(gap) < 0.01, f"largest gap: {gap:.2f} per cent in {year}"


def test_the_odd_years_carry_their_caution():
    rows = table("trade")
    odd = rows[rows["note"].str.contains("use with care")]
    flows = ("China to Russia", "World to Russia")
    expected = {(year, flow, "Russia") for year in (2016, 2017) for flow in flows}
    assert set(zip(odd["year"], odd["flow"], odd["reporter"])) == expected


def test_the_gas_contract_has_its_five_terms():
    terms = table("gas-contract").set_index("term")["value"].to_dict()
    expected = {"volume": 38, "duration": 30, "reported value": 400}
    assert terms == expected | {"price low": 350, "price high": 390}
