"""A copy of a store to try things on."""

from review_cases import DAY, asked, said, store_with

from resources.review.copying import copied


def test_a_copy_stands_as_the_store_does_and_leaves_it_alone(place, tmp_path):
    store = store_with(place, "a", "b", "c")
    store.decide([said("a", "replace", value="blue"), said("b"), said("b", "undo")])
    copy = copied(store, tmp_path / "copy.sqlite")
    for both in (store, copy):
        assert both.open_questions()["question_id"].to_list() == ["b", "c"]
    assert copy.history().rows() == store.history().rows()
    assert copy.cases(None).rows() == store.cases(None).rows()
    assert copy.decide([said("c")])[0].sequence == store.history().height + 1
    copy.replace_day(DAY, asked())
    assert store.open_questions()["question_id"].to_list() == ["b", "c"]
