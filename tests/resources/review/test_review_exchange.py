"""The way through a spreadsheet: what goes out comes back, and what a person filled in is taken or named."""

import csv
import datetime as dt
import io
import re
import sqlite3

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from review_cases import DAY, NEXT_DAY, NOON, asked, ids, options, said, store_with
from test_review_formulas import HOSTILE, starts_formula

from resources.review.exchange import COLUMNS, MAX_CELL, FileInTheWay, ImportRefused, export_csv, import_csv, read_cells
from resources.review.store import SqlReviewStore

PROBLEMS = {"line": pl.Int64, "message": pl.String}


@pytest.fixture
def store(tmp_path):
    return store_with(tmp_path, "a", "b", "c", options=options("blue", "red"), unit="m")


def fill(path, answers, delimiter=",", bom=True, line_end="\r\n", encoding="utf-8"):
    """What a spreadsheet program makes of the file once a person has answered: question -> the person's cells."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    for row in rows[1:]:
        row[-3:] = [*answers.get(row[0], ()), "", "", ""][:3]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode(encoding))
    return path


def filled(store, tmp_path, answers, **how):
    path = tmp_path / "questions.csv"
    export_csv(store, path, overwrite=True)
    return fill(path, answers, **how)


def written(tmp_path, *lines):
    path = tmp_path / "written.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def bring(store, path, annotator="anna", **limits):
    return import_csv(store, path, annotator, NOON, **limits)


def counted(report):
    assert report.lines == report.recorded + report.already + report.undecided + report.problems.height
    return report.recorded, report.already, report.undecided


def messages(report):
    assert report.problems.schema == PROBLEMS
    return dict(report.problems.rows())


def test_the_file_a_person_gets(store, tmp_path):
    store.replace_day(
        NEXT_DAY, asked(("a", "p2"), options=options("blue", "red"), unit="m", name="Größe; 5″", confidence=0.61804)
    )
    store.decide([said("c")])
    path = tmp_path / "questions.csv"
    assert export_csv(store, path) == 2
    expected = (
        '\ufeff"question_id","kind","product_name","attribute","proposed_value","unit","confidence","evidence",'
        '"context","allowed_values","products","decision","value","comment"\r\n'
        '"a","attribute","Größe; 5″","colour","red","m","0.618","in red","Drill in red","blue | red","2","","",""\r\n'
        '"b","attribute","Drill","colour","red","m","0.5","in red","Drill in red","blue | red","1","","",""\r\n'
    )
    assert path.read_bytes().decode() == expected
    assert [file.name for file in tmp_path.glob("questions*")] == ["questions.csv"]
    assert export_csv(store, tmp_path / "day.csv", day=NEXT_DAY) == 1
    assert export_csv(store, tmp_path / "few.csv", limit=1, delimiter=";") == 1
    assert '"Größe; 5″";"colour"' in (tmp_path / "few.csv").read_text(encoding="utf-8-sig")


def test_an_export_does_not_run_over_decisions_of_a_person(store, tmp_path):
    path = filled(store, tmp_path, {"a": ["accept"]})
    content = path.read_bytes()
    with pytest.raises(FileInTheWay, match="import it first"):
        export_csv(store, path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("bom", [True, False])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_decisions_come_in_from_any_spreadsheet(store, tmp_path, delimiter, bom, line_end):
    answers = {"a": [" Accept ", "", "sehr schön; wirklich, ja"], "b": ["REPLACE", " blue\n"], "c": ["reject "]}
    path = filled(store, tmp_path, answers, delimiter=delimiter, bom=bom, line_end=line_end)
    report = bring(store, path)
    assert counted(report) == (3, 0, 0)
    assert messages(report) == {}
    decisions = store.decisions().select("question_id", "verdict", "value", "unit", "annotator", "decided_at", "reason")
    assert decisions.rows() == [
        ("a", "accept", None, None, "anna", NOON, "sehr schön; wirklich, ja"),
        ("b", "replace", "blue", "m", "anna", NOON, None),
        ("c", "reject", None, None, "anna", NOON, None),
    ]


def test_the_same_file_again_changes_nothing_and_says_so(store, tmp_path):
    path = filled(store, tmp_path, {"a": ["accept"], "b": ["replace", "blue"]})
    first = bring(store, path)
    assert first.summary == (
        "Lines: 3. Decisions recorded: 2, recorded before: 0, undecided: 1, left out because of a problem: 0."
    )
    before = store.decisions()
    again = import_csv(store, path, "anna", NOON + dt.timedelta(days=1))
    assert counted(again) == (0, 2, 1)
    assert again.summary.startswith("Nothing changed. Lines: 3. Decisions recorded: 0, recorded before: 2,")
    assert_frame_equal(store.decisions(), before)


def test_a_decision_in_place_of_another_is_counted(store, tmp_path):
    store.decide([said("a", "reject", annotator="bert")])
    path = written(tmp_path, "question_id,decision,value", "a,accept,", "b,accept,")
    report = bring(store, path)
    assert (report.recorded, report.changed) == (2, 1)
    assert "Decisions recorded: 2 (1 in place of an earlier one)" in report.summary


def test_bad_lines_are_named_and_the_rest_goes_in(store, tmp_path):
    path = written(
        tmp_path,
        "Question_ID ;comment;kind; DECISION;value",
        "a;;attribute;accept;red",  # the value is the proposed one
        "b;;attribute;acept;",
        ";;;;",
        "gone;;attribute;accept;",
        "b;;attribute;replace;green",
        "b;;attribute;replace; ",
        "b;;attribute;;blue",
        "b;;attribute;reject;blue",
        "b;;attribute;accept;blue",
        "b;" + "x" * 2_001 + ";attribute;accept;",
        "b;;attribute;accept;;too;many",
        "b",
        "",
        "b;undecided so far;;;",
        "c;;attribute;reject",
    )
    report = bring(store, path)
    assert counted(report) == (2, 0, 1)
    assert messages(report) == {
        3: "the decision 'acept' is none: write accept, reject or replace, or nothing to leave it undecided",
        5: "there is no question 'gone': it is no longer asked, or its id was altered. Export again and decide there",
        6: "the value 'green' is not allowed here: choose one of blue, red",
        7: "the value is empty: write what should stand there, or reject the proposal",
        8: "the value 'blue' stands without a decision: write replace, or empty the value",
        9: "the decision is reject, but there is the value 'blue': write replace, or empty the value",
        10: "the decision is accept, but there is the value 'blue': write replace, or empty the value",
        11: "the comment has 2001 characters and at most 2000 are allowed: shorten it",
        12: "the line has 7 cells and the first line 5: restore the line as it was exported, and put text that "
        "contains the delimiter in quotation marks",
        13: "the line has 1 cells and the first line 5: restore the line as it was exported, and put text that "
        "contains the delimiter in quotation marks",
    }
    assert store.decisions().select("question_id", "verdict").rows() == [("a", "accept"), ("c", "reject")]
    told = str(report).splitlines()
    assert told[0] == report.summary
    assert told[1].startswith("Line 3: the decision 'acept' is none: ")
    assert len(told) == 11


def test_lines_that_contradict_each_other_are_left_out(store, tmp_path):
    path = written(
        tmp_path,
        "question_id,decision,value,comment",
        "a,accept,,",
        "b,accept,,",
        "a,replace,blue,",
        "b,accept,,the same again",
    )
    report = bring(store, path)
    assert counted(report) == (1, 1, 0)
    sentence = "lines 2, 4 decide the same question differently: keep one of them"
    assert messages(report) == {2: sentence, 4: sentence}
    assert counted(bring(store, path)) == (0, 2, 0)
    assert store.decisions()["question_id"].to_list() == ["b"]


def test_a_line_that_is_no_utf8_counts_only_where_the_person_wrote(store, tmp_path):
    path = tmp_path / "ansi.csv"
    path.write_bytes(
        "question_id,product_name,decision,value,comment\r\na,Größe,accept,,\r\nb,Größe,accept,,schön\r\n".encode(
            "cp1252"
        )
    )
    report = bring(store, path)
    assert counted(report) == (1, 0, 0)
    assert messages(report) == {3: "the line has characters that are no UTF-8: save the file as 'CSV UTF-8'"}


def test_cells_that_excel_leaves_out_at_the_end_are_empty(store, tmp_path):
    path = written(tmp_path, "question_id,kind,decision,value,comment", "a,attribute", "b,attribute,accept", "c")
    report = bring(store, path)
    assert counted(report) == (1, 0, 1)
    assert list(messages(report)) == [4]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the first line does not name the columns question_id, decision, value"),
        (b"question_id|decision|value\na|accept|", "the first line does not name the columns"),
        (b"question_id,decision,value,Value\na,accept,,", "the first line names value twice"),
        ("question_id,decision,value\n".encode("utf-16"), "the file is UTF-16 text"),
        (b"\x00\xff\x00\xff" * 9, "the first line does not name the columns"),
        (b'question_id,decision,value\na,accept,\nb,"accept,\nc,accept,\n', "the quotation marks of line 3"),
        (b'question_id,decision,value\na,"acc"ept,\nb,accept,', "the quotation marks of line 2"),
        (b"question_id,decision,value\n" + b"\n" * 11, "more than 10 lines"),
        (b"question_id,decision,value\n" + b"x" * 1_000, "more than 1000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(store, tmp_path, content, sentence):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=sentence) as refusal:
        bring(store, path, max_bytes=1_000, max_rows=10)
    assert str(refusal.value).endswith("Nothing was imported.")
    assert store.decisions().is_empty()


def test_what_is_no_file_is_refused(store, tmp_path):
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(ImportRefused, match="there is no such file"):
            bring(store, path)


def test_an_import_names_a_person_and_a_moment(store, tmp_path):
    path = filled(store, tmp_path, {})
    with pytest.raises(ValueError, match="annotator is empty"):
        bring(store, path, annotator=" ")
    with pytest.raises(ValueError, match="names no time zone"):
        import_csv(store, path, "anna", NOON.replace(tzinfo=None))
    assert counted(bring(store, path)) == (0, 0, 3)


def test_nothing_is_half_imported(store, tmp_path):
    path = filled(store, tmp_path, {"a": ["accept"], "b": ["accept"], "c": ["accept"]})
    with sqlite3.connect(store.path) as connection:
        connection.execute(
            "CREATE TRIGGER crash BEFORE INSERT ON decisions WHEN NEW.question_id = 'c'"
            " BEGIN SELECT RAISE(ABORT, 'crash'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="crash"):
        bring(store, path)
    assert store.decisions().is_empty()
    with sqlite3.connect(store.path) as connection:
        connection.execute("DROP TRIGGER crash")
    assert counted(bring(store, path)) == (3, 0, 0)


def test_a_question_that_goes_during_the_import_is_named(store, tmp_path, monkeypatch):
    path = filled(store, tmp_path, {"a": ["accept"], "b": ["replace", "blue"], "c": ["accept"]})
    decide = store.decide

    def meanwhile(decisions, once):
        store.replace_day(DAY, asked(("b", "p"), ("c", "p"), unit="m", options=options("red", "green")))
        return decide(decisions, once)

    monkeypatch.setattr(store, "decide", meanwhile)
    report = bring(store, path)
    assert counted(report) == (1, 0, 0)
    assert [message[:30] for message in messages(report).values()] == [
        "there is no question 'a': it i",
        "the value 'blue' is not allowe",
    ]


def test_a_forged_line_inside_a_text_decides_nothing(store, tmp_path):
    forged = 'harmless\r\n"b","attribute","","","","","","","","","1","accept","",""\r\n"'
    store.replace_day(DAY, asked(("a", "p"), ("b", "p"), context=forged, unit="m"))
    path = filled(store, tmp_path, {"a": ["reject"]})
    assert counted(bring(store, path)) == (1, 0, 1)
    assert store.decisions().select("question_id", "verdict").rows() == [("a", "reject")]


TEXTS = ("product_name", "attribute", "proposed_value", "unit", "evidence", "context")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(*[st.one_of(HOSTILE, st.text(max_size=30))] * 7), min_size=1, max_size=5),
    st.sampled_from([",", ";"]),
)
def test_every_text_goes_out_and_comes_back(tmp_path_factory, texts, delimiter):
    folder = tmp_path_factory.mktemp("exchange")
    store = SqlReviewStore(folder / "review.sqlite")
    shown = ("name", "attribute", "value", "unit", "evidence", "context")
    frames = [
        asked((f"{number}{row[6]}", "p"), **dict(zip(shown, row, strict=False))) for number, row in enumerate(texts)
    ]
    store.replace_day(DAY, pl.concat(frames))
    path = folder / "questions.csv"
    export_csv(store, path, delimiter=delimiter)

    cells, problems = read_cells(path)
    assert problems == []
    back = dict(zip(cells["question_id"], cells.select(TEXTS).rows(), strict=True))
    kept = [tuple(part.replace("\x00", "") for part in row) for row in texts]  # no database keeps these
    assert back == {f"{number}{row[6]}": row[:6] for number, row in enumerate(kept)}

    raw = path.read_bytes().decode("utf-8-sig")
    for cell in (cell for row in csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter) for cell in row):
        assert not starts_formula(cell)
    # Nor where a program splits at what was not meant as delimiter.
    for cell in re.split("[;,\t\r\n]", raw):
        assert not starts_formula(cell, inside=True)


def test_a_text_longer_than_a_cell_is_cut(tmp_path):
    store = SqlReviewStore(tmp_path / "review.sqlite")
    store.replace_day(DAY, asked(("a", "p"), context="=" * (MAX_CELL + 5), options=options(*map(str, range(60)))))
    export_csv(store, tmp_path / "questions.csv")
    cells, _ = read_cells(tmp_path / "questions.csv")
    assert cells["context"].to_list() == ["=" * MAX_CELL + " …"]
    assert cells["allowed_values"][0].endswith("48 | 49 | … (10 more)")


def test_a_proposal_with_a_mark_can_be_copied_into_the_value(tmp_path):
    store = SqlReviewStore(tmp_path / "review.sqlite")
    store.replace_day(DAY, asked(("a", "p"), value="-20 °C"))
    export_csv(store, tmp_path / "questions.csv")
    path = fill(tmp_path / "questions.csv", {"a": ["replace", "'-25 °C"]})
    assert counted(bring(store, path)) == (1, 0, 0)
    assert store.decisions(ids("a"))["value"].to_list() == ["-25 °C"]


def test_the_columns_are_a_promise():
    assert COLUMNS[0] == "question_id"
    assert COLUMNS[-3:] == ("decision", "value", "comment")


def test_a_file_that_is_taken_in_again_overrules_nobody(store, tmp_path):
    store.replace_day(DAY, asked(("a", "p"), unit="m"))
    path = filled(store, tmp_path, {"a": ["reject"]})
    bring(store, path)
    store.decide([said("a", annotator="Ben", decided_at=NOON + dt.timedelta(days=9))])
    assert counted(bring(store, path)) == (0, 1, 0)
    assert store.decisions()["annotator"].to_list() == ["Ben"]


def test_named_questions_go_out_for_a_second_word_though_they_are_decided(store, tmp_path):
    store.decide([said("a")])
    path = tmp_path / "second.csv"
    assert export_csv(store, path, only=ids("a", "c", "unknown")) == 2
    report = bring(store, fill(path, {"a": ("accept",)}), "bert")
    assert counted(report) == (1, 0, 1)
    assert store.history()["annotator"].to_list() == ["anna", "bert"]
