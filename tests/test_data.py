"""The tables in data/: described, sourced and reproducible."""

import json
import pathlib
import shutil
import subprocess
import sys

import frictionless
import pandas as pd
import pytest

from fivereadings import tables

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


def compiled(target, gathered_files=GATHERED, script=DATA / "compile"):
    """Run data/compile into `target`; return the finished process."""
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
    assert {path.stem for path in DATA.glob("*.csv")} == set(TABLES)  # data/added feeds data/compile


@pytest.mark.parametrize("name", [name for name in TABLES if "year" in table(name)])
def test_no_figure_is_older_than_the_year_it_counts(name):
    rows = table(name)
    published = rows["as_of"].astype(str).str[:4].astype(int)
    part = rows["period"].ne("year") if "period" in rows else False
    early = rows[(published < rows["year"]) | ((published == rows["year"]) & ~part)]
    assert early.empty, early.to_string()


@pytest.mark.parametrize("name, when", [("trade-monthly", "month"), ("settlement", "period"), ("events", "date")])
def test_nothing_is_told_before_it_happened(name, when):
    """Year by year, and day by day where both are known."""
    rows = table(name)
    published = rows["as_of"].astype(str)
    assert (published.str[:4] >= rows[when].str[:4]).all()
    known = rows[when].str.len().eq(10) & published.str.len().eq(10)
    assert (published[known] >= rows[when][known]).all()


@pytest.mark.parametrize("name", TABLES)
def test_the_module_loads_every_table(name):
    loaded = tables.load(name)
    assert len(loaded) == len(table(name)) and str(loaded["value"].dtype) == "float64"
    assert tables.cite(loaded)


def test_every_module_in_the_folder_is_short():
    for path in (DATA / "compile").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 200, path.name


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
        ("partners", ",imports,", ",import,"),
        ("trade-monthly", "2019-07,", "2019-13,"),
        ("energy-flows", ",bcm,", ",billion cubic feet,"),
        ("arms", ",1008,TIV mn,", ",1008,US$ mn,"),
        ("settlement", ",99.1,", ",199.1,"),
        ("events", "2014-03-27,", "27 March 2014,"),
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
        assert made.read_bytes() == kept.read_bytes(), f"{name}.csv: run: python data/compile ../shared/data-sources"


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
    done = compiled(copy, script=copy / "compile")
    assert done.returncode == 1
    assert dropped["path"] in done.stderr and "Traceback" not in done.stderr


@gathered
def test_a_gathered_phrase_without_our_words_is_named(tmp_path):
    files = pathlib.Path(shutil.copytree(GATHERED, tmp_path / "files"))
    path = files / "press_summits_agreements_exercises.csv"
    path.chmod(0o644)
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "2026-01,a new kind of count,3,press,https://example.org\n", encoding="utf-8")
    done = compiled(tmp_path, files)
    assert done.returncode == 1
    assert done.stderr.strip() == "added/wording.csv has no words for: a new kind of count"


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
