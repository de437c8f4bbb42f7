"""The two codings of the viewpoints: whole, reconciled with a reason, and their agreement as the README prints it."""

import krippendorff
import numpy as np
from conftest import ROOT

from fivereadings import load

CODINGS = load("codings")
SPEAKS = (CODINGS[["coder_a", "coder_b"]] != "").astype(int)
BOTH = CODINGS[SPEAKS.all(axis=1)][["coder_a", "coder_b"]].astype(float)


def test_every_voice_has_a_row_for_every_question():
    pairs = {(voice, question) for voice in load("viewpoints")["voice"] for question in load("questions")["question"]}
    for name in ("codings", "viewpoints"):
        assert {*map(tuple, load(name)[["voice", "question"]].to_numpy())} == pairs and len(load(name)) == len(pairs)
    voices = load("voices")
    logged_only = voices[voices["described_as"].str.contains("stances are not coded")]["voice"]
    assert list(logged_only) == ["russia-direct"]
    assert set(voices["voice"]) - set(logged_only) == set(load("viewpoints")["voice"])


def test_the_reconciled_stance_is_the_one_in_use_and_a_difference_has_a_reason():
    used = load("viewpoints").set_index(["voice", "question"])["stance"]
    for row in CODINGS.to_dict("records"):
        assert used[row["voice"], row["question"]] == row["reconciled"]
        if row["coder_a"] == row["coder_b"]:
            assert row["reconciled"] == row["coder_a"] and not row["reason"]
        else:
            assert row["reconciled"] in (row["coder_a"], row["coder_b"]) and len(row["reason"].split()) >= 8, row


def test_the_readme_prints_the_agreement_that_the_codings_have():
    speaks = krippendorff.alpha(SPEAKS.T.to_numpy(), level_of_measurement="nominal")
    says = krippendorff.alpha(BOTH.T.to_numpy(), level_of_measurement="ordinal", value_domain=np.arange(-2, 3))
    text = (ROOT / "readings" / "README.md").read_text(encoding="utf-8")
    same, alike = int((SPEAKS["coder_a"] == SPEAKS["coder_b"]).sum()), int((BOTH["coder_a"] == BOTH["coder_b"]).sum())
    assert f"{same} of {len(CODINGS)} pairs ({same / len(CODINGS):.0%}), alpha {speaks:.2f}" in text
    assert f"{alike} of {len(BOTH)} pairs ({alike / len(BOTH):.0%}), ordinal alpha {says:.2f}" in text
